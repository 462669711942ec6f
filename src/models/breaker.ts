/**
 * A circuit breaker before a provider: after some failures in a row nobody waits for it any more. When its time is over
 * one call is let through, and how that one ends decides for all.
 *
 * Pure but for the clock that it is given. It is this process's own view: another process finds out for itself.
 */
import type { ErrorCode } from '../contracts/error.ts';

export type BreakerState = 'closed' | 'open' | 'half_open';

/** A change of state; `because` is the code of what failed last, `time_over`, or `answered`. */
export interface BreakerSwitch {
  provider: string;
  state: BreakerState;
  because: string;
}

export interface BreakerView {
  provider: string;
  state: BreakerState;
  /** The last failure since it answered. */
  because: ErrorCode | null;
  /** How long nobody is let through yet. */
  waitMs: number;
}

export interface Breaker {
  /** Null: not now. Whoever is let through must say how it ended, once: with the code of a failure, or null. */
  enter(): ((ended: ErrorCode | null) => void) | null;
  view(): BreakerView;
}

export interface BreakerLimits {
  /** So many failures in a row open it. */
  failures: number;
  /** It stays open for so long at first; twice as long after each call in vain, up to the most. */
  firstMs: number;
  mostMs: number;
}

export const breakerLimits: BreakerLimits = { failures: 5, firstMs: 15_000, mostMs: 600_000 };

/** The provider, or the account with it, is of no use to anybody. Any other end is an answer. */
const down: readonly ErrorCode[] = [
  'model_unreachable',
  'model_unavailable',
  'timed_out',
  'model_quota',
  'model_unauthorised',
];
/** Says nothing of the provider: it was stopped from this side, or is a defect here. */
const silent: readonly ErrorCode[] = ['aborted', 'unexpected'];

export function createBreaker(
  provider: string,
  now: () => number,
  onSwitch: (change: BreakerSwitch) => void,
  { failures: most, firstMs, mostMs }: BreakerLimits = breakerLimits,
): Breaker {
  let state: BreakerState = 'closed';
  let because: ErrorCode | null = null;
  let [failures, delay, until] = [0, firstMs, 0];
  let isProbed = false;
  /** Grows with each change: what was let through before it has no say afterwards. */
  let era = 0;

  const turn = (to: BreakerState, why: string) => {
    state = to;
    era += 1;
    isProbed = false;
    onSwitch({ provider, state, because: why });
  };
  const open = (why: ErrorCode) => {
    until = now() + delay;
    delay = Math.min(2 * delay, mostMs);
    turn('open', why);
  };
  const ended = (code: ErrorCode | null) => {
    if (code !== null && silent.includes(code)) {
      isProbed = false;
    } else if (code !== null && down.includes(code)) {
      because = code;
      failures += 1;
      if (state === 'half_open' || failures >= most) open(code);
    } else {
      [failures, delay, because] = [0, firstMs, null];
      if (state === 'half_open') turn('closed', 'answered');
    }
  };
  return {
    enter: () => {
      if (state === 'open' && now() >= until) turn('half_open', 'time_over');
      if (state === 'open' || isProbed) return null;
      isProbed = state === 'half_open';
      const begun = era;
      let isOver = false;
      return (code) => {
        if (begun === era && !isOver) ended(code);
        isOver = true;
      };
    },
    view: () => ({ provider, state, because, waitMs: state === 'open' ? Math.max(0, until - now()) : 0 }),
  };
}
