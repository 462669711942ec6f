/** Thinking without a budget: every call is let through and noted. */
import type { Booking, Meter, Thinking } from '../../src/contracts/model.ts';
import type { ModelCall } from '../../src/contracts/usage.ts';
import type { Purse } from '../../src/core/caller.ts';

export interface FreeMeter extends Meter {
  readonly booked: Booking[];
  readonly calls: ModelCall[];
}

export function freeMeter(): FreeMeter {
  const booked: Booking[] = [];
  const calls: ModelCall[] = [];
  return {
    booked,
    calls,
    book: async (booking) => void booked.push(booking),
    settle: async (call) => void calls.push(call),
  };
}

export const thinkingFor = (signal: AbortSignal = new AbortController().signal, meter = freeMeter()): Thinking => ({
  meter,
  signal,
  user: null,
});

/** For agents that cost nothing. */
export const emptyPurse = (): Purse => ({
  meter: { ...freeMeter(), events: [], reached: null, pay: async () => async () => {} },
  user: 'nobody',
});
