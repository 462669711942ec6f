/** A limit of requests at once, kept by all processes on one database, whatever becomes of those who are in. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import postgres from 'postgres';
import { createStreams } from '../../src/core/store/streams.ts';
import { testDatabase } from '../support/database.ts';
import { createProxy } from '../support/tcp-proxy.ts';

const never = new AbortController().signal;

/** A database, and as many processes' worth of streams on it as are asked for. */
async function stage() {
  const database = await testDatabase();
  const opened: ReturnType<typeof createStreams>[] = [];
  const sql = postgres(database.url, { max: 1, fetch_types: false });
  return {
    url: database.url,
    sql,
    streams: (url = database.url) => {
      const streams = createStreams({ directUrl: url });
      opened.push(streams);
      return streams;
    },
    locks: async () =>
      (await sql`select objid::int as slot from pg_locks where locktype = 'advisory' and objsubid = 2 order by 1`).map(
        ({ slot }) => slot,
      ),
    /** Ends the sessions of the streams, as the death of their processes does. */
    kill: () => sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'baton streams'
      and datname = current_database() and pid <> pg_backend_pid()`,
    async [Symbol.asyncDispose]() {
      await Promise.all(opened.map((streams) => streams.close()));
      await sql.end();
      await database[Symbol.asyncDispose]();
    },
  };
}

test('two processes are never more than the limit together, and everybody gets a turn', async () => {
  await using at = await stage();
  const both = [at.streams(), at.streams()];
  let [inside, most, turns] = [0, 0, 0];
  const work = async (i: number) => {
    const stream = await both[i % 2]!.enter('gigachat', 3, never);
    inside += 1;
    most = Math.max(most, inside);
    await at.sql`select pg_sleep(0.002)`;
    inside -= 1;
    turns += 1;
    await stream.leave();
  };
  await Promise.all(Array.from({ length: 40 }, (_, i) => work(i)));
  assert.deepEqual([turns, most], [40, 3]);
  assert.deepEqual(await at.locks(), []);
});

test('whoever came first is let in first', async () => {
  await using at = await stage();
  const streams = at.streams();
  const order: number[] = [];
  const first = await streams.enter('gigachat', 1, never);
  const others = [1, 2, 3, 4].map(async (i) => {
    const stream = await streams.enter('gigachat', 1, never);
    order.push(i);
    await stream.leave();
  });
  await first.leave();
  await Promise.all(others);
  assert.deepEqual(order, [1, 2, 3, 4]);
});

test('each name has a limit of its own, and a smaller limit leaves the slots above it alone', async () => {
  await using at = await stage();
  const streams = at.streams();
  await streams.enter('gigachat', 1, never);
  await streams.enter('another', 1, never);
  await streams.enter('gigachat', 2, never);
  const small = streams.enter('gigachat', 2, AbortSignal.timeout(50));
  await assert.rejects(small, { name: 'TimeoutError' });
  assert.deepEqual(await at.locks(), [1, 1, 2]);
});

test('a waiter whose signal fires leaves the line with its reason, and the next one gets the turn', async () => {
  await using at = await stage();
  const [mine, theirs] = [at.streams(), at.streams()];
  const held = await theirs.enter('gigachat', 1, never);
  const giving = new AbortController();
  const given = mine.enter('gigachat', 1, giving.signal);
  let isLeft = false;
  const next = mine.enter('gigachat', 1, never).then((stream) => ({ stream, isAfter: isLeft }));
  giving.abort(new Error('cancelled'));
  await assert.rejects(given, /cancelled/);
  isLeft = true;
  await held.leave();
  const { stream, isAfter } = await next;
  assert.ok(isAfter);
  await stream.leave();
  assert.deepEqual(await at.locks(), []);
});

test('who comes with a signal that has fired is not let in', async () => {
  await using at = await stage();
  await assert.rejects(at.streams().enter('gigachat', 1, AbortSignal.abort(new Error('over'))), /over/);
  assert.deepEqual(await at.locks(), []);
});

test('a slot that nobody wants any more when it comes is given back', async () => {
  await using at = await stage();
  const streams = at.streams();
  await (await streams.enter('gigachat', 1, never)).leave();
  const giving = new AbortController();
  const given = streams.enter('gigachat', 1, giving.signal);
  // The statement is on its way by now.
  giving.abort();
  await assert.rejects(given, { name: 'AbortError' });
  const stream = await at.streams().enter('gigachat', 1, never);
  await stream.leave();
});

test('a slot above the limit of who is next is not taken for it', async () => {
  await using at = await stage();
  const [holding, streams] = [at.streams(), at.streams()];
  const held = await holding.enter('gigachat', 1, never);
  const giving = new AbortController();
  const given = streams.enter('gigachat', 2, giving.signal);
  let isLeft = false;
  const next = streams.enter('gigachat', 1, never).then(() => isLeft);
  giving.abort();
  await assert.rejects(given, { name: 'AbortError' });
  // By then the slot that was asked for has come.
  await streams.enter('another', 1, never);
  isLeft = true;
  await held.leave();
  assert.ok(await next);
});

test('whoever waits in another process is told when somebody leaves', async () => {
  await using at = await stage();
  const both = [at.streams(), at.streams()];
  let held = await both[0]!.enter('gigachat', 1, never);
  const since = performance.now();
  for (let i = 1; i <= 16; i += 1) {
    const entering = both[i % 2]!.enter('gigachat', 1, never);
    // It has looked in vain when another name has been let in.
    await (await both[i % 2]!.enter('another', 1, never)).leave();
    await held.leave();
    held = await entering;
  }
  // Looking again now and then would take half a second each time.
  assert.ok(performance.now() - since < 8_000);
});

test('leaving twice frees nobody else’s slot', async () => {
  await using at = await stage();
  const streams = at.streams();
  const first = await streams.enter('gigachat', 1, never);
  await Promise.all([first.leave(), first.leave()]);
  await streams.enter('gigachat', 1, never);
  await first.leave();
  assert.deepEqual(await at.locks(), [1]);
});

test('who dies gives back what it held, and who lost its connection comes again', async () => {
  await using at = await stage();
  const [dying, other] = [at.streams(), at.streams()];
  const held = [await dying.enter('gigachat', 2, never), await dying.enter('gigachat', 2, never)];
  assert.deepEqual(await at.locks(), [1, 2]);
  await at.kill();
  await (await other.enter('gigachat', 2, never)).leave();
  // It does not take what it still uses without a lock, and leaving that is no error.
  await assert.rejects(dying.enter('gigachat', 2, AbortSignal.timeout(100)), { name: 'TimeoutError' });
  await Promise.all(held.map((stream) => stream.leave()));
  await (await dying.enter('gigachat', 2, never)).leave();
  assert.deepEqual(await at.locks(), []);
});

test('a waiter outlives its connection', async () => {
  await using at = await stage();
  const [holding, waiting] = [at.streams(), at.streams()];
  await holding.enter('gigachat', 1, never);
  await (await waiting.enter('another', 1, never)).leave();
  const entering = waiting.enter('gigachat', 1, never);
  assert.equal((await at.kill()).length, 2);
  await (await entering).leave();
});

test('a database that is away for a moment is waited for', async () => {
  await using at = await stage();
  await using proxy = await createProxy(at.url);
  const streams = at.streams(proxy.url);
  proxy.set('reset');
  const entering = streams.enter('gigachat', 1, never);
  await assert.rejects(streams.enter('gigachat', 1, AbortSignal.timeout(20)), { name: 'TimeoutError' });
  proxy.set('pass');
  await (await entering).leave();
});

test('closing sends away who waits, and lets nobody in afterwards', async () => {
  await using at = await stage();
  const [holding, streams] = [at.streams(), at.streams()];
  await holding.enter('gigachat', 1, never);
  const entering = streams.enter('gigachat', 1, never);
  const refused = assert.rejects(entering, /closed/);
  await streams.close();
  await refused;
  await assert.rejects(streams.enter('gigachat', 1, never), /closed/);
  await holding.close();
  assert.deepEqual(await at.locks(), []);
});
