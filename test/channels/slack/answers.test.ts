import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { locked } from '../../support/locked.ts';
import { createProxy, type Proxy as Gate } from '../../support/tcp-proxy.ts';
import { silent } from '../../support/world.ts';
import { asked, assertClean, office, reading, signingSecret } from './office.ts';

/** An office whose database is behind a door that can be shut. */
async function behindDoor(way: 'socket' | 'http' = 'socket') {
  let door: Gate | undefined;
  const home = await office({
    way,
    databaseUrl: async (url) => {
      door = await createProxy(url);
      return door.url;
    },
  });
  return {
    ...home,
    door: door!,
    [Symbol.asyncDispose]: async () => {
      door!.set('pass');
      await home[Symbol.asyncDispose]();
      await door![Symbol.asyncDispose]();
    },
  };
}

describe('answers in time', { concurrency: 4 }, () => {
  test('with a database that does not answer a press is told that it was not recorded', async () => {
    await using home = await behindDoor();
    const { slack, door, shop } = home;
    const { question, thread } = await asked(slack);
    door.set({ delayMs: 3000 });
    const pressed = await slack.click({ user: 'anna', message: question, label: 'Approve' });
    assert.equal(pressed.acked, true, 'in time');
    await slack.until(() => /Not recorded/.test(slack.ephemerals('anna')[0]?.seen ?? ''));
    door.set('pass');
    await slack.click({ user: 'boris', message: question, label: 'Approve' });
    await slack.until(() => reading(thread(), /Completed/), 30_000);
    assert.equal(shop.effects('pay').length, 1);
    assertClean(slack);
  });

  test('what is kept is never called lost, whatever becomes of it next', async () => {
    await using home = await office();
    const { slack } = home;
    const { question } = await asked(slack);
    home.hall.receive = async (_, told) => {
      told?.onKept();
      throw new Error('the database went away');
    };
    await slack.click({ user: 'anna', message: question, label: 'Approve' });
    const told = await slack.until(() => slack.ephemerals('anna')[0]);
    assert.match(told.seen, /^Received/);
    assertClean(slack);
  });

  test('a command that cannot be recorded says so, and so does the message it left', async () => {
    await using home = await office({ way: 'http' });
    const { slack } = home;
    home.hall.receive = () => Promise.reject(new Error('no database'));
    const answer = await slack.command({ user: 'carl', channel: 'general', text: 'refund 7 500' });
    assert.match(JSON.stringify(answer.body), /Not recorded/);
    await slack.until(() => /Not recorded/.test(slack.messages('general')[0]?.seen ?? ''));
    assertClean(slack);
  });

  test('what takes long is received first, and its outcome follows', async () => {
    await using home = await office();
    const { slack } = home;
    const { question } = await asked(slack);
    await using held = await locked(home.database.url, 'escalations');
    const pressed = await slack.click({ user: 'anna', message: question, label: 'Approve' });
    assert.equal(pressed.acked, true);
    await slack.until(() => /^Received/.test(slack.ephemerals('anna')[0]?.seen ?? ''));
    await held.free();
    await slack.until(() => slack.ephemerals('anna')[1]);
    await slack.until(() => slack.message(question)?.buttons.length === 0);
    assertClean(slack);
  });

  test('a form that cannot be recorded keeps what was typed', async () => {
    await using home = await office();
    const { slack, shop } = home;
    const { question, thread } = await asked(slack);
    await slack.click({ user: 'anna', message: question, label: 'Edit' });
    const form = await slack.until(() => slack.views('anna').find(({ fields }) => fields.length > 0));
    const { receive } = home.hall;
    home.hall.receive = () => Promise.reject(new Error('no database'));
    await slack.submit({ user: 'anna', view: form, values: { amount: '55' } });
    const [view] = slack.views('anna');
    assert.match(Object.values(view!.errors)[0]!, /Not recorded/);
    assert.equal(view!.fields[1]?.value, '55');
    home.hall.receive = receive;
    await slack.submit({ user: 'anna', view: form });
    assert.deepEqual(slack.views('anna'), []);
    await slack.until(() => reading(thread(), /Completed/));
    assert.equal(shop.effects('pay').length, 1);
    assertClean(slack);
  });

  test('a late form closes with its outcome', async () => {
    await using home = await office({ way: 'http' });
    const { slack } = home;
    const { question } = await asked(slack);
    await slack.click({ user: 'anna', message: question, label: 'Edit' });
    const form = await slack.until(() => slack.views('anna').find(({ fields }) => fields.length > 0));
    await using held = await locked(home.database.url, 'escalations');
    await slack.submit({ user: 'anna', view: form, values: { amount: '55' } });
    assert.match(slack.views('anna')[0]!.seen, /Received/);
    await held.free();
    await slack.until(() => !/Received/.test(slack.views('anna')[0]!.seen));
    assertClean(slack);
  });
});

describe('what is delivered over HTTP', { concurrency: 4 }, () => {
  test('a request that Slack did not sign, or long ago, is refused', async () => {
    await using home = await office({ way: 'http' });
    const { slack, world } = home;
    for (const signed of ['wrong', 'stale', 'future', 'none'] as const) {
      const said = await slack.mention({ user: 'carl', channel: 'general', text: 'look 7 50', signed });
      assert.deepEqual(said.attempts, [401, 401, 401, 401], signed);
    }
    assert.equal((await world.desk.runs(5)).length, 0);
    assertClean(slack);
  });

  test('other requests are answered for what they are', async () => {
    await using home = await office({ way: 'http' });
    const { slack, targets } = home;
    const { url } = targets[0]!;
    const { signed } = await import('../../support/slack/http-delivery.ts');
    const post = (body: string, type = 'application/json') =>
      fetch(url, { method: 'POST', body, headers: { 'content-type': type, ...signed(body, signingSecret, 'right') } });
    assert.equal((await fetch(url)).status, 405);
    const challenged = await post(JSON.stringify({ type: 'url_verification', challenge: 'abc' }));
    assert.deepEqual([challenged.status, await challenged.text()], [200, 'abc']);
    assert.equal((await post('{')).status, 400);
    assert.equal((await post('x'.repeat(1_000_001), 'text/plain')).status, 413);
    assert.equal((await post(JSON.stringify({ type: 'app_rate_limited', minute_rate_limited: 1 }))).status, 200);
    assert.equal(
      (await post(JSON.stringify({ type: 'event_callback', event: { type: 'reaction_added' } }))).status,
      200,
    );
    assertClean(slack);
  });

  test('an address that is not known says nothing of it', async () => {
    const told: string[] = [];
    const hear = (fields: object, message: string) => told.push(JSON.stringify({ ...fields, message }));
    const log = { ...silent, info: hear, warn: hear, error: hear };
    await using home = await office({ way: 'http', botToken: 'xoxb-a-wrong-one', log });
    const { slack, channel } = home;
    await slack.until(() => slack.callsOf('auth.test').length > 0);
    const said = await slack.mention({ user: 'carl', channel: 'general', text: 'look 7 50' });
    assert.deepEqual(said.attempts, [503, 503, 503, 503]);
    assert.deepEqual(channel.health?.(), { ok: false, detail: 'invalid_auth' });
    assert.ok(told.some((line) => line.includes('invalid_auth')));
    assert.doesNotMatch(told.join('\n'), /xoxb|look 7 50/);
    assertClean(slack);
  });
});
