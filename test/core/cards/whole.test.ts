/** What a card shows a part of is carried in full, for a file beside it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryChannel } from '../../../src/channels/memory.ts';
import { factsInFull, factsOf } from '../../../src/core/cards/facts.ts';
import { veilOf } from '../../../src/core/cards/veil.ts';
import { wordsIn } from '../../../src/core/cards/words.ts';
import { letter, letterRoute, secret } from '../../support/letter.ts';
import { running } from '../../support/running.ts';
import { createShop } from '../../support/world.ts';

const words = wordsIn('en');
const open = veilOf([], []);

test('a value that its facts show all of has no other form', () => {
  assert.equal(factsInFull({ a: 'two\nlines', b: [1, 2], c: { d: null } }, open, words), null);
});

test('a long text is there with its lines, a long list with its elements, a deep value with its fields', () => {
  const text = `${'line\n'.repeat(100)}end`;
  assert.deepEqual(factsInFull({ text }, open, words), [{ label: 'text', text }]);
  const list = Array.from({ length: 8 }, (_, i) => i);
  assert.equal(factsOf({ list }, open, words).length, 6);
  assert.equal(factsInFull({ list }, open, words)!.length, 8);
  const deep = { a: { b: { c: { d: { e: { f: { g: 'here' } } } } } } };
  assert.deepEqual(factsInFull(deep, open, words), [{ label: 'a.b.c.d.e.f.g', text: 'here' }]);
});

test('what is hidden stays hidden, what cannot be seen is spelt out, and nothing is without end', () => {
  const value = { token: secret, text: `${'x'.repeat(400)}\u202e ${secret}` };
  const whole = factsInFull(value, veilOf([['token']], [secret]), words)!;
  assert.deepEqual(whole[0], { label: 'token', text: words.hidden });
  assert.equal(whole[1]!.text, `${'x'.repeat(400)}[U+202E] ${words.hidden}`);
  const huge = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`f${i}`, 'y'.repeat(200_000)]));
  const texts = factsInFull(huge, open, words)!.map((fact) => fact.text);
  assert.match(texts[0]!, /y… 100,000 more characters$/);
  assert.ok(texts.join('').length < 310_000);
});

test('a text of nothing but gaps is looked at once', () => {
  const gap = `x${' '.repeat(200_000)}x`;
  const since = process.cpuUsage().user;
  assert.match(factsInFull({ gap }, open, words)![0]!.text, /more characters$/);
  assert.ok(process.cpuUsage().user - since < 10_000_000, 'quadratic time would be half a minute');
});

test('a question has it while it is open, and the summary has what came out', async () => {
  const memory = createMemoryChannel();
  const configuration = createShop().configuration({ routes: [letterRoute] });
  await using at = await running({ channels: [memory], configuration });
  await memory.say('carl', 'memory:room', 'letter to ann');
  const shown = (kind: string) => memory.in('memory:room').find(({ card }) => card.kind === kind);
  const question = await memory.until(() => shown('question'));
  const whole = letter.replace(secret, words.hidden);
  assert.equal(question.card.whole?.find(({ label }) => label === 'letter')?.text, whole);
  await memory.press('anna', 'memory:room', question.message, 'approve');
  assert.equal((await memory.until(() => shown('summary'))).card.whole?.[0]?.text, whole);
  const closed = await memory.until(() => shown('question')!.card.buttons.length === 0 && shown('question'));
  assert.equal(closed.card.whole, undefined);
  assert.equal((await at.world.desk.runs(5)).length, 1);
});
