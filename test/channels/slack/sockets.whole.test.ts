import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { asked, assertClean, office, reading } from './office.ts';

describe('connections of Socket Mode', { concurrency: 3 }, () => {
  for (const reason of ['refresh_requested', 'warning'] as const) {
    test(`${reason}: the next connection is there at once, and nothing is missed`, async () => {
      await using home = await office();
      const { slack, channel } = home;
      const { question, thread } = await asked(slack);
      slack.sockets.disconnect(reason);
      const pressed = await slack.click({ user: 'anna', message: question, label: 'Approve' });
      assert.equal(pressed.acked, true);
      await slack.until(() => reading(thread(), /Completed/));
      await slack.until(() => slack.sockets.opened >= 4);
      assert.deepEqual(channel.health?.(), { ok: true, detail: 'connected' });
      assertClean(slack);
    });
  }

  test('connections that break are made anew', async () => {
    await using home = await office();
    const { slack } = home;
    slack.sockets.kill();
    await slack.until(() => slack.sockets.opened >= 4);
    const said = await slack.mention({ user: 'carl', channel: 'general', text: 'look 7 50' });
    await slack.until(() => reading(slack.messages('general', said.ts), /Completed/));
    assertClean(slack);
  });

  test('a Slack that gives no address is asked again', async () => {
    await using home = await office();
    const { slack, channel } = home;
    slack.fail('apps.connections.open', { status: 500, times: 2 });
    slack.fail('apps.connections.open', { error: 'internal_error', times: 2 });
    slack.sockets.kill();
    await slack.until(() => slack.sockets.count >= 2, 20_000);
    assert.deepEqual(channel.health?.().ok, true);
    const said = await slack.mention({ user: 'carl', channel: 'general', text: 'look 7 50' });
    await slack.until(() => reading(slack.messages('general', said.ts), /Completed/));
    assertClean(slack);
  });

  test('an event that is kept and not confirmed is one run when it comes again', async () => {
    await using home = await office();
    const { slack, world } = home;
    const { receive } = home.hall;
    let kills = 1;
    home.hall.receive = async (update) => {
      const receipt = await receive(update);
      if (kills-- > 0) slack.sockets.kill();
      return receipt;
    };
    const said = await slack.mention({ user: 'carl', channel: 'general', text: 'look 7 50' });
    assert.equal(said.acked, true);
    assert.ok(said.attempts.length > 1);
    await slack.until(() => reading(slack.messages('general', said.ts), /Completed/));
    assert.equal((await world.desk.runs(5)).length, 1);
    assertClean(slack);
  });

  test('stopped, it leaves no connection behind', async () => {
    const home = await office();
    const { slack } = home;
    await home.channel.stop();
    await slack.until(() => slack.sockets.count === 0 || null);
    assert.equal(home.channel.health?.().ok, false);
    assertClean(slack);
    await home[Symbol.asyncDispose]();
  });
});
