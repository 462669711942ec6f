/** Leases, burials and ticks beside rows that somebody else keeps locked. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { type Database, openDatabase } from '../../src/core/store/database.ts';
import { renewLeases } from '../../src/core/store/runs.ts';
import { releaseForgotten, takeTick } from '../../src/core/store/sweeps.ts';
import { buryDeadWorkers } from '../../src/core/store/workers.ts';
import { testDatabase } from '../support/database.ts';

async function bench() {
  const database = await testDatabase();
  const db = openDatabase({ url: database.url });
  const waits = Promise.withResolvers<void>();
  const frozen: Promise<unknown>[] = [];
  return {
    db,
    /** A client that freezes with the row of a run locked. */
    lock: async (run: string) => {
      const locked = Promise.withResolvers<void>();
      const act = db.transaction('signal', async (sql) => {
        await sql`select 1 from runs where id = ${run} for update`;
        locked.resolve();
        await waits.promise;
      });
      frozen.push(act);
      await locked.promise;
    },
    thaw: async () => {
      waits.resolve();
      await Promise.all(frozen);
    },
    [Symbol.asyncDispose]: async () => {
      waits.resolve();
      await Promise.allSettled(frozen);
      await db.close();
      await database[Symbol.asyncDispose]();
    },
  };
}

/** Runs whose leases end in a second, in the hands of a worker, at the first epoch. */
async function makeRuns(db: Database, count: number, worker: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => randomUUID()).sort();
  await db.sql`
    insert into runs (id, status, title, requester, engine, epoch, worker, signals, lease_until)
    select id, 'running', 'a run', 'operator', 1, 1, ${worker}::bigint, 3, clock_timestamp() + interval '1 second'
    from unnest(${ids}::uuid[]) as i(id)`;
  return ids;
}

/** Which of the runs have a lease that ends later than in half a minute. */
async function renewedOf(db: Database): Promise<string[]> {
  const rows = await db.sql<{ id: string }[]>`
    select id from runs where lease_until > clock_timestamp() + interval '30 seconds' order by id`;
  return rows.map(({ id }) => id);
}

test('a locked row costs the leases of no other run, and its own run is not taken for lost', async () => {
  await using at = await bench();
  const [one, locked, lost, three] = await makeRuns(at.db, 4, 7);
  await at.db.sql`update runs set epoch = 2 where id = ${lost!}`;
  await at.lock(locked!);
  const held = [three, lost, locked, one].map((run) => ({ run: run!, epoch: 1 }));
  const renewed = await renewLeases(at.db.sql, held, 60_000);
  assert.deepEqual([...renewed].sort(), [
    [one, 3],
    [locked, 3],
    [three, 3],
  ]);
  assert.deepEqual(await renewedOf(at.db), [one, three]);
  await at.thaw();
  await renewLeases(at.db.sql, held, 60_000);
  assert.deepEqual(await renewedOf(at.db), [one, locked, three]);
});

test('a run that was let go, or is nobody’s, is not renewed', async () => {
  await using at = await bench();
  const [free] = await makeRuns(at.db, 1, 7);
  await at.db.sql`update runs set worker = null, lease_until = null where id = ${free!}`;
  assert.equal((await renewLeases(at.db.sql, [{ run: free!, epoch: 1 }], 60_000)).size, 0);
  assert.equal((await renewLeases(at.db.sql, [{ run: randomUUID(), epoch: 1 }], 60_000)).size, 0);
});

test('a dead worker is buried although one of its runs is locked, and that run is freed later', async () => {
  await using at = await bench();
  const [one, locked, three] = await makeRuns(at.db, 3, 9);
  await at.db.sql`insert into workers (key) values (9)`;
  await at.lock(locked!);
  const free = async () =>
    (await at.db.sql<{ id: string }[]>`select id from runs where worker is null order by id`).map(({ id }) => id);
  assert.equal((await buryDeadWorkers(at.db.sql, 7n)).freed, 2);
  assert.deepEqual(await free(), [one, three]);
  await at.thaw();
  assert.equal((await buryDeadWorkers(at.db.sql, 7n)).freed, 1);
  assert.deepEqual(await free(), [one, locked, three]);
  assert.equal((await at.db.sql`select 1 from workers where key = 9`).length, 0);
  assert.deepEqual(await buryDeadWorkers(at.db.sql, 7n), { others: 0, freed: 0 });
});

test('the sweep passes over a resource that somebody is changing', async () => {
  await using at = await bench();
  const runs = await makeRuns(at.db, 2, 7);
  await at.db.sql`
    insert into reservations (run_id, ref, agent, resource, state)
    select id, 'pay', 'shop.pay', 'order:' || id, 'in_hand' from unnest(${runs}::uuid[]) as i(id)`;
  await at.db.sql`update runs set status = 'failed', finished_at = clock_timestamp()`;
  const changed = Promise.withResolvers<void>();
  const done = Promise.withResolvers<void>();
  const other = at.db.transaction('signal', async (sql) => {
    await sql`update reservations set state = 'done' where run_id = ${runs[0]!}`;
    changed.resolve();
    await done.promise;
  });
  await changed.promise;
  await releaseForgotten(at.db.sql);
  done.resolve();
  await other;
  const rows = await at.db.sql<{ state: string }[]>`select state from reservations order by run_id`;
  assert.deepEqual(
    rows.map(({ state }) => state),
    ['done', 'void'],
  );
});

test('one process takes a stroke, and the next is taken once the time between two is nearly over', async () => {
  await using at = await bench();
  const takers = await Promise.all(Array.from({ length: 5 }, () => takeTick(at.db.sql, 'sweep', 10_000)));
  assert.equal(takers.filter((taken) => taken).length, 1);
  const lastFired = (ms: number) =>
    at.db.sql`update ticks set fired_at = clock_timestamp() - ${ms} * interval '1 millisecond'`;
  await lastFired(5_000);
  assert.equal(await takeTick(at.db.sql, 'sweep', 10_000), false);
  await lastFired(9_900);
  assert.equal(await takeTick(at.db.sql, 'sweep', 10_000), true);
  assert.equal(await takeTick(at.db.sql, 'sweep', 10_000), false);
  assert.equal(await takeTick(at.db.sql, 'other', 10_000), true);
});

test('a stroke from the future, of a clock that was set back, stops nobody', async () => {
  await using at = await bench();
  await takeTick(at.db.sql, 'sweep', 10_000);
  await at.db.sql`update ticks set fired_at = clock_timestamp() + interval '1 hour'`;
  assert.equal(await takeTick(at.db.sql, 'sweep', 10_000), true);
  assert.equal(await takeTick(at.db.sql, 'sweep', 10_000), false);
});
