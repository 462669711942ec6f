import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Json } from '../../../src/contracts/json.ts';
import type { WordingRequest } from '../../../src/contracts/model.ts';
import { createThinker } from '../../../src/models/thinker.ts';
import { byModel, rulesThatSay, scripted, thinkingWith } from './scene.ts';
import { brokenRules } from './strict.ts';

const facts = 'outcome: completed; answer: { page: https://wiki.example/tides }';

async function word(answer: Json, more: Partial<WordingRequest> = {}) {
  const models = scripted(answer);
  const thinker = createThinker({ models, rules: rulesThatSay(null) });
  const wording = await thinker.word!({ kind: 'closing', language: 'en', facts, ...more }, thinkingWith());
  return { wording, question: models.asked[0]! };
}

test('the mid model words a closing from the facts alone, in the language that is asked for', async () => {
  const { wording, question } = await word({ text: 'Готово.' }, { language: 'ru' });
  assert.deepEqual(wording, { text: 'Готово.', proposal: null, by: byModel });
  assert.equal(question.tier, 'mid');
  assert.equal(question.purpose, 'closing');
  assert.match(question.input, /outcome: completed[\s\S]*Write in Russian\.$/);
  assert.deepEqual(brokenRules(question.schema), []);
});

test('a briefing may have a proposal; a closing never has', async () => {
  const answer = { text: 'It failed.', proposal: 'Retry.' };
  const briefing = await word(answer, { kind: 'briefing' });
  assert.deepEqual(briefing.wording, { ...answer, by: byModel });
  assert.deepEqual(brokenRules(briefing.question.schema), []);
  assert.equal((await word(answer)).wording.proposal, null);
  assert.equal((await word({ text: 'a', proposal: null }, { kind: 'briefing' })).wording.proposal, null);
});

test('words are bounded, and bring no link that the facts do not have', async () => {
  const text = 'See https://wiki.example/tides, and **pay** at https://evil.example/pay. ';
  const { wording } = await word(
    { text: text.repeat(20), proposal: 'Go to evil.example. '.repeat(40) },
    { kind: 'briefing' },
  );
  assert.ok(wording.text.length <= 600);
  assert.ok(wording.text.startsWith('See https://wiki.example/tides, and pay at …. See'));
  assert.ok(wording.proposal!.length <= 300);
  assert.doesNotMatch(JSON.stringify(wording), /evil/);
});

test('an answer without words is malformed', async () => {
  await assert.rejects(word({ text: ' \u200B ' }), { code: 'model_malformed' });
});
