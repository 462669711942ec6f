/** A value that is given field by field, by replying to prompts, or all at once in a form. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Receipt } from '../../../src/contracts/channel.ts';
import { charging } from './charging.ts';
import { room } from './room.ts';

const home = 'memory:room';
type At = Awaited<ReturnType<typeof room>>;

/** The prompt is shown, as a channel does, and replied to. */
async function reply(at: At, person: string, receipt: Receipt, text: string): Promise<Receipt> {
  const { prompt } = receipt.reply!;
  const message = `prompt-${Math.random()}`;
  await at.hall.prompted(prompt!.dialog, home, message);
  return at.say(person, text, { about: message });
}

async function asked(at: At, task: string) {
  await at.say('carl', task);
  return at.memory.until((channel) => channel.in(home).find(({ card }) => card.kind === 'question' && card.code));
}

test('an edit goes from field to field, an error stands at its field, and what was edited is paid', async () => {
  await using at = await room();
  const { card } = await asked(at, 'refund 1042 500');
  const first = await at.hand('anna', { kind: 'press', code: card.code!, verb: 'edit' });
  assert.deepEqual([first.reply!.prompt!.card.title, first.reply!.prompt!.placeholder], ['order (1 of 2)', 'order']);
  assert.deepEqual(first.reply!.prompt!.card.facts, [{ label: 'Now', text: '1042' }]);
  const second = await reply(at, 'anna', first, '.');
  assert.equal(second.reply!.prompt!.card.title, 'amount (2 of 2)');
  assert.deepEqual(second.reply!.prompt!.card.facts.at(-1), { label: 'Takes', text: 'a number' });
  const wrong = await reply(at, 'anna', second, 'plenty');
  assert.deepEqual(wrong.reply!.prompt!.card.facts[0], { label: 'Does not fit', text: 'must be number, not string' });
  const done = await reply(at, 'anna', wrong, '50');
  assert.equal(done.reply!.line, 'Recorded: Edit.');
  await at.memory.until((channel) => channel.in(home).some((one) => one.card.title === 'Completed'));
  assert.deepEqual(at.shop.ledger.find(({ agent }) => agent === 'pay')!.input, { order: '1042', amount: 50 });
});

test('a form belongs to who opened it, and a prompt is answered once', async () => {
  await using at = await room();
  const { card } = await asked(at, 'refund 1042 500');
  const first = await at.hand('anna', { kind: 'press', code: card.code!, verb: 'edit' });
  await at.hall.prompted(first.reply!.prompt!.dialog, home, 'p1');
  assert.equal((await at.say('boris', '5', { about: 'p1' })).reply!.line, 'Somebody else is filling this in.');
  assert.equal((await at.say('anna', '5', { about: 'p1' })).outcome, 'asked');
  assert.equal((await at.say('anna', '6', { about: 'p1' })).outcome, 'not_a_task');
});

test('what was typed is kept until the answer that it makes is', async () => {
  await using at = await room();
  const { card } = await asked(at, 'refund 1042');
  const first = await at.hand('carl', { kind: 'press', code: card.code!, verb: 'answer' });
  await at.hall.prompted(first.reply!.prompt!.dialog, home, 'p1');
  const { vote } = at.world.desk;
  at.world.desk.vote = () => Promise.reject(new Error('the database went away'));
  const last = { kind: 'said', text: '60', about: 'p1', inThread: false } as const;
  assert.equal((await at.hand('carl', last, home, 'k1')).outcome, 'later');
  at.world.desk.vote = vote;
  assert.equal((await at.hand('carl', last, home, 'k1')).outcome, 'decided');
});

test('whoever may not answer gets no form, but is told why', async () => {
  await using at = await room();
  const { card } = await asked(at, 'refund 1042 500');
  const refused = await at.hand('carl', { kind: 'press', code: card.code!, verb: 'edit' });
  assert.deepEqual([refused.outcome, refused.reply!.prompt], ['not_allowed', undefined]);
  assert.equal(await at.hall.form(card.code!, 'edit', 'carl'), null);
});

test('what a task does not say may be answered by a plain reply in its conversation', async () => {
  await using at = await room();
  const { card, message } = await asked(at, 'refund 1042');
  assert.deepEqual(
    card.buttons.map(({ verb }) => verb),
    ['answer', 'stop'],
  );
  const wrong = await at.say('carl', 'much', { about: message });
  assert.equal(wrong.reply!.prompt!.card.facts[0]!.label, 'Does not fit');
  const told = await reply(at, 'carl', wrong, '90');
  assert.equal(told.reply!.line, 'Recorded: Answer.');
  await at.memory.until((channel) => channel.in(home).some((one) => one.card.title === 'Completed'));
  assert.equal(at.shop.effects('pay').length, 1);
});

test('a whole form tells what does not fit at its fields, and nothing is sent that changes nothing', async () => {
  await using at = await room();
  const { card } = await asked(at, 'refund 1042 500');
  const form = await at.hall.form(card.code!, 'edit', 'anna');
  assert.deepEqual(
    form!.fields.map(({ label, initial, optional }) => [label, initial, optional]),
    [
      ['order', '1042', false],
      ['amount', '500', false],
    ],
  );
  const fill = (typed: string[]) => at.hand('anna', { kind: 'filled', code: card.code!, verb: 'edit', typed });
  assert.deepEqual((await fill(['1042', 'x'])).reply!.wrong, [{ field: 1, problem: 'must be number, not string' }]);
  assert.deepEqual(
    (await fill(['1042', '-5'])).reply!.wrong?.map(({ field }) => field),
    [1],
  );
  assert.equal((await fill(['1042', '500'])).outcome, 'unchanged');
  assert.equal((await fill(['1042', '40'])).outcome, 'decided');
});

test('in a thread, where nothing says what a text replies to, it goes to the form that is open there', async () => {
  await using at = await room();
  const { card } = await asked(at, 'refund 1042 500');
  const first = await at.hand('anna', { kind: 'press', code: card.code!, verb: 'edit' });
  await at.hall.prompted(first.reply!.prompt!.dialog, home, 'p1');
  const status = await at.say('anna', 'status', { inThread: true });
  assert.equal(status.outcome, 'status');
  const second = await at.say('anna', '1042', { inThread: true });
  assert.equal(second.reply!.prompt!.card.title, 'amount (2 of 2)');
  await at.hall.prompted(second.reply!.prompt!.dialog, home, 'p2');
  assert.equal((await at.say('boris', '5', { inThread: true })).outcome, 'not_a_task');
  assert.equal((await at.say('anna', '40', { inThread: true })).reply!.line, 'Recorded: Edit.');
});

test('how a hidden field is kept is said as it goes there: a dot in a reply, nothing in a form', async () => {
  const { route, inputs } = charging();
  await using at = await room({ routes: [route] });
  const { card } = await asked(at, 'charge s3cret 500');
  const { fields } = (await at.hall.form(card.code!, 'edit', 'anna'))!;
  assert.deepEqual(
    fields.map(({ name, initial, hint }) => [name, initial, hint]),
    [
      ['token', '', 'hidden; leave it empty to keep it'],
      ['amount', '500', 'a number'],
    ],
  );
  const first = await at.hand('anna', { kind: 'press', code: card.code!, verb: 'edit' });
  assert.deepEqual(first.reply!.prompt!.card.facts, [{ label: 'Takes', text: 'hidden; a single dot keeps it' }]);
  await reply(at, 'anna', await reply(at, 'anna', first, '.'), '40');
  await at.memory.until((channel) => channel.in(home).some((one) => one.card.title === 'Completed'));
  assert.deepEqual(inputs, [{ token: 's3cret', amount: 40 }]);
});
