import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BatonError } from '../../../src/contracts/error.ts';
import type { Json } from '../../../src/contracts/json.ts';
import type { Models } from '../../../src/contracts/model.ts';
import type { Plan } from '../../../src/contracts/plan.ts';
import { planSchema } from '../../../src/models/forms/plan-schema.ts';
import { createThinker } from '../../../src/models/thinker.ts';
import { encodePlan } from './encode.ts';
import { agentsOf, byModel, planRequest, registry, rulesThatSay, scripted, thinkingWith } from './scene.ts';

const plan = (models: Models, more: Parameters<typeof planRequest>[0] = {}) =>
  createThinker({ models, rules: rulesThatSay(null) }).plan(planRequest(more), thinkingWith());

const short: Plan = {
  goal: 'Find pages',
  steps: [{ id: 'search', agent: 'web.search@1', input: { query: { $ref: 'task.fields.topic' } } }],
  answer: { pages: { $ref: 'steps.search.output.pages' } },
};
const said: Json = encodePlan(short, planSchema(agentsOf('research')));

test('a route with a plan of its own gives that very plan and asks nobody', async () => {
  const fixed = registry.routes.get('refund')!.data.plan!;
  const models = scripted();
  const made = await plan(models, { fixed });
  assert.equal(made?.plan, fixed);
  assert.equal(made?.by, 'rules');
  assert.deepEqual(models.asked, []);
});

test('the strong model plans over the agents of the route', async () => {
  const models = scripted(said);
  const [search, ...others] = agentsOf('research');
  const agents = [{ ...search!, price: { micros: 10_000, currency: 'USD' } }, ...others];
  assert.deepEqual(await plan(models, { agents }), { plan: short, by: byModel });
  const [question] = models.asked;
  assert.equal(question?.tier, 'strong');
  assert.equal(question?.purpose, 'plan');
  assert.match(
    question?.input ?? '',
    /web\.search@1: Search the web \(read, costs 0\.01 USD a call\)\n {2}takes \{ query: string, limit\?: integer \}/,
  );
  assert.match(question?.input ?? '', /wiki\.publish@1: Publish a page \(irreversible\)/);
  assert.match(question?.input ?? '', /"topic":"tidal power"/);
});

test('no plan is made where the model says so, or where there are no agents', async () => {
  assert.equal(await plan(scripted({ plan: null })), null);
  const models = scripted();
  assert.equal(await plan(models, { agents: [] }), null);
  assert.deepEqual(models.asked, []);
});

test('what was found in an earlier plan reaches the next request, in the form that the model writes', async () => {
  const models = scripted(said);
  const hint = 'steps.search.output has no page; did you mean pages?';
  await plan(models, {
    attempted: [
      { plan: short as unknown as Json, findings: [{ code: 'dangling_reference', path: 'answer.pages', hint }] },
      { plan: 'no plan at all', findings: [{ code: 'malformed', path: 'steps', hint: 'missing' }] },
    ],
  });
  const input = models.asked[0]?.input ?? '';
  assert.ok(input.includes(`dangling_reference at answer.pages: ${hint}`));
  assert.ok(input.includes('{"ref":"task.fields.topic"}'));
  assert.ok(input.includes('{"plan":"no plan at all"}'));
  assert.ok(input.indexOf('dangling_reference') < input.indexOf('no plan at all'));
});

test('what differs from task to task comes after what does not', async () => {
  const models = scripted(said, said);
  await plan(models, { goal: 'one', fields: { topic: 'a' } });
  await plan(models, { goal: 'two', fields: { topic: 'b' } });
  const [one, two] = models.asked;
  assert.equal(one?.instructions, two?.instructions);
  assert.deepEqual(one?.schema, two?.schema);
  const before = (text = '') => text.slice(0, text.indexOf('<untrusted'));
  assert.ok(before(one?.input).length > 400);
  assert.equal(before(one?.input), before(two?.input));
});

test('the failure of a model is told as it is', async () => {
  await assert.rejects(plan(scripted(new BatonError('model_unreachable', 'away'))), { code: 'model_unreachable' });
});
