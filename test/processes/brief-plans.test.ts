/** The route of a brief has no plan: which plans a model may make for it, and which never run. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { createBriefAgents } from '../../processes/brief/agents.ts';
import { createBriefRoute } from '../../processes/brief/route.ts';
import { openBriefs } from '../../processes/brief/store.ts';
import type { BatonError } from '../../src/contracts/error.ts';
import { type Plan, plan as planSchema } from '../../src/contracts/plan.ts';
import { gateOf } from '../../src/core/effect.ts';
import { findingsOf } from '../../src/core/planner.ts';
import { createRegistry } from '../../src/core/registry.ts';
import { loadConfiguration } from '../../src/load.ts';
import { root } from '../support/documents.ts';
import { planOverList, planOverPages, withStep } from './brief-plans.ts';

const registry = createRegistry(
  await loadConfiguration(join(root, 'baton.config.ts'), { databaseUrl: 'postgres://localhost/none', env: {} }),
);
const { data, route } = registry.routes.get('brief')!;

const found = (plan: Plan, of = data): string[] =>
  findingsOf(planSchema.parse(plan), of, registry).map(({ code, path }) => `${code} at ${path}`);

test('the deployment offers it, in both languages, to an editor who is there', () => {
  assert.equal(data.plan, null);
  assert.equal(data.ru?.title, 'Подготовить справку');
  assert.equal(route.examples.length, 2);
  for (const example of route.examples) assert.ok(route.patterns.some((pattern) => pattern.test(example)));
  assert.deepEqual(
    data.approvals.map(({ agent, deciders, when }) => ({ agent, deciders, when })),
    [{ agent: 'brief.post@1', deciders: { roles: ['editors'] }, when: undefined }],
  );
  assert.ok(registry.people.get('operator')?.roles.includes('editors'));
});

test('whoever decides is named by the deployment, and must be there', () => {
  const agents = createBriefAgents({ network: {}, store: openBriefs('postgres://localhost/none') });
  const routes = [createBriefRoute(agents, { editors: 'press' })];
  const built = createRegistry({ routes, people: { anna: { roles: ['press'] } } });
  assert.deepEqual(found(planOverList, built.routes.get('brief')!.data), []);
  assert.throws(
    () => createRegistry({ routes, people: { anna: { roles: ['editors'] } } }),
    (error: BatonError) => /press/.test(JSON.stringify(error.problems)),
  );
});

test('all but one of its agents only read, and that one says what it does', () => {
  const contracts = data.agents.map((id) => registry.agents.get(id)!.contract);
  const acting = contracts.filter(({ effect }) => effect !== 'read');
  assert.deepEqual(
    acting.map(({ name, effect, idempotent, resource }) => ({ name, effect, idempotent, resource })),
    [{ name: 'brief.post', effect: 'irreversible', idempotent: true, resource: 'brief:{{input.topic}}' }],
  );
  assert.match(acting[0]!.risk ?? '', /cannot be called back/);
  assert.match(acting[0]!.ru?.risk ?? '', /отозвать её будет нельзя/);
  for (const { ru } of contracts) assert.match(ru?.title ?? '', /\p{Script=Cyrillic}/u);
});

test('a plan over the list of pages passes, and so does one with steps for each page', () => {
  assert.deepEqual(found(planOverList), []);
  assert.deepEqual(found(planOverPages('https://a.example/1', 'https://a.example/2')), []);
});

test('without a rule of its own posting is asked of whoever answers, and without them it is not allowed', () => {
  const input = { topic: 'tea', title: 'Tea', body: ['x'], sources: ['https://a.example'] };
  const { contract } = registry.agents.get('brief.post@1')!;
  const gate = gateOf({ ...data, approvals: [] }, contract, 'brief.post@1', input, {});
  assert.deepEqual(gate.kind === 'ask' && gate.terms.deciders, { roles: ['editors'] });
  const nobody = { ...data, approvals: [], questions: { ...data.questions, deciders: {} } };
  assert.deepEqual(found(planOverList, nobody), ['effect_without_approval at steps.post.agent']);
});

test('an agent that there is not, and one of another process, are told apart', () => {
  assert.deepEqual(
    found(withStep(planOverList, 'sources', { agent: 'web.search@1' }))[0],
    'unknown_agent at steps.sources.agent',
  );
  // What the page of the sample site asks for.
  const pay = { id: 'pay', agent: 'shop.pay@1', input: { order: '1042' } };
  const findings = found({ ...planOverList, steps: [...planOverList.steps, pay] });
  assert.ok(findings.includes('agent_not_allowed at steps.pay.agent'), findings.join('\n'));
});

test('steps that wait for each other are found', () => {
  assert.deepEqual(found(withStep(planOverList, 'sources', { after: ['post'] })), ['cycle at steps.sources']);
});

test('what a model says of a page goes nowhere before it was looked up there', () => {
  const { input } = planOverList.steps.find(({ id }) => id === 'compare')!;
  const unchecked = [{ url: 'https://a.example/', title: '', points: { $ref: 'steps.extract1.output.points' } }];
  const plan = withStep(planOverPages('https://a.example/1', 'https://a.example/2'), 'compare', {
    input: { ...(input as object), sources: unchecked },
  });
  assert.deepEqual(found(plan), ['missing_input at steps.compare.input.sources[0].points.*.stands']);
});

test('edges of the wrong type are found', () => {
  const edges: [step: string, input: Plan['steps'][number]['input'], finding: RegExp][] = [
    ['fetch', { url: { $ref: 'steps.draft.output' } }, /^type_mismatch at steps\.fetch\.input\.url/m],
    ['fetch', { url: { $ref: 'steps.sources.output.urls' } }, /^type_mismatch at steps\.fetch\.input\.url/m],
    ['check', { pages: { $ref: 'steps.fetch.output' } }, /^missing_input at steps\.check\.input\.found/m],
    ['extract', { text: { $ref: 'item.html' }, question: 'x?' }, /^dangling_reference at steps\.extract\.input\.text/m],
    ['draft', { $ref: 'steps.compare.output' }, /^missing_input at steps\.draft\.input\.topic/m],
    ['sources', { urls: ['https://a.example'], all: true }, /^unknown_input at steps\.sources\.input\.all/m],
  ];
  for (const [step, input, finding] of edges)
    assert.match(found(withStep(planOverList, step, { input })).join('\n'), finding);
});

test('pages that the task need not name are no list to go through', () => {
  const forEach = { in: { $ref: 'task.fields.urls' }, concurrency: 4, max: 10 };
  assert.deepEqual(found(withStep(planOverList, 'fetch', { forEach })), [
    'foreach_not_a_list at steps.fetch.forEach.in',
  ]);
});
