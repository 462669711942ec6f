import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { agentId, type Contract, contract as contractSchema } from '../../src/contracts/contract.ts';
import { terms } from '../../src/contracts/escalation.ts';
import { type Plan, type PlanStep, plan as planSchema } from '../../src/contracts/plan.ts';
import { approvalRule } from '../../src/contracts/route.ts';
import { type FindingCode, findingCodes, type Ground, prove } from '../../src/core/proof.ts';
import { lossless } from '../../src/core/schema/lossless.ts';

const contract = (name: string, input: z.ZodType, output: z.ZodType, more: Partial<Contract> = {}): Contract =>
  contractSchema.parse({
    name,
    version: 1,
    title: name,
    input: lossless(input).schema,
    output: lossless(output).schema,
    checkedAtRunTime: [],
    effect: 'read',
    idempotent: true,
    duplicateWindowMs: 0,
    timeoutMs: 1000,
    retry: { attempts: 3, firstDelayMs: 1000, factor: 2, maxDelayMs: 60_000 },
    maxOutputBytes: 1000,
    redact: [],
    ...more,
  });

const line = z.strictObject({ sku: z.string(), count: z.int() });
const find = contract(
  'shop.find',
  z.strictObject({ order: z.string() }),
  z.strictObject({
    total: z.number(),
    note: z.string().optional(),
    state: z.enum(['open', 'paid']),
    lines: z.array(line),
    maybe: z.array(line).nullable(),
  }),
);
const pay = contract(
  'shop.pay',
  z.strictObject({ order: z.string(), amount: z.number().min(1), how: z.enum(['card', 'cash']).optional() }),
  z.strictObject({ id: z.string() }),
  { effect: 'compensable', undo: { agent: 'shop.back@1', input: { id: { $ref: 'output.id' } } } },
);
const back = contract('shop.back', z.strictObject({ id: z.string() }), z.strictObject({}), { effect: 'reversible' });
const send = contract('mail.send', z.strictObject({ text: z.string() }), z.unknown(), { effect: 'irreversible' });
const dynamic = contract('any.thing', z.unknown(), z.unknown());

const contracts = (...more: Contract[]) =>
  new Map([find, pay, back, send, dynamic, ...more].map((one) => [agentId(one), one]));

const ground: Ground = {
  fields: lossless(z.strictObject({ order: z.string(), limit: z.number().optional() })).schema,
  contracts: contracts(),
  allowed: [...contracts().keys()],
  approvals: [],
  questions: terms.parse({ deciders: { people: ['ann'] } }),
};

const lookup: PlanStep = { id: 'lookup', agent: 'shop.find@1', input: { order: { $ref: 'task.fields.order' } } };
const payment = (input: PlanStep['input'], more: Partial<PlanStep> = {}): PlanStep => ({
  id: 'pay',
  agent: 'shop.pay@1',
  input,
  ...more,
});
const planOf = (steps: PlanStep[], answer: Plan['answer'] = null): Plan => ({ goal: 'Test', steps, answer });
const amount = { $ref: 'steps.lookup.output.total' };

const found = (steps: PlanStep[], answer: Plan['answer'] = null, on: Partial<Ground> = {}): string[] => {
  const plan = planSchema.parse(planOf(steps, answer));
  return prove(plan, { ...ground, ...on }).map((finding) => `${finding.code} ${finding.path}`);
};
const hintsFor = (steps: PlanStep[]): string =>
  prove(planOf(steps), ground)
    .map((one) => one.hint)
    .join('\n');

test('a plan that holds has no findings', () => {
  const steps = [
    lookup,
    payment({ order: '7', amount, how: 'card' }, { when: { ref: 'steps.lookup.output.total', gt: 5 } }),
    {
      ...lookup,
      id: 'each',
      input: { order: { $ref: 'item.sku' } },
      forEach: { in: { $ref: 'steps.lookup.output.lines' }, concurrency: 2, max: 5 },
    },
    {
      id: 'send',
      agent: 'mail.send@1',
      input: { text: { $text: 'Paid {{steps.pay.output.id}}: {{steps.each.output.0.total}}' } },
      when: { ref: 'steps.each.output.0.total', exists: true },
    },
    { id: 'free', agent: 'any.thing@1', input: { deep: [{ $ref: 'steps.send.output.what.ever' }].slice(1) } },
    payment(
      { order: '7', amount: { $ref: 'steps.free.output.sum' } },
      { id: 'again', when: { ref: 'steps.free.output.sum', exists: true } },
    ),
  ];
  assert.deepEqual(
    found(steps, { id: { $ref: 'steps.pay.output.id' }, note: { $ref: 'steps.lookup.output.note' } }),
    [],
  );
});

const wrong: [FindingCode, string, PlanStep[], Plan['answer']?, Partial<Ground>?][] = [
  ['unknown_agent', 'steps.lookup.agent', [{ ...lookup, agent: 'shop.fnd@1' }]],
  ['agent_not_allowed', 'steps.lookup.agent', [lookup], null, { allowed: ['shop.pay@1'] }],
  ['duplicate_step', 'steps.lookup', [lookup, lookup]],
  [
    'cycle',
    'steps.a',
    [
      { ...lookup, id: 'a', after: ['b'] },
      { ...lookup, id: 'b', after: ['c'] },
      { ...lookup, id: 'c', after: ['a'] },
    ],
  ],
  ['cycle', 'steps.a', [{ ...lookup, id: 'a', after: ['a'] }]],
  [
    'dangling_reference',
    'steps.lookup.input.order',
    [{ ...lookup, input: { order: { $ref: 'steps.gone.output.id' } } }],
  ],
  ['dangling_reference', 'steps.lookup.input.order', [{ ...lookup, input: { order: { $ref: 'task.fields.ordr' } } }]],
  ['dangling_reference', 'steps.lookup.input.order', [{ ...lookup, input: { order: { $ref: 'item.sku' } } }]],
  ['dangling_reference', 'steps.lookup.input.order', [{ ...lookup, input: { order: { $text: '{{task.fields.x}}' } } }]],
  ['dangling_reference', 'steps.lookup.input.order', [{ ...lookup, input: { order: { $ref: 'input.order' } } }]],
  ['dangling_reference', 'steps.lookup.after', [{ ...lookup, after: ['gone'] }]],
  ['dangling_reference', 'steps.lookup.when', [{ ...lookup, when: { ref: 'task.fields.x', is: 1 } }]],
  ['type_mismatch', 'steps.pay.input.amount', [lookup, payment({ order: '7', amount: { $ref: 'task.fields.order' } })]],
  ['type_mismatch', 'steps.pay.input.amount', [payment({ order: '7', amount: 0 })]],
  ['type_mismatch', 'steps.pay.input.how', [payment({ order: '7', amount: 1, how: 'gold' })]],
  [
    'type_mismatch',
    'steps.pay.input.how',
    [lookup, payment({ order: '7', amount, how: { $ref: 'steps.lookup.output.state' } })],
  ],
  [
    'type_mismatch',
    'steps.s.input.text',
    [lookup, { id: 's', agent: 'mail.send@1', input: { text: { $text: '{{steps.lookup.output.lines}}' } } }],
  ],
  [
    'type_mismatch',
    'steps.s.input.text',
    [lookup, { id: 's', agent: 'mail.send@1', input: { text: { $text: '{{steps.lookup.output.note}}' } } }],
  ],
  ['missing_input', 'steps.pay.input.amount', [payment({ order: '7' })]],
  ['missing_input', 'steps.pay.input.amount', [payment({ order: '7', amount: { $ref: 'task.fields.limit' } })]],
  ['unknown_input', 'steps.pay.input.colour', [payment({ order: '7', amount: 1, colour: 'red' })]],
  [
    'foreach_not_a_list',
    'steps.lookup.forEach.in',
    [{ ...lookup, forEach: { in: { $ref: 'task.fields.order' }, concurrency: 1, max: 1 } }],
  ],
  [
    'foreach_not_a_list',
    'steps.each.forEach.in',
    [lookup, { ...lookup, id: 'each', forEach: { in: { $ref: 'steps.lookup.output.maybe' }, concurrency: 1, max: 1 } }],
  ],
  [
    'condition_type',
    'steps.lookup.when.all[1]',
    [
      {
        ...lookup,
        when: {
          all: [
            { ref: 'task.fields.limit', gt: 1 },
            { ref: 'task.fields.order', gt: 1 },
          ],
        },
      },
    ],
  ],
  [
    'condition_type',
    'steps.pay.when',
    [lookup, payment({ order: '7', amount }, { when: { ref: 'steps.lookup.output.state', is: 'payd' } })],
  ],
  [
    'effect_without_approval',
    'steps.s.agent',
    [{ id: 's', agent: 'mail.send@1', input: { text: 'x' } }],
    null,
    { questions: terms.parse({ deciders: {} }) },
  ],
  [
    'compensation_missing',
    'steps.pay.agent',
    [payment({ order: '7', amount: 1 })],
    null,
    { contracts: contracts({ ...pay, undo: undefined } as never) },
  ],
  [
    'compensation_missing',
    'steps.pay.agent',
    [payment({ order: '7', amount: 1 })],
    null,
    { contracts: contracts({ ...pay, undo: { agent: 'shop.bak@1', input: {} } }) },
  ],
  [
    'compensation_missing',
    'steps.pay.agent',
    [payment({ order: '7', amount: 1 })],
    null,
    { contracts: contracts({ ...back, idempotent: false }) },
  ],
  [
    'compensation_missing',
    'steps.pay.agent',
    [payment({ order: '7', amount: 1 })],
    null,
    { contracts: contracts({ ...pay, undo: { agent: 'shop.back@1', input: { id: { $ref: 'input.amount' } } } }) },
  ],
  ['answer_reference', 'answer.total', [lookup], { total: { $ref: 'steps.lookup.output.totl' } }],
];

test('each way of being wrong is found where it is', () => {
  for (const [code, path, steps, answer, on] of wrong) {
    assert.deepEqual(found(steps, answer, on), [`${code} ${path}`], JSON.stringify(steps.at(-1)));
  }
});

test('a plan of too many steps is not looked into', () => {
  const steps = Array.from({ length: 201 }, (_, i) => ({ ...lookup, id: `s${i}` }));
  assert.deepEqual(
    prove(planOf(steps), ground).map((one) => one.code),
    ['too_many_steps'],
  );
});

test('every code can be found', () => {
  assert.deepEqual([...new Set([...wrong.map(([code]) => code), 'too_many_steps'])].sort(), [...findingCodes].sort());
});

test('all findings come at once, in the order of the plan', () => {
  const steps = [
    payment({ amount: 'much', colour: 1 }, { id: 'first', after: ['gone'] }),
    { ...lookup, agent: 'no.such@1', input: { order: { $ref: 'task.fields.ordr' } } },
  ];
  const expected = [
    'dangling_reference steps.first.after',
    'missing_input steps.first.input.order',
    'type_mismatch steps.first.input.amount',
    'unknown_input steps.first.input.colour',
    'unknown_agent steps.lookup.agent',
    'dangling_reference steps.lookup.input.order',
    'answer_reference answer',
  ];
  assert.deepEqual(found(steps, { $ref: 'steps.x.output' }), expected);
  assert.deepEqual(found(steps, { $ref: 'steps.x.output' }), expected);
});

test('hints name what was meant and what is given', () => {
  assert.match(hintsFor([{ ...lookup, agent: 'shop.fnd@1' }]), /did you mean shop\.find@1\?/);
  assert.match(hintsFor([{ ...lookup, input: { order: { $ref: 'task.fields.ordr' } } }]), /did you mean order\?/);
  const misspelt = payment({ order: '7', amount: { $ref: 'steps.lokup.output.total' } });
  assert.match(hintsFor([lookup, misspelt]), /no step lokup; did you mean lookup\?/);
  const text = payment({ order: '7', amount: { $ref: 'task.fields.order' } });
  assert.match(hintsFor([text]), /takes number, given is string by task\.fields\.order/);
  const circle = [
    { ...lookup, id: 'a', after: ['b'] },
    { ...lookup, id: 'b', after: ['a'] },
  ];
  assert.match(hintsFor(circle), /a -> b -> a/);
});

test('an approval rule covers an irreversible effect', () => {
  const rule = approvalRule.parse({ agent: 'mail.send@1', deciders: { people: ['ann'] } });
  const steps = [{ id: 's', agent: 'mail.send@1', input: { text: 'x' } }];
  assert.deepEqual(found(steps, null, { approvals: [rule], questions: terms.parse({ deciders: {} }) }), []);
});

test('a condition makes sure of what it compares', () => {
  const limited = payment({ order: '7', amount: { $ref: 'task.fields.limit' } });
  assert.deepEqual(found([{ ...limited, when: { ref: 'task.fields.limit', gte: 1 } }]), []);
  assert.deepEqual(found([{ ...limited, when: { ref: 'task.fields.limit', exists: false } }]).length, 1);
  const either = {
    any: [
      { ref: 'task.fields.limit', gte: 1 },
      { ref: 'task.fields.order', is: 'x' },
    ],
  };
  assert.deepEqual(found([{ ...limited, when: either }]).length, 1);
});

test('a recursive output keeps its types through lists and whole references', () => {
  const node: z.ZodType = z.strictObject({ name: z.string(), kids: z.array(z.lazy(() => node)) });
  const walk = contract('tree.walk', node, node);
  const on = { contracts: contracts(walk), allowed: ['tree.walk@1', 'mail.send@1'] };
  const first = { id: 'first', agent: 'tree.walk@1', input: { name: 'x', kids: [] } };
  const each = {
    id: 'each',
    agent: 'tree.walk@1',
    input: { name: { $ref: 'item.name' }, kids: { $ref: 'item.kids' } },
    forEach: { in: { $ref: 'steps.first.output.kids' }, concurrency: 1, max: 9 },
  };
  const again = {
    ...each,
    id: 'again',
    input: { $ref: 'item' },
    forEach: { ...each.forEach, in: { $ref: 'steps.each.output' } },
  };
  assert.deepEqual(found([first, each, again], null, on), []);
  const broken = { ...each, input: { name: { $ref: 'item.kids' }, kids: { $ref: 'item.kids.0.name' } } };
  assert.deepEqual(found([first, broken], null, on), [
    'missing_input steps.each.input.kids',
    'type_mismatch steps.each.input.name',
    'type_mismatch steps.each.input.kids',
  ]);
});
