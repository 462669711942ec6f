/** The Home tab: what waits for somebody, and a copy of each question for whoever opens it there. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { FakeSlack } from '../../support/slack/slack.ts';
import { asked, assertClean, office, reading, withButton } from './office.ts';

/** Anna, who was asked on her own already, opens the one question of her tab: the copy, below that card. */
async function opened(slack: FakeSlack) {
  await slack.until(() => withButton(slack.messages('anna'), 'Approve'));
  await slack.openHome('anna');
  const view = await slack.until(() => slack.home('anna'));
  const before = slack.messages('anna').length;
  await slack.click({ user: 'anna', view, action_id: 'open' });
  return { view, copy: await slack.until(() => slack.messages('anna')[before]) };
}

describe('the Home tab', { concurrency: 3 }, () => {
  test('it shows what waits, and opens it in the direct messages', async () => {
    await using home = await office();
    const { slack, shop } = home;
    slack.addPerson({ name: 'dora' });
    const { thread } = await asked(slack);
    const { view, copy } = await opened(slack);
    assert.match(view.seen, /Refund an order|refund 7 500/);
    assert.equal(view.buttons.length, 1);
    await slack.click({ user: 'anna', message: copy, label: 'Approve' });
    await slack.until(() => reading(thread(), /Completed/));
    const closed = await slack.until(() => slack.message(copy)?.buttons.length === 0 && slack.message(copy));
    assert.equal(shop.effects('pay').length, 1);
    assert.match(closed.seen, /Approved by Anna/);
    await slack.openHome('dora');
    const line = await slack.until(() => slack.home('dora'));
    assert.deepEqual(line.seen.split('\n').length, 1);
    await slack.openHome('boris');
    await slack.until(() => /Nothing/.test(slack.home('boris')?.seen ?? ''));
    assertClean(slack);
  });

  test('a copy that Anna opened ends in the same words when Boris decides in the channel', async () => {
    await using home = await office();
    const { slack } = home;
    const { question } = await asked(slack);
    const { copy } = await opened(slack);
    assert.equal(copy.seen, question.seen);
    assert.deepEqual(copy.buttons, question.buttons);
    await slack.click({ user: 'boris', message: question, label: 'Reject' });
    const closed = await slack.until(() => slack.message(copy)?.buttons.length === 0 && slack.message(copy));
    assert.match(closed.seen, /Rejected by Boris/);
    await slack.until(() => slack.message(question)?.seen === closed.seen);
    assertClean(slack);
  });

  test('a decision on the copy closes the question wherever it stands, other copies included', async () => {
    await using home = await office({ way: 'http' });
    const { slack } = home;
    const { question } = await asked(slack);
    const first = await opened(slack);
    const second = await opened(slack);
    await slack.click({ user: 'anna', message: second.copy, label: 'Reject' });
    const ended = () =>
      [question, first.copy, second.copy, slack.messages('anna')[0]!].map((one) => slack.message(one)!);
    await slack.until(() => ended().every(({ buttons }) => buttons.length === 0));
    assert.equal(new Set(ended().map(({ seen }) => seen)).size, 1);
    assert.match(ended()[0]!.seen, /Rejected by Anna/);
    assertClean(slack);
  });

  test('who opens what somebody else has decided meanwhile sees that it waits no more', async () => {
    await using home = await office();
    const { slack } = home;
    const { question, thread } = await asked(slack);
    await slack.until(() => withButton(slack.messages('anna'), 'Approve'));
    await slack.openHome('anna');
    const view = await slack.until(() => slack.home('anna'));
    await slack.click({ user: 'boris', message: question, label: 'Reject' });
    await slack.until(() => reading(thread(), /Rejected by Boris/));
    const before = slack.messages('anna').length;
    await slack.click({ user: 'anna', view, action_id: 'open' });
    await slack.until(() => /Nothing/.test(slack.home('anna')?.seen ?? ''));
    assert.equal(slack.messages('anna').length, before);
    assertClean(slack);
  });
});
