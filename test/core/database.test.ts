/** Transactions and statements over connections that break, freeze, or fall silent. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { isConnectionLoss, openDatabase, patiently, reasonOf } from '../../src/core/store/database.ts';
import { testDatabase } from '../support/database.ts';
import { createProxy } from '../support/tcp-proxy.ts';

/** A database with one table, a way in, and a second way in for whoever disturbs the first. */
async function scene(limits?: { statementMs?: number; lockMs?: number; idleMs?: number }) {
  const database = await testDatabase();
  const proxy = await createProxy(database.url);
  const db = openDatabase({ url: proxy.url, limits });
  const admin = openDatabase({ url: database.url });
  await admin.sql`create table notes (id int primary key, text text)`;
  await admin.sql`insert into notes values (1, 'one')`;
  const backend = async (sql: typeof db.sql) => {
    const [row] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
    return row!.pid;
  };
  return {
    db,
    admin,
    proxy,
    backend,
    /** Ends the server's side of a connection and waits until it is gone. */
    terminate: async (pid: number) => {
      await admin.sql`select pg_terminate_backend(${pid}, 5000)`;
    },
    notes: async () => (await admin.sql<{ id: number }[]>`select id from notes order by id`).map(({ id }) => id),
    [Symbol.asyncDispose]: async () => {
      await Promise.all([db.close(), admin.close()]);
      await proxy[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

type Scene = Awaited<ReturnType<typeof scene>>;
const works = ({ db }: Scene) => db.transaction('signal', async (sql) => (await sql`select 1 as one`)[0]!.one);

test('a transaction whose backend is terminated between two statements fails as a connection loss, every time', async () => {
  await using at = await scene();
  for (let i = 0; i < 8; i += 1) {
    const broken = at.db.transaction('signal', async (sql) => {
      await sql`insert into notes values (${100 + i}, 'lost')`;
      await at.terminate(await at.backend(sql as typeof at.db.sql));
      await sql`insert into notes values (${200 + i}, 'elsewhere')`;
    });
    await assert.rejects(broken, isConnectionLoss);
    assert.equal(await works(at), 1, 'the place of the broken one is free again');
  }
  assert.deepEqual(await at.notes(), [1], 'nothing of them happened, and nothing ran on another connection');
});

test('a transaction whose backend is terminated during a statement fails as a connection loss', async () => {
  await using at = await scene();
  for (let i = 0; i < 4; i += 1) {
    const broken = at.db.transaction('signal', async (sql) => {
      const pid = await at.backend(sql as typeof at.db.sql);
      const [slept] = await Promise.allSettled([sql`select pg_sleep(20)`, at.terminate(pid)]);
      assert.equal(slept.status, 'rejected');
      await sql`insert into notes values (${200 + i}, 'elsewhere')`;
    });
    await assert.rejects(broken, isConnectionLoss);
  }
  assert.equal(await works(at), 1);
  assert.deepEqual(await at.notes(), [1]);
});

test('statements of a broken transaction that were sent together do not run on a new connection', async () => {
  await using at = await scene();
  const broken = at.db.transaction('signal', async (sql) => {
    const pid = await at.backend(sql as typeof at.db.sql);
    const inserts = [10, 11, 12, 13].map((id) => sql`insert into notes values (${id}, 'elsewhere')`);
    await Promise.all([sql`select pg_sleep(20)`, ...inserts, at.terminate(pid)]);
  });
  await assert.rejects(broken, isConnectionLoss);
  assert.equal(await works(at), 1);
  assert.deepEqual(await at.notes(), [1]);
});

test('a connection that was closed while nobody used it costs no transaction', async () => {
  await using at = await scene();
  const pids = new Set<number>();
  for (let i = 0; i < 4; i += 1) {
    const pid = await at.db.transaction('signal', (sql) => at.backend(sql as typeof at.db.sql));
    pids.add(pid);
    const cut = at.terminate(pid);
    await cut;
    while (at.proxy.open > 0) await sleep(5);
  }
  assert.equal(pids.size, 4);
});

test('a transaction that throws is rolled back, and its connection is used again', async () => {
  await using at = await scene();
  const pids: number[] = [];
  for (let i = 0; i < 3; i += 1) {
    const failing = at.db.transaction('signal', async (sql) => {
      pids.push(await at.backend(sql as typeof at.db.sql));
      await sql`insert into notes values (2, 'two')`;
      await sql`insert into notes values (1, 'twice')`;
    });
    await assert.rejects(failing, (error) => reasonOf(error) === '23505');
  }
  assert.equal(new Set(pids).size, 1);
  assert.deepEqual(await at.notes(), [1]);
});

test('more transactions than connections wait for their turn', async () => {
  await using at = await scene();
  const ids = Array.from({ length: 20 }, (_, i) => 10 + i);
  await Promise.all(ids.map((id) => at.db.transaction('signal', (sql) => sql`insert into notes values (${id}, '')`)));
  assert.deepEqual(await at.notes(), [1, ...ids]);
});

test('who is idle in a transaction is put out, so that the rows are free, and is told that it lost its connection', async () => {
  await using at = await scene({ idleMs: 100 });
  const idle = at.db.transaction('signal', async (sql) => {
    const pid = await at.backend(sql as typeof at.db.sql);
    await sql`update notes set text = 'mine' where id = 1`;
    await at.admin.sql`update notes set text = 'theirs' where id = 1`;
    while ((await at.admin.sql`select 1 from pg_stat_activity where pid = ${pid}`).length > 0) await sleep(5);
    await sql`update notes set text = 'mine again' where id = 1`;
  });
  await assert.rejects(idle, isConnectionLoss);
  const [note] = await at.admin.sql`select text from notes`;
  assert.equal(note!.text, 'theirs');
});

test('who waits for a row for too long gives up, and is patient', async () => {
  await using at = await scene({ lockMs: 50 });
  const held = Promise.withResolvers<void>();
  const locked = Promise.withResolvers<void>();
  const other = at.admin.transaction('close', async (sql) => {
    await sql`select 1 from notes for update`;
    locked.resolve();
    await held.promise;
  });
  await locked.promise;
  let tries = 0;
  const write = () =>
    at.db.transaction('signal', async (sql) => {
      tries += 1;
      if (tries === 2) held.resolve();
      await sql`update notes set text = 'mine'`;
    });
  await patiently(write);
  await other;
  assert.ok(tries >= 2);
});

test('a statement whose connection has fallen silent fails in time, and the next one has a new connection', async () => {
  await using at = await scene({ statementMs: 1_000 });
  await Promise.all(Array.from({ length: 8 }, () => at.db.sql`select 1`));
  at.proxy.set('half-open');
  at.proxy.set('pass');
  const asked = performance.now();
  await assert.rejects(async () => at.db.sql`select 1`, isConnectionLoss);
  assert.ok(performance.now() - asked < 3_000);
  for (let i = 0; i < 8; i += 1) assert.equal((await at.db.sql`select 1 as one`)[0]!.one, 1);
});

test('a transaction whose connection has fallen silent fails in time, and the next one has a new connection', async () => {
  await using at = await scene({ statementMs: 1_000 });
  const silent = at.db.transaction('signal', async (sql) => {
    await sql`insert into notes values (2, 'two')`;
    at.proxy.set('half-open');
    at.proxy.set('pass');
    await sql`insert into notes values (3, 'three')`;
  });
  await assert.rejects(silent, isConnectionLoss);
  assert.equal(await works(at), 1);
  assert.deepEqual(await at.notes(), [1]);
});

test('a process that was frozen for longer than a statement may take still reads the answer', async () => {
  await using at = await scene({ statementMs: 1_000 });
  await at.db.sql`select 1`;
  const answer = at.db.sql`select 1 as one, pg_sleep(0.05)`.then((rows) => rows[0]!.one);
  await sleep(20);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_600);
  assert.equal(await answer, 1);
});

test('closing ends the connections of transactions that never end', async () => {
  await using at = await scene();
  const begun = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const endless = at.db.transaction('signal', async (sql) => {
    await sql`insert into notes values (2, 'two')`;
    begun.resolve();
    await held.promise;
    await sql`select 1`;
  });
  await begun.promise;
  await at.db.close();
  held.resolve();
  await assert.rejects(endless, isConnectionLoss);
  await assert.rejects(works(at), isConnectionLoss);
  assert.deepEqual(await at.notes(), [1]);
});
