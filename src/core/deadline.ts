/**
 * The end of a call that whoever is called does not choose: the time limit, or an abort from this side.
 *
 * Whichever comes first is the cause, and stays it. A deadline must be disposed of, or its timer outlives the call.
 */
import { timer } from './crossing.ts';

export type Cause = 'timed_out' | 'aborted';

export interface Deadline {
  readonly limitMs: number;
  /** Aborted at the end. */
  readonly signal: AbortSignal;
  /** Null until the end. */
  readonly cause: Cause | null;
  /** Resolves at the end; never, if it is disposed of before. */
  readonly ended: Promise<Cause>;
  [Symbol.dispose](): void;
}

/** Starts the clock of a call. */
export function startDeadline(limitMs: number, outer: AbortSignal): Deadline {
  const { promise: ended, resolve } = Promise.withResolvers<Cause>();
  const controller = new AbortController();
  let cause: Cause | null = null;
  const end = (why: Cause) => {
    if (cause !== null) return;
    cause = why;
    resolve(why);
    controller.abort();
  };
  const abort = () => end('aborted');
  const stop = timer('call_limit', limitMs, () => end('timed_out'));
  outer.addEventListener('abort', abort, { once: true });
  if (outer.aborted) abort();
  return {
    limitMs,
    signal: controller.signal,
    get cause() {
      return cause;
    },
    ended,
    [Symbol.dispose]() {
      stop();
      outer.removeEventListener('abort', abort);
    },
  };
}
