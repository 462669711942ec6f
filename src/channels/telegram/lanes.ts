/** Work in order within a lane, lanes beside each other, a few at once. */

export interface Lanes {
  /** Resolves or rejects as `act` does, whose turn comes after everything that the lane was given before. */
  run<T>(lane: string, act: () => Promise<T>): Promise<T>;
  /** Resolves when nothing is left to do. */
  empty(): Promise<void>;
}

export function createLanes(atOnce: number): Lanes {
  const lanes = new Map<string, Promise<unknown>>();
  const waiting: (() => void)[] = [];
  let free = atOnce;
  const turn = async <T>(act: () => Promise<T>): Promise<T> => {
    // A place is handed from one to the next, so that nobody who comes in between takes it.
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await act();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
  return {
    run: (lane, act) => {
      const mine = (lanes.get(lane) ?? Promise.resolve()).then(() => turn(act));
      const ended = mine.then(
        () => {},
        () => {},
      );
      lanes.set(lane, ended);
      void ended.then(() => {
        if (lanes.get(lane) === ended) lanes.delete(lane);
      });
      return mine;
    },
    empty: async () => {
      while (lanes.size > 0) await Promise.all(lanes.values());
    },
  };
}
