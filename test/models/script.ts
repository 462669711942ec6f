/** Completers that answer by a script, a meter that remembers, and a clock that stands still until somebody waits. */
import type { Completer, Completion, CompletionRequest } from '../../src/contracts/completion.ts';
import { type ErrorCode, fail } from '../../src/contracts/error.ts';
import type { Json } from '../../src/contracts/json.ts';
import type { Booking, Enquiry, Thinking } from '../../src/contracts/model.ts';
import type { ModelCall, Usage } from '../../src/contracts/usage.ts';

export const someUsage: Usage = { input: 1_000, cachedInput: 400, output: 200, reasoning: 50 };

export type Act = (request: CompletionRequest, signal: AbortSignal) => Completion | Promise<Completion>;

export const well = (output: Json): Completion => ({ output, usage: someUsage, requestId: 'req-1' });
export const badly = (
  code: ErrorCode,
  more: { retryAfterMs?: number; said?: string; retryable?: boolean } = {},
): Completion => ({
  error: fail(code, 'a word of the provider', more),
  usage: null,
  requestId: null,
});

/** Takes the acts in order; asked once more often than it has acts, it throws. */
export function scripted(provider: string, ...acts: (Completion | Act)[]) {
  const requests: CompletionRequest[] = [];
  const completer: Completer = {
    provider,
    complete: async (request, signal) => {
      requests.push(request);
      const act = acts.shift();
      if (act === undefined) throw new TypeError(`nothing is left in the script of ${provider}`);
      return typeof act === 'function' ? await act(request, signal) : act;
    },
  };
  return Object.assign(completer, { requests, say: (...more: (Completion | Act)[]) => void acts.push(...more) });
}

export function recordingMeter({ refuse }: { refuse?: (worst: Booking, nth: number) => unknown } = {}) {
  const booked: Booking[] = [];
  const settled: ModelCall[] = [];
  return {
    booked,
    settled,
    book: async (worst: Booking) => {
      // As a database does, it takes a turn: who does not wait for it is ahead of it.
      await new Promise(setImmediate);
      const error = refuse?.(worst, booked.length);
      if (error) throw error;
      booked.push(worst);
    },
    settle: async (call: ModelCall) => void settled.push(call),
  };
}

export function manualClock(at = '2026-11-25T12:00:00Z') {
  let now = Date.parse(at);
  const waits: number[] = [];
  return {
    waits,
    now: () => now,
    pass: (ms: number) => {
      now += ms;
    },
    wait: async (ms: number, signal: AbortSignal) => {
      signal.throwIfAborted();
      waits.push(ms);
      now += ms;
    },
  };
}

export const thinkingWith = (
  meter: Thinking['meter'],
  signal: AbortSignal = new AbortController().signal,
): Thinking => ({ meter, signal, user: 'u-1' });

export const answerSchema = {
  type: 'object',
  properties: { answer: { type: 'string' } },
  required: ['answer'],
  additionalProperties: false,
};

export const question = (more: Partial<Enquiry> = {}): Enquiry => ({
  purpose: 'intake',
  tier: 'light',
  name: 'an_answer',
  instructions: 'Answer.',
  input: 'What?',
  schema: answerSchema,
  ...more,
});
