import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryChannel } from '../../src/channels/memory.ts';
import type { Json } from '../../src/contracts/json.ts';
import { maxGivenBytes, maxValueDepth, outOfBounds } from '../../src/core/bounds.ts';
import { begin, until } from '../support/follow.ts';
import { running } from '../support/running.ts';
import { anna } from '../support/world.ts';

const room = 'memory:room';
const carl = { person: 'carl', via: 'memory' };

function nested(levels: number): Json {
  let value: Json = 1;
  for (let i = 0; i < levels; i += 1) value = [value];
  return value;
}

test('a value is bounded in bytes and in depth, and what refers to itself comes to an end', () => {
  assert.equal(outOfBounds(undefined, 10), null);
  assert.equal(outOfBounds('12345678', 10), null);
  assert.deepEqual(outOfBounds('123456789', 10), { path: '', expected: 'at most 10 bytes', received: 'more' });
  assert.equal(outOfBounds('äääää', 10)?.received, 'more');
  assert.equal(outOfBounds({ '1234567890': 1 }, 10)?.received, 'more');
  assert.equal(outOfBounds('\n\n\n\n\n', 10)?.received, 'more', 'as JSON writes it');
  assert.equal(outOfBounds(nested(maxValueDepth), 1_000), null);
  assert.match(outOfBounds(nested(maxValueDepth + 1), 1_000)!.expected, /nesting/);
  assert.match(outOfBounds(nested(200_000), 1_000_000)!.expected, /nesting/);
  const twice: unknown[] = [];
  twice.push(twice, twice);
  assert.notEqual(outOfBounds(twice, 100_000), null);
});

test('an edit or an answer that is too large or too deep is refused at its root', async () => {
  await using at = await running();
  const paying = await until(at.world, await begin(at.world, 'refund 7 500'), 'asked');
  const asking = await until(at.world, await begin(at.world, 'refund 8', carl), 'asked');
  const large = { amount: 'x'.repeat(maxGivenBytes) };
  const tooLarge = [{ path: '', expected: `at most ${maxGivenBytes} bytes`, received: 'more' }];
  for (const value of [large, nested(100_000)]) {
    const edited = await at.world.desk.vote(paying.question.code, { actor: anna, verb: 'edit', value });
    const answered = await at.world.desk.vote(asking.question.code, { actor: carl, verb: 'answer', value });
    assert.deepEqual([edited.result, answered.result], ['invalid_value', 'invalid_value']);
    if (value !== large) continue;
    assert.deepEqual(edited, { result: 'invalid_value', mismatches: tooLarge });
    assert.deepEqual(answered, { result: 'invalid_value', mismatches: tooLarge });
  }
});

test('a value that a verb does not take is not kept', async () => {
  await using at = await running();
  const { question } = await until(at.world, await begin(at.world, 'refund 7 500'), 'asked');
  await at.world.desk.vote(question.code, { actor: anna, verb: 'approve', value: { a: 'x'.repeat(300_000) } });
  const rows = await at.world.db.sql`select value from votes`;
  assert.deepEqual(
    rows.map(({ value }) => value),
    [null],
  );
});

test('the key of a message that ended without a run begins none, and says so', async () => {
  await using at = await running();
  const { sql } = at.world.db;
  for (const [key, status] of [
    ['refused', 'done'],
    ['buried', 'dead'],
  ] as const) {
    await sql`insert into inbox (source, key, body, status, outcome) values ('test', ${key}, '{}', ${status}, 'usage')`;
    await assert.rejects(begin(at.world, 'refund 1 50', carl, key), { code: 'usage' });
  }
  assert.equal((await at.world.desk.runs(10)).length, 0);
});

test('a text that is too long is answered, and kept no longer than that takes', async () => {
  const channel = createMemoryChannel();
  await using at = await running({ channels: [channel] });
  const long = `refund 1042 50 ${'x '.repeat(100_000)}`;
  assert.equal((await channel.say('carl', room, long, 'long')).outcome, 'usage');
  assert.equal((await channel.say('carl', room, long, 'long')).outcome, 'usage');
  const padded = `\n${' '.repeat(9_000)}refund 1042 50${' '.repeat(9_000)}`;
  assert.equal((await channel.say('carl', room, padded, 'padded')).outcome, 'run');
  const rows = await at.world.db.sql<{ bytes: number }[]>`select length(body::text) as bytes from inbox`;
  assert.equal(rows.length, 2);
  for (const { bytes } of rows) assert.ok(bytes < 5_000, `${bytes}`);
});

test('an update that is out of bounds is answered and not kept', async () => {
  const channel = createMemoryChannel();
  await using at = await running({ channels: [channel] });
  const outcomes = [
    await channel.say('carl', room, 'refund 1042 50', 'k'.repeat(201)),
    await channel.say('carl', `memory:${'r'.repeat(200)}`, 'refund 1042 50'),
  ].map(({ outcome }) => outcome);
  assert.deepEqual(outcomes, ['usage', 'usage']);
  assert.equal((await at.world.db.sql`select 1 from inbox`).length, 0);
  await channel.say('carl', room, 'refund 1042 500');
  const { message } = await channel.until(({ messages }) => messages.get(room)?.find(({ card }) => card.code));
  const press = async (value: Json) => (await channel.press('anna', room, message, 'edit', value)).outcome;
  assert.equal(await press(nested(100_000)), 'invalid_value');
  assert.equal(await press('x'.repeat(maxGivenBytes)), 'invalid_value');
  assert.equal(await press({ amount: 400 }), 'decided');
});
