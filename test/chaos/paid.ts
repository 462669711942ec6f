/**
 * A provider that costs money: it understands and plans by rules and has words of its own, and each of the three is
 * booked and settled as a call of a model. The prices are round, so that a test can add them up.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Provider, Thinking } from '../../src/contracts/model.ts';
import type { ModelCall, Purpose } from '../../src/contracts/usage.ts';
import { createRules } from '../../src/models/rules.ts';

const by = { tier: 'mid', provider: 'paid', model: 'round' } as const;
export const callMicros = 1_000;

/** What a call is booked with is ten times what it takes. */
async function call(purpose: Purpose, { meter }: Thinking): Promise<void> {
  const id = randomUUID();
  await meter.book({ id, purpose, ...by, tokens: 1_000, money: { micros: 10 * callMicros, currency: 'USD' } });
  await sleep(20);
  const done: ModelCall = {
    id,
    purpose,
    ...by,
    prompt: 'none',
    error: null,
    usage: { input: 60, cachedInput: 0, output: 40, reasoning: 0 },
    cost: { micros: callMicros, currency: 'USD', prices: '2026-01-01' },
    requestId: null,
    durationMs: 20,
  };
  await meter.settle(done);
}

export function createPaid(): Provider {
  const rules = createRules();
  return {
    name: 'paid',
    local: false,
    understand: async (request, thinking) => {
      await call('intake', thinking);
      return rules.understand(request, thinking);
    },
    plan: async (request, thinking) => {
      await call('plan', thinking);
      return rules.plan(request, thinking);
    },
    word: async (_, thinking) => {
      await call('closing', thinking);
      return { text: 'It is done.', proposal: null, by: 'paid' };
    },
  };
}
