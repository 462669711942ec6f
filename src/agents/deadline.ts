/**
 * The end of an attempt that its agent does not choose: the time limit, or an abort from this side.
 *
 * Whichever comes first is the cause, and stays it. A deadline must be disposed of, or its timer outlives the attempt.
 */
import type { AgentCall, CallFailure } from '../contracts/agent.ts';
import { fail } from '../contracts/error.ts';

type Cause = 'timed_out' | 'aborted';

export interface Deadline {
  /** Aborted at the end. */
  readonly signal: AbortSignal;
  /** Null until the end. */
  readonly cause: Cause | null;
  /** Resolves at the end; never, if it is disposed of before. */
  readonly ended: Promise<Cause>;
  [Symbol.dispose](): void;
}

/** Starts the clock of a call. */
export function startDeadline(call: AgentCall): Deadline {
  const { promise, resolve } = Promise.withResolvers<Cause>();
  const controller = new AbortController();
  const outer = call.context.signal;
  let cause: Cause | null = null;
  const end = (why: Cause) => {
    if (cause !== null) return;
    cause = why;
    resolve(why);
    controller.abort();
  };
  const abort = () => end('aborted');
  const timer = setTimeout(end, call.timeoutMs, 'timed_out');
  outer.addEventListener('abort', abort, { once: true });
  if (outer.aborted) abort();
  return {
    signal: controller.signal,
    get cause() {
      return cause;
    },
    ended: promise,
    [Symbol.dispose]() {
      clearTimeout(timer);
      outer.removeEventListener('abort', abort);
    },
  };
}

/** How a call ends that its deadline ended. Nothing happened only if nothing had left. */
export function stopped(call: AgentCall, cause: Cause, left: boolean): CallFailure {
  const id = call.agent.id;
  if (cause === 'aborted') {
    const message = left ? `${id} was stopped while it ran` : `${id} was stopped before it was called`;
    return { end: left ? 'unknown' : 'not_sent', error: fail('aborted', message) };
  }
  return left
    ? { end: 'unknown', error: fail('timed_out', `${id} gave no answer within ${call.timeoutMs} ms`) }
    : { end: 'not_sent', error: fail('agent_unreachable', `${id} could not be reached within ${call.timeoutMs} ms`) };
}
