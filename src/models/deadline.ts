/**
 * The end of a call that its provider does not choose: the time limit, or an abort from this side. Whichever comes
 * first is the cause, and stays it. A deadline must be disposed of, or its timer outlives the call.
 */
export interface Deadline {
  /** Aborted at the end. */
  readonly signal: AbortSignal;
  /** Null until the end. */
  readonly cause: 'timed_out' | 'aborted' | null;
  [Symbol.dispose](): void;
}

/** Starts the clock of a call. */
export function startDeadline(timeoutMs: number, outer: AbortSignal): Deadline {
  const controller = new AbortController();
  let cause: Deadline['cause'] = null;
  const end = (why: 'timed_out' | 'aborted') => {
    if (cause !== null) return;
    cause = why;
    controller.abort();
  };
  const abort = () => end('aborted');
  const timer = setTimeout(end, timeoutMs, 'timed_out');
  outer.addEventListener('abort', abort, { once: true });
  if (outer.aborted) abort();
  return {
    signal: controller.signal,
    get cause() {
      return cause;
    },
    [Symbol.dispose]() {
      clearTimeout(timer);
      outer.removeEventListener('abort', abort);
    },
  };
}
