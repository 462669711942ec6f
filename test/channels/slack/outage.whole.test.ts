/** A Slack that is silent, answers late, delivers twice, and processes that end in between. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { asked, askedLater, assertClean, office, reading, withButton } from './office.ts';

const operator = { person: 'operator', via: 'terminal' };

describe('between two programs that cannot see each other', { concurrency: 3 }, () => {
  test('while Slack takes nothing runs go on, and in the end each message is there once, as it is by then', async () => {
    await using home = await office();
    const { slack, world } = home;
    const down = ['chat.postMessage', 'chat.update'].map((method) =>
      slack.fail(method, { status: 503, times: 10_000 }),
    );
    const said = await slack.mention({ user: 'carl', channel: 'general', text: 'refund 7 500' });
    const thread = () => slack.messages('general', said.ts).filter(({ app }) => app);
    const [run] = await world.desk.runs(1);
    for await (const { events } of world.desk.follow(run!.id)) {
      const question = events.find((event) => event.type === 'asked');
      if (question) await world.desk.vote(question.question.code, { actor: operator, verb: 'approve' });
    }
    await slack.until(() => down[0]!.used > 1);
    assert.equal(thread().length, 0);
    for (const fault of down) fault.stop();
    await slack.until(() => thread().length === 3, 20_000);
    const [question, summary, progress] = [/Approved by operator/, /Took/, /Completed · Run/].map((text) =>
      reading(thread(), text),
    );
    assert.deepEqual([question?.buttons, question?.edits, summary?.edits, progress?.edits], [[], 0, 0, 0]);
    assert.deepEqual(
      ['anna', 'boris'].flatMap((user) => slack.messages(user)),
      [],
      'who was never asked is not told how it was answered',
    );
    assertClean(slack);
  });

  test('a wait that Slack asked for outlives the process that was asked', async () => {
    await using home = await office();
    const { slack, world } = home;
    slack.fail('chat.update', { retryAfter: 3 });
    const { question, thread } = await askedLater(home);
    await slack.until(() => slack.callsOf('chat.update').some(({ status }) => status === 429));
    const limited = slack.callsOf('chat.update')[0]!;
    await world.stop();
    await home.open();
    await slack.click({ user: 'anna', message: question, label: 'Approve' });
    await slack.until(() => reading(thread(), /Took/));
    assert.equal(slack.callsOf('chat.update').length, 1, 'what is new does not wait for edits');
    await slack.until(() => slack.message(question)?.buttons.length === 0);
    assert.ok(slack.callsOf('chat.update')[1]!.at - limited.at >= 3_000);
    assertClean(slack);
  });

  test('a press on a message whose sending is not answered yet decides, and the message is brought up to date', async () => {
    await using home = await office();
    const { slack, shop } = home;
    slack.fail('chat.postMessage', { fault: 'hang', performed: true, channel: 'D0ANNA' });
    const said = await slack.mention({ user: 'carl', channel: 'general', text: 'refund 7 500' });
    const own = await slack.until(() => withButton(slack.messages('anna'), 'Approve'));
    const pressed = await slack.click({ user: 'anna', message: own, label: 'Approve' });
    assert.equal(pressed.acked, true);
    await slack.until(() => reading(slack.messages('general', said.ts), /Took/));
    assert.equal(shop.effects('pay').length, 1);
    // Nobody knows its name: its end is told once, beside it.
    const end = await slack.until(() => reading(slack.messages('anna'), /Approved by Anna/), 30_000);
    assert.deepEqual(end.buttons, []);
    assertClean(slack);
  });

  for (const way of ['socket', 'http'] as const) {
    test(`what people press and send in counts once, however often and wherever it comes, over ${way}`, async () => {
      await using home = await office({ way, processes: 2 });
      const { slack, shop, targets, database } = home;
      const { question, thread } = await asked(slack);
      await slack.click({ user: 'anna', message: question, label: 'Edit' });
      const view = await slack.until(() => slack.views('anna').find(({ fields }) => fields.length > 0));
      const sent = await slack.submit({ user: 'anna', view, values: { amount: '50' } });
      if (targets[1]) slack.deliverOver(targets[1]);
      const again = await Promise.all([1, 2, 3, 4].map(() => slack.redeliver(sent)));
      assert.ok(again.every(({ acked }) => acked));
      await slack.until(() => reading(thread(), /Took/));
      assert.equal(shop.effects('pay').length, 1);
      const rows = await home.world.db.sql`select key from inbox where key like 'v:%'`;
      assert.equal(rows.length, 1, database.url);
      assertClean(slack);
    });
  }
});
