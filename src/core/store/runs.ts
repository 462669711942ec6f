/** Runs as rows: how they begin, who may write them, and how they are found. */
import { type Entry, entry } from '../../contracts/event.ts';
import { engineFormat, type RunStatus } from '../../contracts/run.ts';
import { type Signal, signal } from '../../contracts/signal.ts';
import { crossing } from '../crossing.ts';
import type { Database, Sql, Statement } from './database.ts';

/** A run that this worker may write until its lease ends. */
export interface Claimed {
  run: string;
  epoch: number;
  entries: Entry[];
  signals: Signal[];
}

export interface ClaimResult {
  claimed: Claimed[];
  /** Claimed too, but their journal or signals do not read; they harm nobody but themselves. */
  unreadable: { run: string; epoch: number }[];
  /** Milliseconds until the next run is due, as far as it is known; null when none has a time. */
  nextInMs: number | null;
  /** The database's clock, milliseconds since the epoch. */
  now: number;
}

interface ClaimRow {
  id: string;
  epoch: number;
  journal: { seq: number; at: number; events: unknown[] }[];
  signals: { id: string; data: unknown }[] | null;
}

/**
 * Takes up to `limit` due runs in one statement: a run is due when its time has come and nobody's lease is on it. Each
 * claim raises the epoch, so that whatever an earlier holder still sends is refused.
 */
export async function claimRuns(sql: Sql, worker: bigint, leaseMs: number, limit: number): Promise<ClaimResult> {
  const rows = await crossing(
    'claim',
    () => sql<(ClaimRow & { next: number | null; now: number })[]>`
    with due as materialized (
      select id from runs
      where due_at <= clock_timestamp() and engine <= ${engineFormat}
      order by due_at limit ${limit}
      for no key update skip locked
    ), mine as (
      update runs r set worker = ${worker.toString()}::bigint, epoch = r.epoch + 1, wake_at = null,
        lease_until = clock_timestamp() + ${leaseMs} * interval '1 millisecond'
      from due where r.id = due.id
      returning r.id, r.epoch
    ), upcoming as (
      select extract(epoch from min(due_at) - clock_timestamp())::float8 * 1000 as next
      from runs where due_at is not null and engine <= ${engineFormat} and id not in (select id from due)
    )
    select m.id, m.epoch, u.next, extract(epoch from clock_timestamp())::float8 * 1000 as now,
      (select json_agg(json_build_object('seq', j.seq, 'at', extract(epoch from j.at)::float8 * 1000, 'events', j.events)
        order by j.seq) from journal j where j.run_id = m.id) as journal,
      (select json_agg(json_build_object('id', s.id, 'data', s.data) order by s.at, s.id)
        from signals s where s.run_id = m.id) as signals
    from upcoming u left join mine m on true`,
  );
  const { next, now } = rows[0]!;
  const result: ClaimResult = { now, nextInMs: next, claimed: [], unreadable: [] };
  for (const row of rows.filter(({ id }) => id !== null)) {
    const read = readClaim(row);
    if (read) result.claimed.push(read);
    else result.unreadable.push({ run: row.id, epoch: row.epoch });
  }
  return result;
}

function readClaim({ id, epoch, journal, signals }: ClaimRow): Claimed | null {
  const entries = entry.array().safeParse(journal);
  const unread = signal.array().safeParse(signals ?? []);
  if (!entries.success || !unread.success) return null;
  return { run: id, epoch, entries: entries.data, signals: unread.data };
}

/**
 * Prolongs leases; what is not in the answer is lost. Says for each how many signals it has ever had.
 *
 * A run whose row somebody else has locked is in the answer, but its lease is as it was: to wait for that row could cost
 * the leases of all the others. Should such a lease end and another worker claim the run, the epoch keeps this one from
 * writing, and the next renewal says that it is lost.
 */
export async function renewLeases(
  sql: Sql,
  held: readonly { run: string; epoch: number }[],
  leaseMs: number,
): Promise<Map<string, number>> {
  const rows = await crossing(
    'renew',
    () => sql<{ id: string; signals: number }[]>`
    with mine as materialized (
      select r.id, r.epoch, r.signals
      from unnest(${held.map(({ run }) => run)}::uuid[], ${held.map(({ epoch }) => epoch)}::int[]) as h(id, epoch)
      join runs r on r.id = h.id and r.epoch = h.epoch and r.worker is not null
    ), free as materialized (
      select r.id from runs r join mine m on r.id = m.id and r.epoch = m.epoch and r.worker is not null
      order by r.id for no key update of r skip locked
    ), renewed as (
      update runs r set lease_until = clock_timestamp() + ${leaseMs} * interval '1 millisecond'
      from free f where r.id = f.id
      returning r.id, r.signals
    )
    select m.id, coalesce(n.signals, m.signals) as signals from mine m left join renewed n on n.id = m.id`,
  );
  return new Map(rows.map(({ id, signals }) => [id, signals]));
}

/** Gives a run back that cannot be driven now; it is due again after `ms`. */
export async function restRun(sql: Sql, run: string, epoch: number, ms: number): Promise<void> {
  await crossing(
    'rest',
    () => sql`
    update runs set worker = null, lease_until = null,
      wake_at = clock_timestamp() + ${ms} * interval '1 millisecond'
    where id = ${run} and epoch = ${epoch} and worker is not null`,
  );
}

/** The signals of a run that are not folded yet. */
export async function unreadSignals(sql: Sql, run: string): Promise<Signal[]> {
  const rows = await sql<{ id: string; data: unknown }[]>`
    select id, data from signals where run_id = ${run} order by at, id`;
  return rows.map((row) => signal.parse({ id: row.id, data: row.data }));
}

export interface RunRow {
  id: string;
  status: RunStatus;
  route: string | null;
  title: string;
  requester: string;
  createdAt: number;
  finishedAt: number | null;
}

const listed = (sql: Statement) => sql`
  id, status, route, title, requester, extract(epoch from created_at)::float8 * 1000 as "createdAt",
  extract(epoch from finished_at)::float8 * 1000 as "finishedAt"`;

/** The latest runs, newest first. */
export const listRuns = (sql: Sql, limit: number): Promise<RunRow[]> =>
  sql<RunRow[]>`select ${listed(sql)} from runs order by id desc limit ${limit}`;

/** Runs whose id begins or ends with what a person typed. */
export const findRuns = (sql: Sql, part: string): Promise<RunRow[]> =>
  sql<RunRow[]>`
    select ${listed(sql)} from runs
    where left(id::text, ${part.length}) = ${part} or right(id::text, ${part.length}) = ${part}
    order by id desc limit 5`;

/** The run of exactly that id. */
export async function getRun(sql: Sql, id: string): Promise<RunRow | null> {
  const rows = await sql<RunRow[]>`select ${listed(sql)} from runs where id::text = ${id}`;
  return rows[0] ?? null;
}

/** The journal of a run after a place in it. */
export async function readJournal(sql: Sql, run: string, after = 0): Promise<Entry[]> {
  const rows = await sql<{ seq: number; at: number; events: unknown[] }[]>`
    select seq, extract(epoch from at)::float8 * 1000 as at, events
    from journal where run_id = ${run} and seq > ${after} order by seq`;
  return rows.map((row) => entry.parse({ seq: row.seq, at: row.at, events: row.events }));
}

/** From now on every commit of the run notifies whoever listens. */
export async function watchRun(db: Database, run: string): Promise<void> {
  await crossing('watch', () => db.sql`update runs set watched = true where id = ${run} and not watched`);
}
