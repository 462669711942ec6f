/**
 * Facts from outside a run's writer. A signal is written in the transaction that makes it true, raises the run's count
 * of signals and makes the run due, so that it cannot be missed whatever the writer is doing.
 */
import { v7 as uuid } from 'uuid';
import type { SignalData } from '../../contracts/signal.ts';
import { encodeJson } from '../scrub.ts';
import type { Database, Statement } from './database.ts';

/** Inside a transaction that has locked the run's row. */
export async function raiseSignal(sql: Statement, run: string, data: SignalData): Promise<void> {
  await sql`
    with raised as (
      insert into signals (run_id, id, data) values (${run}, ${uuid()}, ${encodeJson(data)}::text::jsonb)
    )
    update runs set signals = signals + 1, wake_at = clock_timestamp() where id = ${run}`;
  await sql`select pg_notify('baton', ${`signal:${run}`})`;
}

/** Locks a run's row, which orders everything that concerns the run. False when there is no such run. */
export async function lockRun(sql: Statement, run: string): Promise<boolean> {
  const rows = await sql`select 1 from runs where id = ${run} for no key update`;
  return rows.length > 0;
}

/** Tells a run something. False when there is no such run. */
export const signalRun = (db: Database, run: string, data: SignalData): Promise<boolean> =>
  db.transaction('signal', async (sql) => {
    const there = await lockRun(sql, run);
    if (there) await raiseSignal(sql, run, data);
    return there;
  });
