/**
 * Who is alive. A worker registers a key and holds a session lock on it for as long as its listening connection lives;
 * a key without a lock belongs to a dead worker, whose runs are free at once instead of at the end of their leases.
 */
import { crossing } from '../crossing.ts';
import type { Sql, Statement } from './database.ts';

/** Registers on the connection that listens: the lock ends with that connection. */
export async function registerWorker(session: Statement, key: bigint): Promise<void> {
  await crossing('register', async () => {
    await session`select pg_advisory_lock(${key.toString()}::bigint)`;
    await session`insert into workers (key) values (${key.toString()}::bigint) on conflict do nothing`;
  });
}

export async function unregisterWorker(sql: Sql, key: bigint): Promise<void> {
  await crossing('unregister', () => sql`delete from workers where key = ${key.toString()}::bigint`);
}

/**
 * Frees the runs of dead workers. Says how many other workers are registered and how many runs were freed. Waits for no
 * row: a dead worker stays registered until the last of its runs could be freed.
 */
export async function buryDeadWorkers(sql: Sql, key: bigint): Promise<{ others: number; freed: number }> {
  const [row] = await crossing(
    'bury',
    () => sql<{ others: number; freed: number }[]>`
    with alive as materialized (
      select (classid::bigint << 32) | objid::bigint as key from pg_locks
      where locktype = 'advisory' and objsubid = 1
        and database = (select oid from pg_database where datname = current_database())
    ), dead as materialized (
      select w.key from workers w
      where w.key <> ${key.toString()}::bigint and w.key not in (select key from alive)
      order by w.key for update skip locked
    ), orphans as materialized (
      select id from runs
      where due_at is not null and worker in (select key from dead)
      order by id for no key update skip locked
    ), freed as (
      update runs r set worker = null, lease_until = null, wake_at = clock_timestamp()
      from orphans o where r.id = o.id
      returning 1
    ), buried as (
      delete from workers w using dead d
      where w.key = d.key and not exists (
        select 1 from runs r
        where r.due_at is not null and r.worker = d.key and r.id not in (select id from orphans)
      )
      returning 1
    )
    select (select count(*)::int from workers where key <> ${key.toString()}::bigint) as others,
      (select count(*)::int from freed) as freed`,
  );
  return row!;
}
