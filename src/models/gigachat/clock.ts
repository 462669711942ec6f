/**
 * The end of a call that the provider does not choose: the time limit, or a signal from this side. Whichever comes first
 * is the cause, and stays it. A clock must be disposed of, or its timer outlives the call.
 */
import { type Failure, fail } from '../../contracts/error.ts';

export interface Clock {
  /** Aborted at the end. */
  readonly signal: AbortSignal;
  /** Null until the end. */
  readonly cause: 'timed_out' | 'aborted' | null;
  /** What `work` gives, or how the call ends if its end comes first. */
  until<T>(work: Promise<T>): Promise<T | { error: Failure }>;
  /** How a call ends that the clock ended. */
  failure(): Failure;
  [Symbol.dispose](): void;
}

export function startClock(limitMs: number, outer: AbortSignal): Clock {
  const controller = new AbortController();
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  let cause: Clock['cause'] = null;
  const end = (why: 'timed_out' | 'aborted') => {
    if (cause !== null) return;
    cause = why;
    resolve();
    controller.abort();
  };
  const abort = () => end('aborted');
  const timer = setTimeout(end, limitMs, 'timed_out');
  outer.addEventListener('abort', abort, { once: true });
  if (outer.aborted) abort();
  const failure = () =>
    cause === 'aborted'
      ? fail('aborted', 'The request to GigaChat was stopped')
      : fail('timed_out', `GigaChat gave no answer within ${limitMs} ms`);
  return {
    signal: controller.signal,
    get cause() {
      return cause;
    },
    until: (work) => Promise.race([work, ended.then(() => ({ error: failure() }))]),
    failure,
    [Symbol.dispose]() {
      clearTimeout(timer);
      outer.removeEventListener('abort', abort);
    },
  };
}
