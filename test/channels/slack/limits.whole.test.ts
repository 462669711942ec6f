import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { silent } from '../../support/world.ts';
import { asked, askedLater, assertClean, office, reading, withButton } from './office.ts';

describe('a Slack that asks for patience, loses or refuses', { concurrency: 3 }, () => {
  test('a limit on edits parks edits alone, and nothing is sent before its time', async () => {
    await using home = await office();
    const { slack } = home;
    slack.fail('chat.update', { retryAfter: 2 });
    const { question, thread } = await askedLater(home);
    await slack.until(() => slack.callsOf('chat.update').some(({ status }) => status === 429));
    await slack.click({ user: 'anna', message: question, label: 'Approve' });
    await slack.until(() => reading(thread(), /Completed/));
    const [limited] = slack.callsOf('chat.update');
    assert.equal(limited?.status, 429, 'the summary came while edits were parked');
    await slack.until(() => slack.message(question)?.buttons.length === 0);
    const again = slack.callsOf('chat.update')[1]!;
    assert.ok(again.at - limited!.at >= 2000, `after ${again.at - limited!.at} ms`);
    assertClean(slack);
  });

  test('a limit on new messages parks its channel alone', async () => {
    await using home = await office();
    const { slack } = home;
    slack.fail('chat.postMessage', { retryAfter: 2, channel: 'C0GENERAL' });
    const said = await slack.mention({ user: 'carl', channel: 'general', text: 'refund 7 500' });
    const own = await slack.until(() => withButton(slack.messages('anna'), 'Approve'));
    assert.equal(slack.messages('general', said.ts).length, 1);
    await slack.click({ user: 'anna', message: own, label: 'Approve' });
    await slack.until(() => reading(slack.messages('general', said.ts), /Completed/));
    assertClean(slack);
  });

  test('Slack’s own limits are kept by many runs at once', async () => {
    await using home = await office({ limits: { postMs: 100, updates: 20, perMs: 5000 } });
    const { slack } = home;
    const all = await Promise.all(
      [1, 2, 3, 4, 5].map((order) => slack.mention({ user: 'carl', channel: 'general', text: `refund ${order} 50` })),
    );
    for (const { ts } of all) await slack.until(() => reading(slack.messages('general', ts), /Completed/), 30_000);
    assertClean(slack);
  });

  test('a message of which nobody knows whether it arrived is sent once more, and never again', async () => {
    await using home = await office();
    const { slack } = home;
    const failing = slack.fail('chat.postMessage', { fault: 'reset', performed: true, times: 100, channel: 'D0ANNA' });
    const { said, question } = await asked(slack);
    await slack.until(() => slack.messages('anna').length === 2);
    await slack.click({ user: 'boris', message: question, label: 'Reject' });
    await slack.until(() => reading(slack.messages('general', said.ts), /Rejected by Boris/));
    assert.ok(failing.used <= 3, `${failing.used} copies`);
    assertClean(slack);
  });

  test('a message that somebody removed is made anew', async () => {
    await using home = await office();
    const { slack } = home;
    const { question, thread } = await asked(slack);
    const progress = await slack.until(() => thread().find(({ menus }) => menus.length > 0));
    slack.remove(progress);
    await slack.click({ user: 'anna', message: question, label: 'Approve' });
    await slack.until(() => thread().find(({ menus, ts }) => menus.length > 0 && ts !== progress.ts));
    await slack.until(() => reading(thread(), /Completed/));
    assertClean(slack);
  });

  for (const error of ['cant_update_message', 'edit_window_closed', 'block_mismatch']) {
    test(`${error}: a new message takes the place of the old one`, async () => {
      await using home = await office();
      const { slack } = home;
      const { question, thread } = await asked(slack);
      slack.fail('chat.update', { error, channel: 'C0GENERAL' });
      const before = thread().length;
      await slack.click({ user: 'anna', message: question, label: 'Approve' });
      await slack.until(() => thread().length >= before + 2);
      await slack.until(() => reading(thread(), /Completed/));
      assertClean(slack);
    });
  }

  for (const error of ['message_not_found', 'edit_window_closed', 'block_mismatch']) {
    test(`${error}: a person’s own copy that keeps its buttons has its end posted beside it, once`, async () => {
      await using home = await office();
      const { slack } = home;
      const { question, thread } = await asked(slack);
      const stuck = await slack.until(() => withButton(slack.messages('boris'), 'Approve'));
      slack.fail('chat.update', { error, channel: 'D0BORIS' });
      await slack.click({ user: 'anna', message: question, label: 'Approve' });
      const end = await slack.until(() => reading(slack.messages('boris'), /Approved by Anna/));
      assert.deepEqual([end.buttons, end.ts === stuck.ts], [[], false]);
      await slack.until(() => reading(thread(), /Completed/));
      assert.equal(slack.messages('boris').length, 2);
      assertClean(slack);
    });
  }

  for (const error of ['not_in_channel', 'is_archived', 'restricted_action_thread_locked']) {
    test(`${error}: the address is given up, and the run goes on`, async () => {
      await using home = await office();
      const { slack, shop } = home;
      const failing = slack.fail('chat.postMessage', { error, times: 100, channel: 'C0GENERAL' });
      await slack.mention({ user: 'carl', channel: 'general', text: 'refund 7 500' });
      const own = await slack.until(() => withButton(slack.messages('anna'), 'Approve'));
      await slack.click({ user: 'anna', message: own, label: 'Approve' });
      await slack.until(() => slack.message(own)?.buttons.length === 0);
      await slack.until(() => reading(slack.messages('anna'), /Completed/));
      assert.equal(shop.effects('pay').length, 1);
      assert.ok(failing.used <= 4, `${failing.used} tries`);
      assertClean(slack);
    });
  }

  test('a Slack that does not take plans gets progress as plain blocks from then on', async () => {
    const errors: string[] = [];
    await using home = await office({
      log: { ...silent, error: (_: object, message: string) => errors.push(message) },
    });
    const { slack } = home;
    // The question goes first, whatever else waits.
    slack.fail('chat.postMessage', {
      error: 'invalid_blocks',
      matches: ({ blocks }) => /"type":"plan"/.test(JSON.stringify(blocks)),
    });
    const { thread } = await asked(slack);
    const progress = await slack.until(() => thread().find(({ menus }) => menus.length > 0));
    assert.equal(progress.blocks[0]?.type, 'header');
    await slack.until(() => /✓ Look the order up/.test(slack.message(progress)!.seen));
    const second = await asked(slack, 'refund 8 500');
    await slack.until(() => second.thread().some(({ menus }) => menus.length > 0));
    assert.ok(second.thread().every(({ blocks }) => blocks.every(({ type }) => type !== 'plan')));
    assert.deepEqual([...new Set(errors)], ['Slack does not take a card as it was rendered']);
    assertClean(slack);
  });

  test('what Slack does not take at all is sent as text', async () => {
    await using home = await office();
    const { slack } = home;
    slack.fail('chat.postMessage', { error: 'msg_blocks_too_long', channel: 'C0GENERAL' });
    const said = await slack.mention({ user: 'carl', channel: 'general', text: 'look 7 50' });
    await slack.until(() => reading(slack.messages('general', said.ts), /Completed/));
    assert.ok(slack.messages('general', said.ts).some(({ blocks, app }) => app && blocks.length === 0));
    assertClean(slack);
  });

  test('a Slack that is down is waited for, and nothing is said twice', async () => {
    await using home = await office();
    const { slack } = home;
    const down = [
      slack.fail('chat.postMessage', { status: 503, times: 2 }),
      slack.fail('chat.update', { status: 503, times: 2 }),
    ];
    const said = await slack.mention({ user: 'carl', channel: 'general', text: 'look 7 50' });
    const thread = () => slack.messages('general', said.ts);
    await slack.until(() => reading(thread(), /Completed.*\n(.*\n)*.*Took/), 45_000);
    assert.ok(down[0]!.used > 0);
    assertClean(slack);
  });
});
