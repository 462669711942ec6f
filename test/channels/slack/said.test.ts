import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { letter, letterRoute, secret } from '../../support/letter.ts';
import { asked, assertClean, office, reading, withButton } from './office.ts';

describe('what is written and asked for', { concurrency: 3 }, () => {
  test('in its thread a run says where it stands, why, and everything that happened', async () => {
    await using home = await office();
    const { slack } = home;
    const { said, thread } = await asked(slack);
    const before = thread().length;
    await slack.mention({ user: 'carl', channel: 'general', text: '@baton status', thread: said.ts });
    await slack.until(() => thread().filter(({ blocks }) => blocks[0]?.type === 'plan').length === 2);
    await slack.mention({ user: 'carl', channel: 'general', text: 'why', thread: said.ts });
    await slack.until(() => thread().length >= before + 4);
    await slack.mention({ user: 'carl', channel: 'general', text: 'trace', thread: said.ts });
    const file = await slack.until(() => slack.files[0]);
    assert.match(file.name, /^run-.*\.txt$/);
    assert.equal(file.thread_ts, said.ts);
    await slack.mention({ user: 'carl', channel: 'general', text: 'cancel', thread: said.ts });
    await slack.until(() => slack.ephemerals('carl')[0]);
    await slack.until(() => reading(thread(), /Cancelled by Carl/));
    assertClean(slack);
  });

  test('it says what a month would cost, in a thread and to a command', async () => {
    await using home = await office();
    const { slack } = home;
    const { said, thread } = await asked(slack);
    await slack.mention({ user: 'carl', channel: 'general', text: '@baton estimate 200 5', thread: said.ts });
    const card = await slack.until(() => reading(thread(), /200 tasks a day of 5 steps each/));
    assert.match(card.seen, /openai.*71\.54 \/ 182\.17 \/ 645\.15 USD/s);
    const command = await slack.command({ user: 'carl', channel: 'general', text: 'estimate 200 many' });
    assert.match(JSON.stringify(command.body), /Like this: estimate 200 5/);
    assertClean(slack);
  });

  test('the menu of a progress message asks the same', async () => {
    await using home = await office({ way: 'http' });
    const { slack } = home;
    const { thread } = await asked(slack);
    // The question goes first, whatever else waits.
    const progress = await slack.until(() => thread().find(({ menus }) => menus.length > 0));
    assert.deepEqual(progress.menus[0]?.options, [
      'Where it stands',
      'Why',
      'Everything that happened',
      'Cancel the run',
    ]);
    const choose = (option: string) => slack.click({ user: 'carl', message: progress, action_id: 'menu', option });
    const before = thread().length;
    await choose('Why');
    await slack.until(() => thread().length > before);
    await choose('Everything that happened');
    await slack.until(() => slack.files[0]);
    await choose('Cancel the run');
    await slack.until(() => reading(thread(), /Cancelled by Carl/));
    assertClean(slack);
  });

  test('a letter that no card holds is a file in its thread, once', async () => {
    await using home = await office({ configure: () => ({ routes: [letterRoute] }) });
    const { slack } = home;
    const said = await slack.mention({ user: 'carl', channel: 'general', text: 'letter to ann' });
    const thread = () => slack.messages('general', said.ts);
    const question = await slack.until(() => withButton(thread(), 'Approve'));
    const files = () => slack.files.filter((file) => file.thread_ts === said.ts);
    const file = await slack.until(() => files()[0]);
    assert.ok(file.bytes.toString().includes(`letter: ${letter.replace(secret, 'hidden')}`));
    await slack.click({ user: 'anna', message: question, label: 'Reject' });
    await slack.until(() => reading(thread(), /rejected/i));
    assert.equal(files().length, 1);
    assertClean(slack);
  });

  test('what is no task in a thread is told to its writer alone, and begins nothing', async () => {
    await using home = await office();
    const { slack, world } = home;
    const { said, thread } = await asked(slack);
    await slack.mention({ user: 'anna', channel: 'general', text: 'refund 8 20', thread: said.ts });
    const [told] = await slack.until(() => slack.ephemerals('anna').length > 0 && slack.ephemerals('anna'));
    assert.equal(told?.thread_ts, said.ts);
    assert.equal((await world.desk.runs(10)).length, 1);
    const code = /[0-9a-z]{4}-[0-9a-z]{4}/.exec(withButton(thread(), 'Approve')!.seen)![0];
    await slack.mention({ user: 'anna', channel: 'general', text: `approve ${code}`, thread: said.ts });
    await slack.until(() => reading(thread(), /Completed/));
    assertClean(slack);
  });

  test('what is too long for a task is told how long one may be, and begins nothing', async () => {
    await using home = await office();
    const { slack, world } = home;
    await slack.mention({ user: 'carl', channel: 'general', text: `refund 7 500 ${'x'.repeat(4_000)}` });
    const told = await slack.until(() => slack.ephemerals('carl')[0]);
    assert.equal(told.seen, 'This is no task that can be begun here; one has 1 to 4000 characters.');
    assert.equal((await world.desk.runs(10)).length, 0);
    assertClean(slack);
  });

  test('a command begins a run below a message that says who asked for what', async () => {
    await using home = await office({ way: 'http' });
    const { slack } = home;
    const answer = await slack.command({ user: 'carl', channel: 'general', text: 'refund 7 500 <!channel> & @anna' });
    assert.deepEqual({ acked: answer.acked, body: answer.body }, { acked: true, body: undefined });
    const root = slack.messages('general')[0]!;
    assert.match(root.seen, /^carl\n> refund 7 500 @channel & @anna$/);
    const question = await slack.until(() => withButton(slack.messages('general', root.ts), 'Approve'));
    assert.equal(question.thread_ts, root.ts);
    const look = await slack.command({ user: 'carl', channel: 'general', text: 'status' });
    assert.match(JSON.stringify(look.body), /ephemeral/);
    assert.equal(slack.messages('general').length, 1, 'a look leaves no message behind');
    assertClean(slack);
  });

  test('a command where the app is not begins its run in the direct messages', async () => {
    await using home = await office();
    const { slack } = home;
    slack.addChannel({ name: 'elsewhere', member: false });
    await slack.command({ user: 'anna', channel: 'elsewhere', text: 'refund 7 50' });
    const root = await slack.until(() => slack.messages('anna')[0]);
    await slack.until(() => reading(slack.messages('anna', root.ts), /Completed/));
    assertClean(slack);
  });

  test('a shortcut makes a task of somebody’s message, in its thread', async () => {
    await using home = await office();
    const { slack, world } = home;
    const said = await slack.mention({ user: 'boris', channel: 'general', text: 'look 7 50' });
    const thread = () => slack.messages('general', said.ts);
    const ended = () => thread().filter(({ seen }) => /Completed/.test(seen) && /Took/.test(seen));
    await slack.until(() => ended().length === 1);
    const answer = await slack.shortcut({ user: 'carl', message: said, callback_id: 'baton_task' });
    assert.equal(answer.acked, true);
    await slack.until(() => reading(thread(), /^carl\n> look 7 50$/));
    await slack.until(() => ended().length === 2);
    assert.deepEqual(
      (await world.desk.runs(5)).map(({ title }) => title),
      ['look 7 50', 'look 7 50'],
    );
    assertClean(slack);
  });
});
