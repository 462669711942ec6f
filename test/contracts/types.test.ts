/** Wrong plans must not compile: tsc runs over this file, and an expected error that is none fails it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { defineAgent } from '../../src/contracts/agent.ts';
import { gt, is } from '../../src/contracts/plan-builder.ts';
import { text } from '../../src/contracts/refs.ts';
import { approval, defineRoute } from '../../src/contracts/route.ts';

const find = defineAgent({
  name: 'shop.find',
  title: 'Find the order',
  input: z.strictObject({ order: z.string() }),
  output: z.strictObject({
    total: z.number(),
    note: z.string().optional(),
    lines: z.array(z.strictObject({ sku: z.string(), count: z.int() })),
  }),
  effect: 'read',
  run: () => ({ total: 1, lines: [] }),
});

const giveBack = defineAgent({
  name: 'shop.give-back',
  title: 'Give back',
  input: z.strictObject({ payment: z.string() }),
  output: z.strictObject({}),
  effect: 'reversible',
  idempotent: true,
  run: () => ({}),
});

const payInput = z.strictObject({ order: z.string(), amount: z.number(), reason: z.string().optional() });
const payOutput = z.strictObject({ id: z.string(), amount: z.number() });
const payTerms = {
  name: 'shop.pay',
  title: 'Pay',
  input: payInput,
  output: payOutput,
  effect: 'compensable' as const,
  run: () => ({ id: 'p', amount: 1 }),
};
const pay = defineAgent({ ...payTerms, undo: { agent: giveBack, input: ({ output }) => ({ payment: output.id }) } });

const questions = { deciders: { people: ['ann'] } };
const base = {
  name: 'refund',
  title: 'Refund',
  description: 'Refunds an order.',
  fields: z.strictObject({ order: z.string(), urgent: z.boolean().optional() }),
  patterns: [],
  questions,
};

test('a plan builder writes the plan as data', () => {
  const route = defineRoute({
    ...base,
    ask: { order: 'Which order?' },
    plan: (p) =>
      p
        .step('lookup', find, ({ task }) => ({ order: task.order }))
        .step(
          'pay',
          pay,
          ({ task, steps }) => ({ order: task.order, amount: steps.lookup.total, reason: text`Order ${task.order}` }),
          ({ steps }) => ({ after: ['lookup'], when: gt(steps.lookup.total, 0) }),
        )
        .each(
          'check',
          find,
          ({ steps }) => steps.lookup.lines,
          ({ item }) => ({ order: item.sku }),
          () => ({ max: 7 }),
        )
        .answer(({ steps }) => ({ paid: steps.pay.amount, first: steps.check[0] })),
    approvals: [approval(pay, ({ input }) => ({ ...questions, when: gt(input.amount, 100) }))],
  });
  assert.deepEqual(route.data.plan, {
    goal: 'Refund',
    steps: [
      { id: 'lookup', agent: 'shop.find@1', input: { order: { $ref: 'task.fields.order' } } },
      {
        id: 'pay',
        agent: 'shop.pay@1',
        input: {
          order: { $ref: 'task.fields.order' },
          amount: { $ref: 'steps.lookup.output.total' },
          reason: { $text: 'Order {{task.fields.order}}' },
        },
        after: ['lookup'],
        when: { ref: 'steps.lookup.output.total', gt: 0 },
      },
      {
        id: 'check',
        agent: 'shop.find@1',
        input: { order: { $ref: 'item.sku' } },
        forEach: { in: { $ref: 'steps.lookup.output.lines' }, concurrency: 5, max: 7 },
      },
    ],
    answer: { paid: { $ref: 'steps.pay.output.amount' }, first: { $ref: 'steps.check.output.0' } },
  });
  assert.deepEqual(route.data.agents, ['shop.find@1', 'shop.pay@1', 'shop.give-back@1']);
  assert.deepEqual(route.data.approvals, [
    { deciders: { people: ['ann'] }, when: { ref: 'input.amount', gt: 100 }, agent: 'shop.pay@1' },
  ]);
});

const send = defineAgent({
  name: 'mail.send',
  title: 'Send',
  input: z.strictObject({
    kind: z.enum(['info', 'alarm']),
    to: z.array(z.strictObject({ name: z.string(), vip: z.boolean().optional() })),
    body: z.discriminatedUnion('as', [
      z.strictObject({ as: z.literal('text'), text: z.string() }),
      z.strictObject({ as: z.literal('lines'), lines: z.array(z.string()) }),
    ]),
    meta: z.record(z.string(), z.unknown()),
  }),
  output: z.strictObject({}),
  effect: 'reversible',
  run: () => ({}),
});

test('literals, lists, unions and whole outputs can be given', () => {
  const route = defineRoute({
    ...base,
    plan: (p) =>
      p
        .step('lookup', find, ({ task }) => ({ order: task.order }))
        .step('again', find, ({ task }) => task)
        .step('send', send, ({ task, steps }) => ({
          kind: 'alarm',
          to: [{ name: task.order }, { name: 'Ann', vip: true }],
          body: { as: 'lines', lines: [task.order, text`Total ${steps.lookup.total}`] },
          meta: { total: steps.lookup.total, deep: { lines: steps.lookup.lines } },
        }))
        .answer(({ steps }) => steps.send),
  });
  assert.deepEqual(route.data.plan?.steps[1]?.input, { $ref: 'task.fields' });
  assert.deepEqual(route.data.plan?.steps[2]?.input, {
    kind: 'alarm',
    to: [{ name: { $ref: 'task.fields.order' } }, { name: 'Ann', vip: true }],
    body: { as: 'lines', lines: [{ $ref: 'task.fields.order' }, { $text: 'Total {{steps.lookup.output.total}}' }] },
    meta: { total: { $ref: 'steps.lookup.output.total' }, deep: { lines: { $ref: 'steps.lookup.output.lines' } } },
  });
});

// Never called: it only has to be refused by the compiler, line by line.
export function wrongPlans(): void {
  defineRoute({
    ...base,
    plan: (p) =>
      p
        // @ts-expect-error a field that the agent does not take
        .step('a', find, ({ task }) => ({ order: task.order, colour: 'red' }))
        // @ts-expect-error a literal of the wrong type
        .step('b', find, () => ({ order: 5 }))
        // @ts-expect-error a field is missing
        .step('c', find, () => ({}))
        // @ts-expect-error a field that the task does not have
        .step('d', find, ({ task }) => ({ order: task.ordr }))
        // @ts-expect-error a reference of the wrong type
        .step('e', find, ({ task }) => ({ order: task.urgent }))
        .answer(() => null),
  });
  defineRoute({
    ...base,
    plan: (p) =>
      p
        .step('lookup', find, ({ task }) => ({ order: task.order }))
        // @ts-expect-error an unknown step
        .step('f', find, ({ steps }) => ({ order: steps.lokup.note }))
        // @ts-expect-error an unknown field of a step
        .step('g', find, ({ steps }) => ({ order: steps.lookup.nte }))
        // @ts-expect-error what may be missing does not fit what must be there
        .step('h', find, ({ steps }) => ({ order: steps.lookup.note }))
        // @ts-expect-error a step's number where text is taken
        .step('i', find, ({ steps }) => ({ order: steps.lookup.total }))
        .each(
          'j',
          find,
          ({ steps }) => steps.lookup.lines,
          // @ts-expect-error an element's number where text is taken
          ({ item }) => ({ order: item.count }),
        )
        .each(
          'k',
          find,
          // @ts-expect-error not a list
          ({ steps }) => steps.lookup.total,
          ({ task }) => ({ order: task.order }),
        )
        .step(
          'l',
          find,
          ({ task }) => ({ order: task.order }),
          // @ts-expect-error a comparison with another type
          ({ steps }) => ({ when: is(steps.lookup.total, 'much') }),
        )
        .step(
          'm',
          find,
          ({ task }) => ({ order: task.order }),
          // @ts-expect-error waiting for a step that there is not
          () => ({ after: ['lokup'] }),
        )
        // @ts-expect-error an answer of an unknown step
        .answer(({ steps }) => steps.lokup),
  });
  defineRoute({
    ...base,
    // @ts-expect-error asking for an unknown field
    ask: { ordr: 'Which order?' },
    plan: (p) => p.answer(() => null),
  });
}

export function wrongAgents(): void {
  // @ts-expect-error an undo with a wrong field
  defineAgent({ ...payTerms, undo: { agent: giveBack, input: ({ output }) => ({ paiment: output.id }) } });
  // @ts-expect-error an undo with a value of the wrong type
  defineAgent({ ...payTerms, undo: { agent: giveBack, input: ({ output }) => ({ payment: output.amount }) } });
  // @ts-expect-error an undo that reads an unknown field
  defineAgent({ ...payTerms, undo: { agent: giveBack, input: ({ output }) => ({ payment: output.ident }) } });
  // @ts-expect-error an approval rule over an unknown field
  approval(pay, ({ input }) => ({ ...questions, when: gt(input.amont, 100) }));
  // @ts-expect-error an order of text
  approval(pay, ({ input }) => ({ ...questions, when: gt(input.order, 100) }));
  // @ts-expect-error an agent that gives what its contract does not say
  defineAgent({ ...payTerms, run: () => ({ id: 5, amount: 1 }) });
  const http = { method: 'POST', url: 'https://api.example/' } as const;
  const { run: _, ...apiTerms } = payTerms;
  defineAgent({
    ...apiTerms,
    http: { ...http, output: ({ output }) => ({ id: output.body.id, amount: output.status }) },
  });
  // @ts-expect-error a body that reads an unknown field
  defineAgent({ ...apiTerms, http: { ...http, body: ({ input }) => ({ sum: input.amont }) } });
  // @ts-expect-error an output without a field of the contract
  defineAgent({ ...apiTerms, http: { ...http, output: ({ output }) => ({ id: output.body.id }) } });
  // @ts-expect-error an output of the wrong type
  defineAgent({ ...apiTerms, http: { ...http, output: () => ({ id: 5, amount: 1 }) } });
  // @ts-expect-error a method that there is not
  defineAgent({ ...apiTerms, http: { ...http, method: 'SEND' } });
}
