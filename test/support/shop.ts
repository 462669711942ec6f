/**
 * A shop whose till remembers every call by its key, with routes of all kinds of effects. What it did to the world is
 * in `ledger`, the truth that tests assert on.
 *
 * Frozen: test/fixtures/v1.copy was taken with it, and runs are pinned to these very contracts. A test that needs other
 * contracts declares agents of its own.
 */
import { z } from 'zod';
import type { AnyAgent, AttemptContext } from '../../src/contracts/agent.ts';
import { defineAgent } from '../../src/contracts/agent.ts';
import type { Configuration } from '../../src/contracts/config.ts';
import { gt } from '../../src/contracts/plan-builder.ts';
import { approval, defineRoute, type Route } from '../../src/contracts/route.ts';

export interface LedgerLine {
  agent: string;
  key: string;
  run: string;
  input: unknown;
}

export interface Shop {
  ledger: LedgerLine[];
  /** Runs in place of an agent's work, e.g. to fail, to wait, to answer nonsense. */
  behave: Map<string, (input: unknown, context: AttemptContext) => unknown>;
  routes: Route[];
  agents: AnyAgent[];
  /** What the agent did, each key once. */
  effects(agent: string): string[];
  configuration(more?: Partial<Configuration>): Configuration;
}

const retry = { attempts: 3, firstDelayMs: 1, factor: 1, maxDelayMs: 1 };

/** A shop with `refund <order> <amount>`, where more than 100 needs anna or boris. */
export function createShop(): Shop {
  const ledger: LedgerLine[] = [];
  const behave: Shop['behave'] = new Map();
  const act =
    <I, O>(agent: string, answer: (input: I, context: AttemptContext) => O) =>
    async (input: I, context: AttemptContext): Promise<O> => {
      const behaviour = behave.get(agent);
      ledger.push({ agent, key: context.key, run: context.run, input });
      return (behaviour ? await behaviour(input, context) : answer(input, context)) as O;
    };
  const lookup = defineAgent({
    name: 'shop.lookup',
    title: 'Look the order up',
    input: z.strictObject({ order: z.string(), amount: z.number() }),
    output: z.strictObject({ order: z.string(), total: z.number() }),
    effect: 'read',
    retry,
    run: act('lookup', ({ order, amount }) => ({ order, total: amount })),
  });
  const release = defineAgent({
    name: 'shop.release',
    title: 'Release the money',
    input: z.strictObject({ reservation: z.string() }),
    output: z.strictObject({ released: z.boolean() }),
    effect: 'reversible',
    idempotent: true,
    retry,
    run: act('release', () => ({ released: true })),
  });
  const reserve = defineAgent({
    name: 'shop.reserve',
    title: 'Reserve the money',
    input: z.strictObject({ order: z.string(), amount: z.number() }),
    output: z.strictObject({ reservation: z.string() }),
    effect: 'compensable',
    idempotent: true,
    retry,
    undo: { agent: release, input: ({ output }) => ({ reservation: output.reservation }) },
    run: act('reserve', (_, { key }) => ({ reservation: `r-${key.slice(0, 8)}` })),
  });
  const pay = defineAgent({
    name: 'shop.pay',
    title: 'Pay the money back',
    input: z.strictObject({ order: z.string(), amount: z.number().positive() }),
    output: z.strictObject({ payment: z.string() }),
    effect: 'irreversible',
    idempotent: true,
    resource: 'order:{{input.order}}',
    retry,
    run: act('pay', (_, { key }) => ({ payment: `p-${key.slice(0, 8)}` })),
  });
  const wire = defineAgent({
    name: 'bank.wire',
    title: 'Wire the money',
    input: z.strictObject({ order: z.string(), amount: z.number() }),
    output: z.strictObject({ wire: z.string() }),
    effect: 'irreversible',
    retry,
    run: act('wire', (_, { key }) => ({ wire: `w-${key.slice(0, 8)}` })),
  });
  const note = defineAgent({
    name: 'shop.note',
    title: 'Write to the customer',
    input: z.strictObject({ text: z.string() }),
    output: z.strictObject({ sent: z.boolean() }),
    effect: 'reversible',
    idempotent: true,
    retry,
    run: act('note', () => ({ sent: true })),
  });
  const fields = z.strictObject({ order: z.string(), amount: z.number() });
  const refund = defineRoute({
    name: 'refund',
    title: 'Refund an order',
    description: 'Pays the money of an order back.',
    fields,
    patterns: [/^refund (?<order>\d+)(?: (?<amount>\d+))?/i],
    plan: (p) =>
      p
        .step('lookup', lookup, ({ task }) => ({ order: task.order, amount: task.amount }))
        .step('reserve', reserve, ({ steps }) => ({ order: steps.lookup.order, amount: steps.lookup.total }))
        .step(
          'pay',
          pay,
          ({ steps }) => ({ order: steps.lookup.order, amount: steps.lookup.total }),
          () => ({
            after: ['reserve'],
          }),
        )
        .step('note', note, ({ steps }) => ({ text: steps.pay.payment }))
        .answer(({ steps }) => ({ payment: steps.pay.payment })),
    questions: { deciders: { roles: ['finance'] } },
    failures: 'stop',
    approvals: [approval(pay, ({ input }) => ({ when: gt(input.amount, 100), deciders: { roles: ['finance'] } }))],
  });
  const wiring = defineRoute({
    name: 'wire',
    title: 'Wire money',
    description: 'Wires money to whom an order belongs.',
    fields,
    patterns: [/^wire (?<order>\d+) (?<amount>\d+)/i],
    plan: (p) =>
      p
        .step('wire', wire, ({ task }) => ({ order: task.order, amount: task.amount }))
        .answer(({ steps }) => ({ wire: steps.wire.wire })),
    questions: { deciders: { roles: ['finance'] } },
    failures: 'stop',
    approvals: [approval(wire, ({ input }) => ({ when: gt(input.amount, 100), deciders: { roles: ['finance'] } }))],
  });
  const look = defineRoute({
    name: 'look',
    title: 'Look an order up',
    description: 'Looks up what an order costs.',
    fields,
    patterns: [/^look (?<order>\d+) (?<amount>\d+)/i],
    plan: (p) =>
      p
        .step('lookup', lookup, ({ task }) => ({ order: task.order, amount: task.amount }))
        .answer(({ steps }) => ({
          total: steps.lookup.total,
        })),
    questions: { deciders: { roles: ['finance'] } },
    failures: 'stop',
  });
  const routes = [refund, wiring, look];
  const agents = [lookup, release, reserve, pay, wire, note];
  return {
    ledger,
    behave,
    routes,
    agents,
    effects: (agent) => [...new Set(ledger.filter((line) => line.agent === agent).map(({ key }) => key))],
    configuration: (more = {}) => ({
      routes,
      people: {
        operator: { roles: ['finance'] },
        anna: { roles: ['finance'] },
        boris: { roles: ['finance'] },
        carl: {},
      },
      ...more,
    }),
  };
}
