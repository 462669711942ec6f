/**
 * The one way into the journal. While one statement is on its way, what arrives is gathered for the next: many runs
 * share a round trip and a flush, and a run on its own never waits.
 *
 * A change of one run never harms another: a run whose row is locked goes into the next statement, a run whose fence
 * fails is told so, and a statement that the database refuses for what is in it is repeated run by run, so that only the
 * culprit is rejected. After a broken connection, and while the database is unable (a full disk, a standby), everything
 * is simply sent again: a change that had happened is found by its id.
 */
import type { Change, Outcome } from './change.ts';
import { timer } from './crossing.ts';
import { commitChanges } from './store/commit.ts';
import { isPassing, reasonOf, type Sql } from './store/database.ts';

export interface Committer {
  /** At most one change of a run at a time. */
  commit(change: Change): Promise<Outcome>;
  /** Resolves when nothing is on its way. */
  idle(): Promise<void>;
}

interface Waiting {
  change: Change;
  settle: (outcome: Outcome) => void;
}

/** Two statements in turn: while Postgres works on one, this process decides what goes into the other. */
const defaultWidth = { lanes: 2, batch: 32 };
/** How long a change is sent again and again while Postgres is away or unable. Leases have ended long before. */
const maxOutageMs = 120_000;
const lockedRetryMs = 3;
const duplicate = '23505';

export function createCommitter(sql: Sql, send = commitChanges, width = defaultWidth): Committer {
  const queue: Waiting[] = [];
  const resting: (() => void)[] = [];
  let lanes = 0;

  const flush = async () => {
    lanes += 1;
    while (queue.length > 0) {
      // One turn of the event loop lets all runs that the last statement woke take part in the next one.
      await new Promise(setImmediate);
      const batch = nextBatch();
      if (batch.length > 0) await sendBatch(batch);
    }
    lanes -= 1;
    if (lanes === 0) for (const resolve of resting.splice(0)) resolve();
  };

  /** Each run once: a writer that lost its run and its successor here must not meet in one statement. */
  const nextBatch = (): Waiting[] => {
    const runs = new Set<string>();
    const batch: Waiting[] = [];
    for (const waiting of queue.splice(0)) {
      const fits = batch.length < width.batch && !runs.has(waiting.change.run);
      (fits ? batch : queue).push(waiting);
      if (fits) runs.add(waiting.change.run);
    }
    return batch;
  };

  const sendBatch = async (batch: Waiting[]) => {
    const outcomes = await attempt(batch.map(({ change }) => change));
    let locked = false;
    outcomes.forEach((outcome, i) => {
      const waiting = batch[i]!;
      if (outcome) waiting.settle(outcome);
      else {
        locked = true;
        queue.push(waiting);
      }
    });
    if (locked && queue.length <= batch.length) await pause('commit_locked', lockedRetryMs);
  };

  /** Sends until there is an answer; null for a run whose row was locked. */
  const attempt = async (changes: Change[]): Promise<(Outcome | null)[]> => {
    const since = performance.now();
    let doubted = false;
    for (let waitMs = 20; ; waitMs = Math.min(waitMs * 2, 1000)) {
      try {
        return await send(sql, changes);
      } catch (error) {
        const reason = reasonOf(error);
        if (isPassing(error)) {
          if (performance.now() - since > maxOutageMs) return changes.map(() => ({ state: 'lost' }));
          await pause('commit_retry', waitMs);
        } else if (changes.length > 1) return one(changes);
        // What it sent over a connection that broke may have ended in the meantime: then it is found.
        else if (reason === duplicate && !doubted) doubted = true;
        else return [{ state: 'rejected', reason }];
      }
    }
  };

  const one = async (changes: Change[]): Promise<(Outcome | null)[]> => {
    const outcomes: (Outcome | null)[] = [];
    for (const change of changes) outcomes.push(...(await attempt([change])));
    return outcomes;
  };

  return {
    commit: (change) =>
      new Promise((settle) => {
        queue.push({ change, settle });
        if (lanes < width.lanes) void flush();
      }),
    idle: () => new Promise((resolve) => (lanes === 0 ? resolve() : resting.push(resolve))),
  };
}

const pause = (name: string, ms: number) => new Promise<void>((resolve) => timer(name, ms, resolve));
