/** A refund in Telegram, from its message to its summary, as people see it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { letter, letterRoute, secret } from '../../support/letter.ts';
import { place } from './place.ts';

describe('a refund in Telegram', { concurrency: 3 }, () => {
  test('is asked for in one chat, approved in another, and told in both', async () => {
    await using at = await place();
    const { fake, chats } = at;
    fake.say({ from: chats.carl, text: 'refund 1042 500' });
    const card = await at.asked(chats.anna);
    assert.match(card.text, /^May this happen\? Pay the money back\n/);
    assert.match(card.text, /Asked by: Carl/);
    assert.deepEqual(card.buttons, [['Approve', 'Reject', 'Edit']]);
    fake.click({ from: chats.anna, message: card, label: 'Approve' });
    const told = await at.seen(chats.anna, /Approved by Anna at/);
    assert.deepEqual([told.message_id, told.buttons], [card.message_id, []]);
    await at.seen(chats.boris, /Approved by Anna at/);
    const own = await at.seen(chats.carl, /Approved by Anna at[\s\S]*/);
    assert.deepEqual(own.buttons, []);
    await at.seen(chats.carl, /^Completed\n/);
    await at.seen(chats.anna, /^Completed\n/);
    const progress = await at.seen(chats.carl, /^refund 1042 500\n[\s\S]*✓ Completed/);
    assert.ok(progress.edits.length > 0, 'one message, edited');
    assert.deepEqual(
      fake.answers.map(({ text, show_alert }) => [text, show_alert]),
      [['Recorded: Approve.', false]],
    );
    assert.equal(at.shop.effects('pay').length, 1);
    assert.equal(fake.messages(chats.carl).length, 3);
  });

  test('is edited field by field by replies, with an error at its field', async () => {
    await using at = await place();
    const { fake, chats } = at;
    fake.say({ from: chats.carl, text: 'refund 1042 500' });
    fake.click({ from: chats.anna, message: await at.asked(chats.anna), label: 'Edit' });
    const first = await at.seen(chats.anna, /^order \(1 of 2\)\nNow: 1042/);
    assert.equal(first.forceReply !== null, true);
    fake.say({ from: chats.anna, text: '.', replyTo: first });
    const second = await at.seen(chats.anna, /^amount \(2 of 2\)\nNow: 500/);
    fake.say({ from: chats.anna, text: 'plenty', replyTo: second });
    const wrong = await at.seen(chats.anna, /Does not fit: must be number, not string/);
    fake.say({ from: chats.anna, text: '40', replyTo: wrong });
    await at.seen(chats.anna, /^Recorded: Edit\.$/);
    await at.seen(chats.carl, /^Completed\n/);
    assert.deepEqual(at.shop.ledger.find(({ agent }) => agent === 'pay')!.input, { order: '1042', amount: 40 });
  });

  test('asks for what is missing, and takes a plain reply for it', async () => {
    await using at = await place();
    const { fake, chats } = at;
    fake.say({ from: chats.carl, text: 'refund 1042' });
    const question = await at.asked(chats.carl, 'Answer');
    fake.say({ from: chats.carl, text: '60', replyTo: question });
    await at.seen(chats.carl, /^Completed\n/);
    assert.equal(at.shop.effects('pay').length, 1);
  });

  test('says what a month would cost, to the person and in a group', async () => {
    await using at = await place({ anna: 'ru' });
    const { fake, chats } = at;
    fake.say({ from: chats.anna, text: 'смета 200 5' });
    await at.seen(
      chats.anna,
      /^200 задач в день по 5 шагов: сколько стоит месяц\n[\s\S]*openai: 71,54 \/ 182,17 \/ 645,15 USD/,
    );
    const group = fake.group(-1001, 'Refunds');
    fake.say({ from: chats.carl, chat: group, text: `/estimate@${fake.bot.username} 200 5` });
    await at.seen(
      group,
      /^200 tasks a day of 5 steps each[\s\S]*gigachat: 12,447\.24 \/ 37,822\.84 \/ 155,739\.90 RUB/,
    );
    fake.say({ from: chats.carl, text: '/estimate' });
    await at.seen(chats.carl, /^Like this: estimate 200 5/);
    assert.equal((await at.world.desk.runs(10)).length, 0);
  });

  test('speaks to a Russian in Russian', async () => {
    await using at = await place({ anna: 'ru' });
    const { fake } = at;
    const { anna } = at.chats;
    fake.say({ from: anna, text: 'помощь' });
    await at.seen(anna, /^Напишите задачу своими словами[\s\S]*упоминания там до меня не доходят/);
    fake.say({ from: anna, text: 'refund 1042 500' });
    fake.click({ from: anna, message: await at.asked(anna), label: 'Approve' });
    await fake.until(() => fake.answers.length === 1);
    assert.match(fake.answers[0]!.text!, /Решать это не вам/);
    assert.deepEqual(
      fake.commands.map(({ language_code }) => language_code || ''),
      ['', 'ru'],
    );
  });
});

test('a letter that no card holds comes as a file beside its question, once', async () => {
  await using at = await place({ configuration: { routes: [letterRoute] } });
  const { fake, chats } = at;
  fake.say({ from: chats.carl, text: 'letter to ann' });
  const card = await at.asked(chats.anna);
  assert.match(card.text, /more characters[\s\S]*the whole text is in the file\.$/);
  const file = await fake.until(() => fake.messages(chats.anna).find(({ document }) => document));
  assert.ok(file.document!.text.includes(`letter: ${letter.replace(secret, 'hidden')}`));
  assert.equal(file.reply_to, card.message_id);
  fake.click({ from: chats.anna, message: card, label: 'Reject' });
  await at.seen(chats.carl, /^Anna rejected|rejected by Anna|Rejected/);
  assert.equal(fake.messages(chats.anna).filter(({ document }) => document).length, 1);
});

describe('in a group', { concurrency: 3 }, () => {
  test('a command begins a run in its topic, and everything of it stays there', async () => {
    await using at = await place();
    const { fake, chats } = at;
    const group = fake.group(-1001234567890, 'Refunds', { forum: true, topics: { 7: 'Returns' } });
    fake.say({ from: chats.carl, chat: group, topic: 7, text: `/task@${fake.bot.username} refund 1042 500` });
    const card = await at.asked(group);
    assert.equal(card.thread, 7);
    fake.click({ from: chats.anna, message: card, label: 'Reject' });
    const summary = await at.seen(group, /^Anna rejected|rejected by Anna|Rejected/);
    assert.equal(summary.thread, 7);
    assert.equal(at.shop.effects('release').length, 1);
  });

  test('a reply to what the bot wrote is a verb, and never a task', async () => {
    await using at = await place();
    const { fake, chats } = at;
    const group = fake.group(-1001, 'Refunds');
    fake.say({ from: chats.carl, chat: group, text: `/task@${fake.bot.username} refund 1042 500` });
    const card = await at.asked(group);
    for (const [verb, shows] of [
      ['status', /^refund 1042 500\nRun: /],
      ['why', /^Waiting|^waiting|Refund an order/],
      ['runs', /^The latest runs/],
      ['buy flowers', /^In the conversation of a run only verbs and answers count/],
    ] as const) {
      fake.say({ from: chats.carl, chat: group, text: verb, replyTo: card });
      await fake.until(() => fake.messages(group).some(({ text, reply_to }) => reply_to !== null && shows.test(text)));
    }
    fake.say({ from: chats.carl, chat: group, text: 'trace', replyTo: card });
    const file = await fake.until(() => fake.messages(group).find(({ document }) => document)?.document);
    assert.match(file.text, /shop\.lookup@1/);
    fake.say({ from: chats.carl, chat: group, text: 'cancel', replyTo: card });
    await at.seen(group, /^Cancelled/);
    assert.equal(at.shop.effects('release').length, 1);
    assert.equal((await at.world.desk.runs(10)).length, 1);
  });
});
