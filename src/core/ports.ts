/** What core is given from outside and does not know how to make. */

/** JSON lines with constant messages and named fields; never a text of people, never a value of an agent. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** The database's clock as this process knows it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** The database has said what time it is. */
  set(databaseNow: number): void;
}

export function createClock(): Clock {
  // The monotonic clock: somebody may set the other one, which must not expire anything.
  let offset = Date.now() - performance.now();
  return {
    now: () => Math.round(performance.now() + offset),
    set: (databaseNow) => {
      offset = databaseNow - performance.now();
    },
  };
}
