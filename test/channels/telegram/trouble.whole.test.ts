/** What goes wrong between two programs that cannot see each other: duplicates, limits, lost answers, lost people. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createMemoryChannel } from '../../../src/channels/memory.ts';
import { place } from './place.ts';

describe('updates', { concurrency: 3 }, () => {
  test('one that comes again is the same run, and is answered all the same', async () => {
    await using at = await place();
    const { fake, chats } = at;
    const said = fake.say({ from: chats.carl, text: 'refund 1042 50' });
    await at.seen(chats.carl, /^Completed\n/);
    fake.redeliver(said);
    fake.say({ from: chats.carl, text: 'runs' });
    await at.seen(chats.carl, /^The latest runs/);
    assert.equal((await at.world.desk.runs(10)).length, 1);
    assert.equal(at.shop.effects('pay').length, 1);
  });

  test('of two processes one reads, and the other goes on when it stops', async () => {
    await using at = await place();
    const { fake, chats } = at;
    await fake.until(() => fake.isPolled());
    const second = await at.open();
    await at.until(() => second.channel.health!().detail === 'another process reads');
    await at.world.stop();
    fake.say({ from: chats.carl, text: 'refund 1042 50' });
    await at.seen(chats.carl, /^Completed\n/);
    assert.equal(fake.calls.filter(({ answer }) => (answer as { error_code?: number }).error_code === 409).length, 0);
  });

  test('a stranger’s poller on the same token is survived', async () => {
    await using at = await place();
    const { fake, chats } = at;
    fake.fail('getUpdates', {
      error_code: 409,
      description: 'Conflict: terminated by other getUpdates request',
      times: 3,
    });
    fake.say({ from: chats.carl, text: 'refund 1042 50' });
    await at.seen(chats.carl, /^Completed\n/);
    assert.equal(at.channel.health!().ok, true);
  });

  test('a token that is refused takes nobody else down', async () => {
    const memory = createMemoryChannel();
    await using at = await place({ channel: { token: '1:wrong' }, channels: [memory] });
    await at.until(() => /TELEGRAM_BOT_TOKEN/.test(at.channel.health!().detail));
    await memory.say('carl', 'memory:room', 'refund 1042 50');
    await memory.until((channel) => channel.in('memory:room').some(({ card }) => card.kind === 'summary'));
  });

  test('a task that is changed before it is planned is taken as it is then', async () => {
    await using at = await place();
    const { fake, chats } = at;
    const { message } = fake.say({ from: chats.carl, text: 'refund 1042' });
    await at.asked(chats.carl, 'Answer');
    fake.edit(message!, 'refund 1042 60');
    await at.seen(chats.carl, /^Taken as you wrote it now\.$/);
    await at.seen(chats.carl, /^Completed\n/);
    assert.equal(at.shop.effects('pay').length, 1);
  });
});

describe('a person', { concurrency: 2 }, () => {
  test('who changes a task that is under way is told that it stays as it was', async () => {
    await using at = await place();
    const { fake, chats } = at;
    const { message } = fake.say({ from: chats.carl, text: 'refund 1042 500' });
    const card = await at.asked(chats.anna);
    fake.edit(message!, 'refund 1042 900');
    const told = await at.seen(chats.carl, /^It is under way already, as you wrote it first\./);
    assert.equal(told.reply_to, message!.message_id);
    fake.click({ from: chats.anna, message: card, label: 'Approve' });
    await at.seen(chats.carl, /^Completed\n/);
    assert.deepEqual(at.shop.ledger.find(({ agent }) => agent === 'pay')!.input, { order: '1042', amount: 500 });
  });

  test('begins a run that failed anew, by a word in reply to its end', async () => {
    await using at = await place();
    const { fake, chats } = at;
    at.shop.behave.set('lookup', () => {
      throw new Error('the shop is closed');
    });
    fake.say({ from: chats.carl, text: 'refund 1042 50' });
    const failed = await at.seen(chats.carl, /^(Failed|Could not be completed)/);
    at.shop.behave.delete('lookup');
    fake.say({ from: chats.carl, text: 'retry', replyTo: failed });
    await at.seen(chats.carl, /^Completed\n/);
    assert.equal((await at.world.desk.runs(10)).length, 2);
    fake.say({ from: chats.carl, text: '/help' });
    await at.seen(chats.carl, /In groups: \/task@baton_test_bot/);
  });
});

describe('two processes', { concurrency: 2 }, () => {
  test('that both know the bot make one run of one message', async () => {
    await using at = await place();
    await at.open();
    const { fake, chats } = at;
    for (const order of [1042, 1043, 1044]) {
      const said = fake.say({ from: chats.carl, text: `refund ${order} 50` });
      fake.redeliver(said);
      fake.redeliver(said);
    }
    await fake.until(
      ({ messages }) => messages(chats.carl).filter(({ text }) => /^Completed\n/.test(text)).length === 3,
    );
    assert.equal((await at.world.desk.runs(10)).length, 3);
    assert.equal(at.shop.effects('pay').length, 3);
  });
});

describe('a group that became a supergroup', { concurrency: 2 }, () => {
  test('goes on with its runs where it is now, after a restart too', async () => {
    await using at = await place();
    const { fake, chats } = at;
    const group = fake.group(-5, 'Refunds');
    fake.say({ from: chats.carl, chat: group, text: `/task@${fake.bot.username} refund 1042 500` });
    await at.asked(group);
    // What is on its way in that very moment is not known to have arrived anywhere.
    while ((await at.world.db.sql`select 1 from posts`).length > 0);
    const now = fake.migrate(group, -1_001_234_567_890);
    const again = await at.asked(now);
    await at.world.stop();
    const { world } = await at.open();
    fake.say({ from: chats.carl, chat: now, text: 'status', replyTo: again });
    await fake.until(() =>
      fake.messages(now).some(({ text, reply_to }) => reply_to && /^refund 1042 500\nRun/.test(text)),
    );
    fake.click({ from: chats.anna, message: again, label: 'Edit' });
    const order = await at.seen(now, /order \(1 of 2\)/);
    fake.say({ from: chats.anna, chat: now, text: '.', replyTo: order });
    const amount = await at.seen(now, /amount \(2 of 2\)/);
    fake.say({ from: chats.anna, chat: now, text: '40', replyTo: amount });
    await at.seen(now, /^Completed\n/);
    assert.equal((await world.desk.runs(10)).length, 1);
    assert.deepEqual(at.shop.ledger.find(({ agent }) => agent === 'pay')!.input, { order: '1042', amount: 40 });
  });
});

describe('sends', { concurrency: 3 }, () => {
  test('a limit that is hit parks that chat alone, and nothing is sent there too early', async () => {
    await using at = await place();
    const { fake, chats } = at;
    fake.fail('sendMessage', {
      error_code: 429,
      description: 'Too Many Requests: retry after 1',
      parameters: { retry_after: 1 },
      chat: chats.carl,
    });
    fake.say({ from: chats.carl, text: 'refund 1042 500' });
    await at.asked(chats.anna);
    assert.equal(fake.messages(chats.carl).length, 0, 'the other chat did not wait');
    await at.asked(chats.carl);
  });

  test('a limit on edits parks its chat, a restart does not forget it, and questions go on elsewhere', async () => {
    await using at = await place();
    const { fake, chats } = at;
    const limited = fake.fail('editMessageText', {
      error_code: 429,
      description: 'Too Many Requests: retry after 2',
      parameters: { retry_after: 2 },
      chat: chats.carl,
    });
    // What is shown before it is asked changes when it is.
    const looked = Promise.withResolvers<void>();
    at.shop.behave.set('lookup', async () => {
      await looked.promise;
      return { order: '1042', total: 500 };
    });
    fake.say({ from: chats.carl, text: 'refund 1042 500' });
    await at.seen(chats.carl, /^refund 1042 500\nRun: /);
    looked.resolve();
    await fake.until(() => limited.met);
    const card = await at.asked(chats.anna);
    await at.world.stop();
    await at.open();
    fake.click({ from: chats.anna, message: card, label: 'Approve' });
    await at.seen(chats.anna, /Approved by Anna at/);
    await at.seen(chats.carl, /^refund 1042 500\n[\s\S]*✓ Completed/);
  });

  test('a limit is heeded by the process that comes after a restart', async () => {
    await using at = await place();
    const { fake, chats } = at;
    const limited = fake.fail('sendMessage', {
      error_code: 429,
      description: 'Too Many Requests: retry after 2',
      parameters: { retry_after: 2 },
      chat: chats.carl,
    });
    fake.say({ from: chats.carl, text: 'refund 1042 50' });
    await fake.until(() => limited.met);
    await at.world.stop();
    await at.open();
    await at.seen(chats.carl, /^Completed\n/);
  });

  test('a question whose arrival nobody knows is posted once more and no more, and both decide the same', async () => {
    await using at = await place();
    const { fake, chats } = at;
    fake.fail('sendMessage', 'reset', { chat: chats.anna });
    fake.say({ from: chats.carl, text: 'refund 1042 500' });
    await fake.until(() => fake.messages(chats.anna).length === 2);
    fake.click({ from: chats.anna, message: fake.messages(chats.anna)[0]!, label: 'Approve' });
    await at.seen(chats.carl, /^Completed\n/);
    await fake.until(() => fake.messages(chats.anna)[1]!.buttons.length === 0);
    assert.equal(fake.messages(chats.anna).filter(({ text }) => text.startsWith('May this')).length, 2);
  });

  test('a message that is gone is replaced by a new one', async () => {
    await using at = await place();
    const { fake, chats } = at;
    fake.say({ from: chats.carl, text: 'refund 1042 500' });
    const card = await at.asked(chats.anna);
    const progress = await at.seen(chats.carl, /^refund 1042 500\nRun: /);
    fake.fail('editMessageText', {
      error_code: 400,
      description: 'Bad Request: message to edit not found',
      matches: ({ message_id: id }) => id === progress.message_id,
      chat: chats.carl,
    });
    fake.click({ from: chats.anna, message: card, label: 'Approve' });
    await fake.until(() =>
      fake
        .messages(chats.carl)
        .some(
          (one) =>
            one !== progress &&
            one.message_id !== progress.message_id &&
            /^refund 1042 500\n[\s\S]*Completed$/.test(one.text),
        ),
    );
  });

  test('a copy that cannot be edited any more has its end posted beside it, once', async () => {
    await using at = await place();
    const { fake, chats } = at;
    fake.say({ from: chats.carl, text: 'refund 1042 500' });
    const stuck = await at.asked(chats.boris);
    fake.fail('editMessageText', {
      error_code: 400,
      description: "Bad Request: message can't be edited",
      matches: ({ message_id: id }) => id === stuck.message_id,
      chat: chats.boris,
      times: 100,
    });
    fake.click({ from: chats.anna, message: await at.asked(chats.anna), label: 'Approve' });
    const end = await at.seen(chats.boris, /Approved by Anna at/);
    assert.deepEqual(end.buttons, []);
    await at.seen(chats.carl, /^refund 1042 500\n[\s\S]*✓ Completed/);
    assert.equal(fake.messages(chats.boris).length, 2);
  });

  test('who has blocked the bot is asked where they are reached else', async () => {
    const memory = createMemoryChannel();
    const people = {
      operator: {},
      anna: { name: 'Anna', roles: ['finance'], accounts: { telegram: '501', memory: 'anna' } },
      carl: { accounts: { telegram: '503' } },
    };
    await using at = await place({ channels: [memory], configuration: { people } });
    at.fake.block(501);
    at.fake.say({ from: at.chats.carl, text: 'refund 1042 500' });
    await memory.until((channel) => channel.in('memory:anna').some(({ card }) => card.kind === 'question'));
  });

  test('a click that comes before the answer to the send decides all the same', async () => {
    await using at = await place();
    const { fake, chats } = at;
    fake.fail('sendMessage', 'hang', { chat: chats.anna });
    fake.say({ from: chats.carl, text: 'refund 1042 500' });
    const card = await at.asked(chats.anna);
    fake.click({ from: chats.anna, message: card, label: 'Approve' });
    await at.seen(chats.carl, /^Completed\n/);
    assert.equal(at.shop.effects('pay').length, 1);
  });
});
