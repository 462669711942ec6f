/**
 * Runs that ask models, played: every call is booked and settled as a real one is, and takes tokens that are known
 * beforehand. `audit <n>` has five steps, of which two are closed by a model; of ten plans one is asked for twice, and of
 * five tasks one asks a person. docs/estimate.md adds them up by hand.
 */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { createFunctionTransporter } from '../../src/agents/function.ts';
import { defineAgent, type Transporter } from '../../src/contracts/agent.ts';
import { fail } from '../../src/contracts/error.ts';
import type { Provider, Thinking } from '../../src/contracts/model.ts';
import { oneOf } from '../../src/contracts/plan-builder.ts';
import { approval, defineRoute } from '../../src/contracts/route.ts';
import type { Purpose, Tier, Usage } from '../../src/contracts/usage.ts';
import type { Desk } from '../../src/core/desk.ts';
import { openai } from '../../src/models/prices/openai.ts';
import { createRules } from '../../src/models/rules.ts';
import { anna, operator } from './world.ts';

const usageOf: Record<Exclude<Purpose, 'briefing'>, (n: number) => Usage> = {
  intake: (n) => ({ input: 1_000 + 5 * n, cachedInput: 400, output: 100 + n, reasoning: 0 }),
  plan: (n) => ({ input: 4_000 + 10 * n, cachedInput: 2_000, output: 800 + 4 * n, reasoning: 500 }),
  agent: (n) => ({ input: 1_500 + 5 * n, cachedInput: 0, output: 200 + 2 * n, reasoning: 0 }),
  closing: () => ({ input: 2_000, cachedInput: 500, output: 300, reasoning: 0 }),
};
const tierOf = { intake: 'light', plan: 'strong', agent: 'mid', closing: 'mid' } as const satisfies Record<
  string,
  Tier
>;

async function call({ meter }: Pick<Thinking, 'meter'>, purpose: keyof typeof usageOf, n: number, isVain = false) {
  const tier = tierOf[purpose];
  const model = openai.models[tier];
  const price = openai.prices.findLast((one) => one.model === model)!;
  const usage = usageOf[purpose](n);
  const { input, cachedInput, output } = usage;
  const whole =
    BigInt(input - cachedInput) * price.input + BigInt(cachedInput) * price.cachedInput + BigInt(output) * price.output;
  const cost = { micros: Number((whole + 999_999n) / 1_000_000n), currency: 'USD', prices: price.from };
  const told = { id: randomUUID(), purpose, tier, provider: 'openai', model };
  await meter.book({ ...told, tokens: 10_000, money: { micros: 1_000_000, currency: 'USD' } });
  const error = isVain ? fail('model_malformed', 'no plan') : null;
  await meter.settle({ ...told, prompt: 'p', error, usage, cost, requestId: null, durationMs: 1 });
}

const rules = createRules();

export const playedProvider: Provider = {
  name: 'played',
  local: false,
  understand: async (request, thinking) => {
    await call(thinking, 'intake', Number(/\d+/.exec(request.text)![0]));
    return rules.understand(request, thinking);
  },
  plan: async (request, thinking) => {
    const n = Number(request.fields.n);
    if (n % 10 === 0) await call(thinking, 'plan', n, true);
    await call(thinking, 'plan', n);
    return rules.plan(request, thinking);
  },
  word: async ({ kind }, thinking) => {
    if (kind !== 'closing') throw new Error('no words');
    await call(thinking, 'closing', 0);
    return { text: 'It is done.', proposal: null, by: 'played' };
  },
};

const carry = { input: z.strictObject({ n: z.number() }), output: z.strictObject({ n: z.number() }) };
const agentOf = (name: string, effect: 'read' | 'irreversible') =>
  defineAgent({ name, title: name, ...carry, effect, idempotent: true, run: async (input) => input });
const [look, think, act] = [
  agentOf('play.look', 'read'),
  agentOf('play.think', 'read'),
  agentOf('play.act', 'irreversible'),
];

const thinkingTransporter: Transporter = {
  handles: (agent) => agent === think,
  call: async ({ input, meter }) => {
    await call({ meter: meter! }, 'agent', (input as { n: number }).n);
    return { end: 'done', output: input };
  },
};
export const playedTransporters = [thinkingTransporter, createFunctionTransporter({})];

const asking = Array.from({ length: 40 }, (_, i) => 5 * i);

export const audit = defineRoute({
  name: 'audit',
  title: 'Audit',
  description: 'Goes through something.',
  fields: carry.input,
  patterns: [/^audit (?<n>\d+)/],
  plan: (p) =>
    p
      .step('first', look, ({ task }) => ({ n: task.n }))
      .step('second', think, ({ steps }) => ({ n: steps.first.n }))
      .step('third', think, ({ steps }) => ({ n: steps.first.n }))
      .step('fourth', look, ({ steps }) => ({ n: steps.third.n }))
      .step('fifth', act, ({ steps }) => ({ n: steps.fourth.n }))
      .answer(({ steps }) => ({ n: steps.fifth.n })),
  questions: { deciders: { people: ['anna'] } },
  failures: 'stop',
  approvals: [approval(act, ({ input }) => ({ when: oneOf(input.n, asking), deciders: { people: ['anna'] } }))],
});

/** Plays so many runs to their ends. */
export async function play(desk: Desk, count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, n) => playOne(desk, n)));
}

async function playOne(desk: Desk, n: number): Promise<void> {
  const task = { text: `audit ${n}`, requester: operator, conversation: null };
  const run = await desk.submit({ source: 'test', key: `audit ${n}`, task });
  for await (const { events } of desk.follow(run)) {
    const asked = events.find((event) => event.type === 'asked');
    if (asked) await desk.vote(asked.question.code, { actor: anna, verb: 'approve' });
  }
}
