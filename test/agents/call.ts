/** An agent call as the core makes it, for tests of transports. */
import { z } from 'zod';
import { type AgentCall, type AnyAgent, type CallResult, defineAgent } from '../../src/contracts/agent.ts';

type Run = (input: never, context: { signal: AbortSignal; key: string }) => unknown;

export const functionAgent = (run: Run, isolate = false): AnyAgent =>
  defineAgent({
    name: 'shop.pay',
    title: 'Pay',
    input: z.unknown(),
    output: z.unknown(),
    effect: 'irreversible',
    run: run as () => unknown,
    isolate,
  });

export const webhookAgent = (url: string, headers: Record<string, string> = {}): AnyAgent =>
  defineAgent({
    name: 'shop.pay',
    title: 'Pay',
    input: z.unknown(),
    output: z.unknown(),
    effect: 'irreversible',
    webhook: { url, headers },
  });

export const callOf = (agent: AnyAgent, more: Partial<AgentCall> = {}, signal = new AbortController().signal) => ({
  agent,
  input: { order: '1042' },
  context: { run: 'r1', step: 'pay', attempt: 1, key: 'k-1', signal },
  timeoutMs: 10_000,
  maxOutputBytes: 256_000,
  ...more,
});

/** `unknown/agent_failed`, or `done`. */
export const endOf = (result: CallResult): string =>
  result.end === 'done' ? 'done' : `${result.end}/${result.error.code}`;
