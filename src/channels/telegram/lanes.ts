/** Work in order within a lane, lanes beside each other, a few at once. */

export interface Lanes {
  run(lane: string, act: () => Promise<void>): void;
  /** Resolves when nothing is left to do. */
  empty(): Promise<void>;
}

const atOnce = 16;

/** `act` never rejects. */
export function createLanes(): Lanes {
  const lanes = new Map<string, Promise<void>>();
  const waiting: (() => void)[] = [];
  let busy = 0;
  const turn = async (act: () => Promise<void>): Promise<void> => {
    if (busy >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
    busy += 1;
    try {
      await act();
    } finally {
      busy -= 1;
      waiting.shift()?.();
    }
  };
  return {
    run: (lane, act) => {
      const next = (lanes.get(lane) ?? Promise.resolve()).then(() => turn(act));
      lanes.set(lane, next);
      void next.then(() => {
        if (lanes.get(lane) === next) lanes.delete(lane);
      });
    },
    empty: async () => {
      await Promise.all(lanes.values());
    },
  };
}
