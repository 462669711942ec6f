import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BatonError, type ErrorCode } from '../../../src/contracts/error.ts';
import type { Json } from '../../../src/contracts/json.ts';
import type { Models, Provider } from '../../../src/contracts/model.ts';
import { prompts } from '../../../src/models/prompts.ts';
import { createThinker } from '../../../src/models/thinker.ts';
import { byModel, rulesThatSay, scripted, thinkingWith, views } from './scene.ts';

const understand = (models: Models, rules: Provider, text = 'a task', thinking = thinkingWith()) =>
  createThinker({ models, rules }).understand({ text, routes: views }, thinking);

const refund = (fields: Json): Json => ({ task: { route: 'refund', fields }, language: 'en' });

test('a task that a pattern recognises with all that it needs asks no model', async () => {
  const models = scripted();
  const fields = { order: '1042', reason: 'it arrived damaged' };
  const understood = await understand(models, rulesThatSay('refund', fields));
  assert.deepEqual(understood, { route: 'refund', fields, language: 'en', onePass: null, by: 'rules' });
  assert.deepEqual(models.asked, []);
});

test('a task of which something is missing, or is not what its field takes, asks the light model', async () => {
  const model = refund({ order: '1042', reason: 'too late' });
  for (const rules of [
    rulesThatSay('refund', { order: '1042' }),
    rulesThatSay('refund', { order: 'my last', reason: 'late' }),
    rulesThatSay(null),
  ]) {
    const models = scripted(model);
    const understood = await understand(models, rules, 'the text of the task');
    assert.deepEqual(understood.fields, { order: '1042', reason: 'too late' });
    assert.equal(understood.by, byModel);
    const [question] = models.asked;
    assert.equal(question?.tier, 'light');
    assert.equal(question?.purpose, 'intake');
    assert.equal(question?.instructions, prompts.find(({ name }) => name === 'intake')?.text);
    assert.match(question?.input ?? '', /the text of the task/);
  }
});

test('nulls and empties are no fields, and what a pattern found beside them is kept', async () => {
  const models = scripted(refund({ order: null, reason: '  ' }), refund({ order: null, reason: 'late' }));
  assert.deepEqual((await understand(models, rulesThatSay(null))).fields, {});
  const kept = await understand(models, rulesThatSay('refund', { order: '7' }));
  assert.deepEqual(kept.fields, { order: '7', reason: 'late' });
});

test('what fits no route is said, also where a pattern thought otherwise', async () => {
  const models = scripted({ task: null, language: 'ru' });
  const understood = await understand(models, rulesThatSay('refund', {}));
  assert.deepEqual(understood, { route: null, fields: {}, language: 'ru', onePass: null, by: byModel });
});

test('one agent that reads may take a task in one pass; one that has an effect may not', async () => {
  const pass = (agent: string, input: Json): Json => ({
    task: { route: 'research', fields: { topic: 'tides', days: null }, onePass: { agent, input } },
    language: 'en',
  });
  const models = scripted(
    pass('web.search@1', { query: 'tides', limit: null }),
    pass('wiki.publish@1', { title: 'a', body: 'b' }),
  );
  const first = await understand(models, rulesThatSay(null));
  assert.deepEqual(first.onePass, { agent: 'web.search@1', input: { query: 'tides' } });
  assert.equal((await understand(models, rulesThatSay(null))).onePass, null);
});

test('a route that there is not is a malformed answer', async () => {
  const models = scripted({ task: { route: 'loan', fields: {} }, language: 'en' });
  await assert.rejects(understand(models, rulesThatSay(null)), { code: 'model_malformed' });
});

const failed = (code: ErrorCode) => new BatonError(code, 'as the script says');

test('without a model the word of a pattern is enough', async () => {
  const codes: ErrorCode[] = [
    'model_unreachable',
    'model_unavailable',
    'model_throttled',
    'model_quota',
    'model_unauthorised',
    'model_rejected',
    'model_truncated',
    'model_malformed',
    'timed_out',
  ];
  for (const code of codes) {
    const understood = await understand(scripted(failed(code)), rulesThatSay('refund', { order: '7' }, 'ru'));
    assert.deepEqual(understood, {
      route: 'refund',
      fields: { order: '7' },
      language: 'ru',
      onePass: null,
      by: 'rules',
    });
    await assert.rejects(understand(scripted(failed(code)), rulesThatSay(null)), { code });
  }
});

test('a refusal, a filter, a budget, an end from this side and a defect are told, whatever a pattern says', async () => {
  const rules = rulesThatSay('refund', { order: '7' });
  for (const code of ['model_refused', 'model_filtered', 'budget_soft', 'budget_exceeded', 'aborted'] as const) {
    await assert.rejects(understand(scripted(failed(code)), rules), { code });
  }
  await assert.rejects(understand(scripted(new Error('a defect')), rules), { message: 'a defect' });
  const stopped = thinkingWith(AbortSignal.abort());
  await assert.rejects(understand(scripted(failed('timed_out')), rules, 'text', stopped), { code: 'timed_out' });
});
