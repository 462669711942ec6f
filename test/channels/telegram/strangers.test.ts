/** Who is not known, who cannot be known, and what does not read. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { place } from './place.ts';

describe('somebody else', { concurrency: 3 }, () => {
  test('is refused once, with the account by which they can be added, and decides nothing', async () => {
    await using at = await place();
    const { fake, chats } = at;
    const eve = fake.privateChat(666, 'Eve', { started: true });
    fake.say({ from: eve, text: 'refund 1 5' });
    await at.seen(eve, /as telegram:666/);
    fake.say({ from: eve, text: 'refund 2 5' });
    fake.say({ from: chats.carl, text: 'refund 1042 500' });
    const group = fake.group(-1001, 'Refunds');
    const card = await at.asked(chats.anna);
    fake.say({ from: chats.carl, chat: group, text: `/task@${fake.bot.username} refund 1043 500` });
    const open = await at.asked(group);
    fake.click({ from: eve, message: open, label: 'Approve' });
    const answer = await fake.until(() => fake.answers[0]);
    assert.deepEqual([answer.show_alert, /as telegram:666/.test(answer.text!)], [true, true]);
    assert.equal(fake.messages(eve).length, 1);
    assert.ok(card);
    assert.equal(at.shop.effects('pay').length, 0);
  });

  test('a group that begins task after task is told to wait, whatever its topics', async () => {
    await using at = await place({ configuration: { tasksPerMinute: 2 } });
    const { fake, chats } = at;
    const group = fake.group(-1_001_234_567_890, 'Refunds', { forum: true, topics: { 7: 'Returns', 8: 'Prices' } });
    for (const topic of [7, 8, 7])
      fake.say({ from: chats.carl, chat: group, topic, text: `/task@${fake.bot.username} look 7 50` });
    await at.seen(group, /^Too many tasks at once/);
    assert.equal((await at.world.desk.runs(10)).length, 2);
  });

  test('who writes as the group is told why that does not work', async () => {
    await using at = await place();
    const { fake, chats } = at;
    const group = fake.group(-1001, 'Refunds', { admin: true });
    fake.say({ from: chats.anna, chat: group, text: `/task@${fake.bot.username} refund 1 5`, anonymous: true });
    await at.seen(group, /^I cannot tell who you are/);
    assert.equal((await at.world.desk.runs(10)).length, 0);
  });

  test('a button of nobody’s is answered', async () => {
    await using at = await place();
    const { fake, chats } = at;
    fake.say({ from: chats.carl, text: 'refund 1042 500' });
    const card = await at.asked(chats.anna);
    fake.click({ from: chats.anna, message: card, data: 'approve' });
    const answer = await fake.until(() => fake.answers[0]);
    assert.equal(answer.text, 'This button is not one of mine any more.');
  });
});
