/** The forms that models fill in: enforced to the letter, able to say every plan, and read back without loss. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { defineAgent } from 'baton';
import { z } from 'zod';
import type { Contract } from '../../../src/contracts/contract.ts';
import type { Json, JsonSchema } from '../../../src/contracts/json.ts';
import { type Plan, plan as planContract } from '../../../src/contracts/plan.ts';
import { prove } from '../../../src/core/proof.ts';
import { buildContract } from '../../../src/core/registry/agents.ts';
import { intakeSchema } from '../../../src/models/forms/intake-schema.ts';
import { fromPlan, toPlan } from '../../../src/models/forms/plan-form.ts';
import { planSchema } from '../../../src/models/forms/plan-schema.ts';
import { encodePlan } from './encode.ts';
import { agentsOf, registry, viewOf, views } from './scene.ts';
import { brokenRules } from './strict.ts';

/** A validator, and so a proof that the schema is one. */
function validatorOf(schema: JsonSchema): (value: Json) => boolean {
  const ajv = new Ajv2020({ strict: true, strictTypes: true, allowUnionTypes: false });
  formats.default(ajv);
  return (value) => ajv.validate(schema, value);
}

const routeNames = ['refund', 'supplier', 'incident', 'research'];

/** Everything that a plan can have, over the route without one. */
const rich: Plan = {
  goal: 'Write about tidal power',
  steps: [
    { id: 'search', agent: 'web.search@1', input: { query: { $text: '{{task.fields.topic}} cost' }, limit: 5 } },
    { id: 'more', agent: 'web.search@1', input: { query: { $ref: 'task.fields.topic' } }, after: ['search'] },
    {
      id: 'claims',
      agent: 'text.extract@1',
      input: { url: { $ref: 'item.url' }, about: null },
      forEach: { in: { $ref: 'steps.search.output.pages' }, concurrency: 3, max: 20 },
      when: {
        all: [
          { ref: 'steps.search.output.pages.length', gt: 0 },
          { ref: 'task.fields.days', exists: false },
        ],
      },
    },
    {
      id: 'write',
      agent: 'text.write@1',
      input: {
        topic: { $ref: 'task.fields.topic' },
        findings: [
          { source: 'a', claim: { $text: 'about {{task.fields.topic}}' }, weight: 0.5 },
          { source: 'b', claim: 'c', weight: { $ref: 'steps.claims.output.0.weight' } },
        ],
        style: 'short',
        labels: { first: 'one', second: { $ref: 'task.fields.topic' } },
        ref: { ref: 'a field called ref' },
      },
      when: {
        any: [
          { ref: 'task.fields.topic', in: ['tides', null, 3] },
          { ref: 'task.fields.topic', not: 'x' },
        ],
      },
      optional: true,
    },
    {
      id: 'short',
      agent: 'text.write@1',
      input: { topic: 'x', findings: { $ref: 'steps.claims.output' } },
      when: { ref: 'task.fields.topic', is: true },
    },
  ],
  answer: { text: { $ref: 'steps.write.output.text' }, list: [1, { deep: [null, { er: true }] }], count: 2 },
};

test('the form of a plan is a schema that an enforcing provider takes, for every route', () => {
  for (const name of routeNames) {
    const schema = planSchema(agentsOf(name));
    assert.deepEqual(brokenRules(schema), [], name);
    assert.equal(validatorOf(schema)({ plan: null }), true);
  }
});

test('the form of an understanding is one too, for one route and for all', () => {
  for (const routes of [views, ...views.map((view) => [view]), []]) {
    const schema = intakeSchema(routes);
    assert.deepEqual(brokenRules(schema), []);
    assert.equal(validatorOf(schema)({ task: null, language: 'ru' }), true);
  }
});

test('every plan of the samples can be said in it, and is the same when it is read back', () => {
  const plans: [string, Plan][] = [
    ...['refund', 'supplier', 'incident'].map(
      (name) => [name, registry.routes.get(name)!.data.plan!] as [string, Plan],
    ),
    ['research', rich],
  ];
  for (const [name, plan] of plans) {
    const agents = agentsOf(name);
    const schema = planSchema(agents);
    const said = encodePlan(plan, schema);
    assert.equal(validatorOf(schema)(said), true, name);
    assert.deepEqual(toPlan(said, agents), plan);
    assert.deepEqual(toPlan(fromPlan(plan as unknown as Json), agents), plan);
  }
});

test('a plan that was read back is proven as any other', () => {
  const { data } = registry.routes.get('supplier')!;
  const agents = agentsOf('supplier');
  const read = planContract.parse(toPlan(encodePlan(data.plan!, planSchema(agents)), agents));
  const contracts = new Map([...registry.agents].map(([id, { contract }]) => [id, contract]));
  assert.deepEqual(prove(read, { ...data, contracts, allowed: data.agents }), []);
});

test('an agent or an input that there is not cannot be said', () => {
  const schema = planSchema(agentsOf('research'));
  const takes = validatorOf(schema);
  const plan = (agent: string, input: Json): Json => {
    const step = { agent, id: 'one', input, after: [], when: null, forEach: null, optional: false };
    return { plan: { goal: '', steps: [step], answer: null } };
  };
  assert.equal(takes(plan('web.search@1', { query: 'x', limit: null })), true);
  assert.equal(takes(plan('shop.pay@1', { query: 'x', limit: null })), false);
  assert.equal(takes(plan('web.search@1', { query: 'x', limit: null, site: 'y' })), false);
  assert.equal(takes(plan('web.search@1', { query: 7, limit: null })), false);
  assert.equal(takes(plan('web.search@1', { query: { ref: 'env.TOKEN' }, limit: null })), false);
  assert.equal(takes(plan('web.search@1', { query: { ref: 'steps.a.output.b' }, limit: null })), true);
});

test('a route or a field that there is not cannot be said, and only agents that read take a task in one pass', () => {
  const takes = validatorOf(intakeSchema(views));
  const task = (of: Json): Json => ({ task: of, language: 'en' });
  assert.equal(takes(task({ route: 'refund', fields: { order: '1042', reason: null } })), true);
  assert.equal(takes(task({ route: 'refund', fields: { order: 'the last one', reason: null } })), false);
  assert.equal(takes(task({ route: 'refund', fields: { order: '1042', reason: null, amount: 3 } })), false);
  assert.equal(takes(task({ route: 'loan', fields: {} })), false);
  const pass = (agent: string, input: Json) =>
    task({ route: 'research', fields: { topic: 'x', days: null }, onePass: { agent, input } });
  assert.equal(takes(pass('web.search@1', { query: 'x', limit: null })), true);
  assert.equal(takes(pass('wiki.publish@1', { title: 'x', body: 'y' })), false);
});

test('nulls mean absence for what may be absent, and null for what may be null', () => {
  const step = (input: Json) => ({ agent: 'text.extract@1', id: 'a', input, after: [], when: null, forEach: null });
  const read = (input: Json) =>
    toPlan({ plan: { goal: 'g', steps: [step(input)], answer: null } }, agentsOf('research')) as unknown as Plan;
  assert.deepEqual(read({ url: 'u', about: null }).steps[0]?.input, { url: 'u', about: null });
  const { steps } = toPlan(
    {
      plan: {
        goal: 'g',
        steps: [{ agent: 'web.search@1', id: 'a', input: { query: 'q', limit: null }, after: [] }],
        answer: null,
      },
    },
    agentsOf('research'),
  ) as unknown as Plan;
  assert.deepEqual(steps[0]?.input, { query: 'q' });
});

test('a plan that a model does not give is null, and what has no form is handed on to the proof', () => {
  const agents = agentsOf('research');
  for (const output of [{ plan: null }, {}, 'no', null, [], { plan: 'later' }]) {
    assert.equal(toPlan(output as Json, agents), null);
  }
  const odd = toPlan({ plan: { steps: [7, { id: 'a', agent: 'x@1', input: { $ref: 'item' } }] } }, agents);
  assert.deepEqual(odd, { goal: null, steps: [7, { id: 'a', agent: 'x@1', input: { $ref: 'item' } }], answer: null });
});

const contractOf = (name: string, input: z.ZodType): Contract =>
  buildContract(defineAgent({ name, title: name, effect: 'read', input, output: z.strictObject({}), run: () => ({}) }))
    .contract!;

test('what cannot be said strictly is loose, and is still said', () => {
  type Tree = { name: string; children: Tree[] };
  const tree: z.ZodType<Tree> = z.lazy(() => z.strictObject({ name: z.string(), children: z.array(tree) }));
  const deep = z.strictObject({
    a: z.strictObject({ b: z.array(z.strictObject({ c: z.array(z.array(z.string())) })) }),
  });
  const inputs: [z.ZodType, Json][] = [
    [tree, { name: 'a', children: [{ name: 'b', children: [{ name: 'c', children: [] }] }] }],
    [deep, { a: { b: [{ c: [['x'], []] }] } }],
    [z.record(z.string(), z.number()), { one: 1 }],
    [z.looseObject({ a: z.string() }), { a: 'x', b: [1] }],
    [z.json(), [{ a: null }]],
    [z.tuple([z.string(), z.number()]), ['a', 1]],
    [
      z.array(z.union([z.strictObject({ kind: z.literal('a') }), z.strictObject({ kind: z.literal('b') })])),
      [{ kind: 'b' }],
    ],
    [
      z.union([z.strictObject({ x: z.string() }), z.strictObject({ x: z.string(), y: z.string() })]),
      { x: '1', y: '2' },
    ],
    [z.strictObject({ template: z.string(), n: z.number() }), { template: 'x', n: 1 }],
    [z.strictObject({ entries: z.string() }), { entries: 'x' }],
    [z.strictObject({ 'größe in m': z.number() }), { 'größe in m': 2 }],
    [z.strictObject({}), {}],
  ];
  inputs.forEach(([input, given], i) => {
    const agents = [contractOf(`odd.case-${i}`, input)];
    const schema = planSchema(agents);
    assert.deepEqual(brokenRules(schema), [], `case ${i}`);
    const plan: Plan = {
      goal: 'g',
      steps: [{ id: 'a', agent: `odd.case-${i}@1`, input: given as never }],
      answer: null,
    };
    const said = encodePlan(plan, schema);
    assert.equal(validatorOf(schema)(said), true, `case ${i}: ${JSON.stringify(said)}`);
    assert.deepEqual(toPlan(said, agents), plan, `case ${i}`);
  });
});

test('many agents with deep inputs stay within the limits of providers', () => {
  const choice = z.enum(Array.from({ length: 40 }, (_, i) => `choice ${i}`) as [string, ...string[]]);
  const wide = (i: number) =>
    Object.fromEntries(
      Array.from({ length: 30 }, (_, j) => [`field${i}of${j}`, z.strictObject({ a: z.string(), [`b${i}`]: choice })]),
    );
  const agents = Array.from({ length: 150 }, (_, i) => contractOf(`wide.agent${i}`, z.strictObject(wide(i))));
  const schema = planSchema(agents);
  assert.deepEqual(brokenRules(schema), []);
  assert.match(JSON.stringify(schema), /wide\.agent149@1/);
  const routes = agents.map(({ input }, i) => ({ ...viewOf('refund'), name: `route-${i}`, fields: input }));
  assert.deepEqual(brokenRules(intakeSchema(routes)), []);
});

test('a task is handed in one pass only to agents that take what a message can state', () => {
  const route = (input: z.ZodType) => ({ ...viewOf('research'), agents: [contractOf('one.pass', input)] });
  const text = z.string();
  for (const input of [z.strictObject({ a: text, b: z.array(z.int()).optional() }), z.strictObject({})]) {
    assert.match(JSON.stringify(intakeSchema([route(input)])), /one\.pass@1/);
  }
  for (const field of [z.strictObject({ b: text }), z.array(z.strictObject({})), z.json(), z.record(text, text)]) {
    assert.doesNotMatch(JSON.stringify(intakeSchema([route(z.strictObject({ a: field }))])), /one\.pass@1/);
  }
});
