/** Wakes whoever waits for news of a run, from commits of this process and from notifications of others. */

export interface Hub {
  /** There is news of a run. */
  tell(run: string): void;
  /** Resolves at the next news. Arm it before reading, so that nothing is missed in between. */
  news(run: string): { arrived: Promise<void>; cancel(): void };
}

export function createHub(): Hub {
  const waiting = new Map<string, Set<() => void>>();
  return {
    tell: (run) => {
      const all = waiting.get(run);
      waiting.delete(run);
      for (const wake of all ?? []) wake();
    },
    news: (run) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const all = waiting.get(run) ?? new Set();
      waiting.set(run, all.add(resolve));
      return {
        arrived: promise,
        cancel: () => {
          all.delete(resolve);
          if (all.size === 0 && waiting.get(run) === all) waiting.delete(run);
        },
      };
    },
  };
}
