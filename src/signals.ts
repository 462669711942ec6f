/** The wish that this process ends, as the operating system tells it. */

/**
 * Fires at the first SIGINT or SIGTERM, after which the process lets what runs end; the second one ends it at once,
 * with 130. Dispose it to leave signals to Node again.
 */
export function heedSignals(): { signal: AbortSignal } & Disposable {
  const controller = new AbortController();
  const hear = () => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
  };
  const names = ['SIGINT', 'SIGTERM'] as const;
  for (const name of names) process.on(name, hear);
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      for (const name of names) process.off(name, hear);
    },
  };
}
