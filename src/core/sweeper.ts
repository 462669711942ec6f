/**
 * The periodic look for what stalled. Every process has a clock; at each stroke one of them, whoever asks the database
 * first when it is time, does the work. Notifications and timers make things fast; this makes them certain.
 */
import cron, { type Logger } from 'node-cron';
import type { Log } from './ports.ts';
import { reasonOf, type Sql } from './store/database.ts';
import { releaseForgotten, takeTick } from './store/sweeps.ts';

export interface Sweeper {
  start(): void;
  stop(): Promise<void>;
  /** One sweep. Public for tests. */
  sweep(): Promise<void>;
}

/** Cron prints its warnings, e.g. of strokes that a frozen process missed, unless it is given a place for them. */
const quietly = (log: Log): Logger => ({
  info: () => {},
  debug: () => {},
  warn: () => log.warn({}, 'sweep missed or still running'),
  error: (error) => log.warn({ reason: reasonOf(error) }, 'sweep clock failed'),
});

const everyTenSeconds = { pattern: '*/10 * * * * *', ms: 10_000 };

/** `jobs` are what the other parts of the process want swept. */
export function createSweeper(sql: Sql, log: Log, jobs: readonly (() => Promise<unknown> | unknown)[]): Sweeper {
  const sweep = async () => {
    for (const job of [() => releaseForgotten(sql), ...jobs]) {
      try {
        await job();
      } catch (error) {
        log.warn({ reason: reasonOf(error) }, 'sweep failed');
      }
    }
  };
  // A stroke that cannot be taken is skipped; the next one is ten seconds away. Left to cron, it would be printed.
  const mine = () =>
    takeTick(sql, 'sweep', everyTenSeconds.ms).catch((error: unknown) => {
      log.warn({ reason: reasonOf(error) }, 'sweep skipped');
      return false;
    });
  const task = cron.createTask(everyTenSeconds.pattern, sweep, {
    name: 'baton sweep',
    noOverlap: true,
    distributed: true,
    runCoordinator: { shouldRun: mine },
    unref: true,
    logger: quietly(log),
  });
  return { start: () => void task.start(), stop: async () => void (await task.destroy()), sweep };
}
