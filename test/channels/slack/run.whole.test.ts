import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asked, assertClean, office, reading, type Way, withButton } from './office.ts';

for (const way of ['socket', 'http'] as Way[]) {
  test(`a task is asked for, followed, decided and answered in one thread, over ${way}`, async () => {
    await using home = await office({ way });
    const { slack, shop } = home;
    const { said, question, thread } = await asked(slack);
    assert.deepEqual({ acked: said.acked, attempts: said.attempts.length }, { acked: true, attempts: 1 });
    // The question goes first, whatever else waits.
    const progress = await slack.until(() => thread().find(({ blocks }) => blocks[0]?.type === 'plan'));
    assert.match(progress.seen, /refund 7 500/);
    assert.deepEqual(shop.effects('pay'), []);
    assert.match(question.seen, /Pay the money back/);
    assert.deepEqual(question.buttons, ['Approve', 'Reject', 'Edit']);
    const pressed = await slack.click({ user: 'anna', message: question, label: 'Approve' });
    assert.equal(pressed.acked, true);
    const summary = await slack.until(() => reading(thread(), /Took/));
    const closed = await slack.until(() => {
      const now = slack.message(question);
      return now?.buttons.length === 0 && now;
    });
    assert.match(closed.seen, /Approved by Anna/);
    assert.equal(shop.effects('pay').length, 1);
    assert.notEqual(summary.ts, progress.ts);
    const done = await slack.until(() => (slack.message(progress)?.edits ?? 0) > 0 && slack.message(progress));
    const [plan] = done.blocks as unknown as { tasks: { status: string }[] }[];
    assert.ok(plan);
    await slack.until(() => {
      const [now] = slack.message(progress)!.blocks as unknown as { tasks: { status: string }[] }[];
      return now?.tasks.every(({ status }) => status === 'complete');
    });
    assert.deepEqual(slack.ephemerals(), []);
    assertClean(slack);
  });
}

test('whoever decides is asked on their own as well, and every copy shows how it ended', async () => {
  await using home = await office();
  const { slack } = home;
  const { question } = await asked(slack);
  const own = await slack.until(() => withButton(slack.messages('boris'), 'Approve'));
  await slack.click({ user: 'boris', message: own, label: 'Reject' });
  for (const message of [own, question])
    await slack.until(() => /Rejected by Boris/.test(slack.message(message)?.seen ?? ''));
  await slack.until(() => slack.message(own)?.buttons.length === 0);
  assertClean(slack);
});
