import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import postgres from 'postgres';
import type { Event } from '../../src/contracts/event.ts';
import type { Change, Outcome } from '../../src/core/change.ts';
import { createCommitter } from '../../src/core/committer.ts';
import { commitChanges } from '../../src/core/store/commit.ts';
import { type Database, openDatabase, type Sql } from '../../src/core/store/database.ts';
import { migrate } from '../../src/core/store/migrate.ts';
import { takeWishes } from '../../src/core/store/posts.ts';
import { renewLeases } from '../../src/core/store/runs.ts';
import { signalRun } from '../../src/core/store/signals.ts';
import { releaseForgotten } from '../../src/core/store/sweeps.ts';
import { buryDeadWorkers } from '../../src/core/store/workers.ts';
import { startEmbedded, toUrl } from '../../src/postgres/index.ts';
import { createHome, kill, postmasterPid } from '../postgres/home.ts';
import { changeWith } from '../support/change.ts';
import { testDatabase } from '../support/database.ts';
import { createProxy } from '../support/tcp-proxy.ts';
import { createShop, createWorld, operator } from '../support/world.ts';

/** A migrated database with nothing in it, and a committer on it that tells how many changes each statement had. */
async function bench(url?: string) {
  const database = url === undefined ? await testDatabase() : null;
  const db = openDatabase({ url: url ?? database!.url });
  const batches: number[] = [];
  const send = (sql: Sql, changes: readonly Change[]) => {
    batches.push(changes.length);
    return commitChanges(sql, changes);
  };
  return {
    url: url ?? database!.url,
    db,
    batches,
    committer: createCommitter(db.sql, send, { lanes: 1, batch: 64 }),
    [Symbol.asyncDispose]: async () => {
      await db.close();
      await database?.[Symbol.asyncDispose]();
    },
  };
}

/** Runs that a worker has in hand, at the first epoch. */
async function makeRuns(db: Database, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => randomUUID()).sort();
  await db.sql`
    insert into runs (id, status, title, requester, engine, epoch, worker, lease_until)
    select id, 'running', 'a run', 'operator', 1, 1, 7, clock_timestamp() + interval '1 minute'
    from unnest(${ids}::uuid[]) as i(id)`;
  return ids;
}

const skipped: Event = { type: 'skipped', v: 1, ref: 'one', because: 'condition' };

const change = (run: string, more: Partial<Change> = {}): Change => changeWith(run, skipped, more);

const question = (code: string) => ({
  id: randomUUID(),
  code,
  kind: 'approve' as const,
  step: 'pay',
  digest: null,
  subject: null,
  schema: null,
  policy: {
    people: [],
    roles: [],
    tiers: [],
    quorum: 1,
    verbs: ['approve' as const],
    selfApproval: 'never' as const,
    requester: operator,
    addresses: {},
  },
  definition: 'none',
  fields: {},
  evidence: [],
  remindAt: null,
  expiresAt: null,
});

const states = (outcomes: readonly Outcome[]) => outcomes.map(({ state }) => state);
const tally = (outcomes: readonly Outcome[]) => Object.groupBy(states(outcomes), (state) => state);

async function journalOf(sql: Sql, run: string): Promise<{ seq: number; commit: string; events: Event[] }[]> {
  return [
    ...(await sql<{ seq: number; commit: string; events: Event[] }[]>`
    select seq, commit_id as commit, events from journal where run_id = ${run} order by seq`),
  ];
}

test('changes of many runs share one statement', async () => {
  await using at = await bench();
  const runs = await makeRuns(at.db, 64);
  const outcomes = await Promise.all(runs.map((run) => at.committer.commit(change(run))));
  assert.deepEqual(new Set(states(outcomes)), new Set(['committed']));
  assert.deepEqual(at.batches, [64]);
});

test('what arrives while a statement is on its way goes into the next one', async () => {
  await using at = await bench();
  const runs = await makeRuns(at.db, 10);
  const first = at.committer.commit(change(runs[0]!));
  while (at.batches.length === 0) await turn();
  const rest = runs.slice(1).map((run) => at.committer.commit(change(run)));
  await Promise.all([first, ...rest]);
  assert.deepEqual(at.batches, [1, 9]);
});

test('a change on its own is sent within one turn of the event loop', async () => {
  await using at = await bench();
  const [run] = await makeRuns(at.db, 1);
  const committed = at.committer.commit(change(run!));
  await turn();
  await turn();
  assert.deepEqual(at.batches, [1]);
  assert.equal((await committed).state, 'committed');
});

test('a change that Postgres refuses is rejected alone, and the 62 beside it and its like commit', async () => {
  await using at = await bench();
  const runs = await makeRuns(at.db, 65);
  const taken = question('aaaa-bbbb');
  await at.committer.commit(change(runs[64]!, { questions: [taken] }));
  const outcomes = await Promise.all(
    runs.slice(0, 64).map((run, i) => {
      if (i === 20) return at.committer.commit(change(run, { questions: [question(taken.code)] }));
      if (i === 40) return at.committer.commit(change(run, { status: 'running', route: 'refund\u0000' }));
      return at.committer.commit(change(run));
    }),
  );
  assert.deepEqual(outcomes[20], { state: 'rejected', reason: '23505' });
  assert.deepEqual(outcomes[40], { state: 'rejected', reason: '22021' });
  assert.equal(tally(outcomes).committed?.length, 62);
  const [journal] = await at.db.sql`select count(*)::int as rows from journal`;
  assert.equal(journal!.rows, 63);
});

test('an output that Postgres refuses is journalled as the error of its step, and the other runs complete', async () => {
  await using database = await testDatabase();
  const sql = postgres(database.url, { max: 1 });
  await sql.unsafe(`
    create function refuse() returns trigger language plpgsql as $$
    begin
      if new.events::text like '%poison%' then raise exception 'refused' using errcode = '22P02'; end if;
      return new;
    end $$;
    create trigger refuse before insert on journal for each row execute function refuse();`);
  await sql.end();
  const shop = createShop();
  shop.behave.set('lookup', (input) => {
    const { order, amount } = input as { order: string; amount: number };
    return { order: order === '13' ? 'poison' : order, total: amount };
  });
  const world = createWorld(database.url, shop, { concurrency: 64 });
  await world.start();
  const runs = await Promise.all(
    Array.from({ length: 64 }, (_, i) =>
      world.desk.submit({
        source: 'test',
        key: String(i),
        task: { text: `look ${i} 5`, requester: operator, conversation: null },
      }),
    ),
  );
  const ends = await Promise.all(
    runs.map(async (run) => {
      for await (const { events } of world.desk.follow(run)) {
        const finished = events.find((event) => event.type === 'finished');
        if (finished) return finished;
      }
      throw new Error('ended without an end');
    }),
  );
  const entries = await world.desk.journal(runs[13]!);
  await world.stop();
  assert.deepEqual(
    ends.map(({ status }) => status),
    runs.map((_, i) => (i === 13 ? 'failed' : 'completed')),
  );
  const ended = entries.flatMap(({ events }) => events).find((event) => event.type === 'attempt_ended');
  assert.equal(ended?.ref, 'lookup');
  assert.equal(ended?.error?.code, 'change_rejected');
  assert.equal(ends[13]!.reason?.code, 'change_rejected');
});

test('a run whose row is locked goes into a later statement, and the others commit at once', async () => {
  await using at = await bench();
  const runs = await makeRuns(at.db, 8);
  const held = Promise.withResolvers<void>();
  const locked = Promise.withResolvers<void>();
  const other = at.db.transaction('signal', async (sql) => {
    await sql`select 1 from runs where id = ${runs[3]!} for update`;
    locked.resolve();
    await held.promise;
  });
  await locked.promise;
  const answers = runs.map((run) => at.committer.commit(change(run)));
  const free = await Promise.all(answers.filter((_, i) => i !== 3));
  assert.deepEqual(new Set(states(free)), new Set(['committed']));
  assert.deepEqual(await journalOf(at.db.sql, runs[3]!), []);
  held.resolve();
  await other;
  assert.equal((await answers[3]!).state, 'committed');
});

test('a change behind a newer claim is lost, and the others commit', async () => {
  await using at = await bench();
  const runs = await makeRuns(at.db, 3);
  await at.db.sql`update runs set epoch = 2 where id = ${runs[1]!}`;
  const outcomes = await Promise.all(runs.map((run) => at.committer.commit(change(run))));
  assert.deepEqual(states(outcomes), ['committed', 'lost', 'committed']);
  assert.deepEqual(await journalOf(at.db.sql, runs[1]!), []);
});

test('of two writers of one run in one statement only the newer claim is told that it committed', async () => {
  await using at = await bench();
  const [run] = await makeRuns(at.db, 1);
  await at.db.sql`update runs set epoch = 2 where id = ${run!}`;
  const newer = change(run!, { epoch: 2 });
  const older = change(run!, { epoch: 1 });
  for (const [first, second] of [
    [older, newer],
    [newer, older],
  ] as const) {
    const outcomes = await Promise.all([at.committer.commit(first), at.committer.commit(second)]);
    assert.deepEqual(states(outcomes), first === older ? ['lost', 'committed'] : ['committed', 'lost']);
  }
  assert.deepEqual(
    (await journalOf(at.db.sql, run!)).map(({ commit }) => commit),
    [newer.commit],
  );
});

test('two workers, renewals, burials and the sweep over the same rows in opposite order all come through', async () => {
  await using at = await bench();
  await using rival = await bench(at.url);
  const runs = await makeRuns(at.db, 32);
  await at.db.sql`
    insert into reservations (run_id, ref, agent, resource, state)
    select id, 'pay', 'shop.pay', 'order:' || id, 'in_hand' from unnest(${runs}::uuid[]) as i(id)`;
  const backwards = runs.toReversed();
  const write = (committer: typeof at.committer, order: string[], seq: number) =>
    Promise.all(
      order.map((run) => committer.commit(change(run, { seq, settle: [{ ref: 'pay', state: 'done' }], folded: 0 }))),
    );
  for (let seq = 1; seq <= 12; seq += 1) {
    const [mine, theirs] = await Promise.all([
      write(at.committer, runs, seq),
      write(rival.committer, backwards, seq),
      renewLeases(
        at.db.sql,
        backwards.map((run) => ({ run, epoch: 1 })),
        60_000,
      ).catch(onlyDeadlock),
      buryDeadWorkers(rival.db.sql, 7n).catch(onlyDeadlock),
      releaseForgotten(rival.db.sql).catch(onlyDeadlock),
    ]);
    for (const [i, run] of runs.entries()) {
      const both = [mine[i]!.state, theirs[31 - i]!.state].sort();
      assert.deepEqual(both, ['committed', 'lost'], `run ${run} at ${seq}`);
    }
  }
  const [gaps] = await at.db.sql`select count(*)::int as rows, count(distinct run_id)::int as runs from journal`;
  assert.deepEqual({ ...gaps }, { rows: 12 * 32, runs: 32 });
});

/** The periodic ones are simply done again later. */
const onlyDeadlock = (error: unknown) => assert.equal((error as { code?: string }).code, '40P01');

for (const when of ['before', 'after'] as const) {
  test(`a connection cut ${when} the statement reached the server ends in one success and one row`, async () => {
    await using database = await testDatabase();
    await using proxy = await createProxy(database.url);
    await using at = await bench(proxy.url);
    const [run, neighbour] = await makeRuns(at.db, 2);
    const [mine, other] = [change(run!, { status: 'waiting' }), change(neighbour!)];
    const cut = proxy.cut(when, (message) => message.includes(mine.commit));
    const outcomes = await Promise.all([at.committer.commit(mine), at.committer.commit(other)]);
    await cut;
    assert.deepEqual(states(outcomes), ['committed', 'committed']);
    assert.deepEqual(at.batches, [2, 2]);
    assert.deepEqual(
      (await journalOf(at.db.sql, run!)).map(({ seq, commit }) => [seq, commit]),
      [[1, mine.commit]],
    );
    const since = performance.now();
    await at.db.close();
    assert.ok(performance.now() - since < 3_000, 'a broken connection must not hold up the end');
  });
}

test('a repeated change is a success even when a decision that it folded is gone by then', async () => {
  await using database = await testDatabase();
  await using proxy = await createProxy(database.url);
  await using at = await bench(proxy.url);
  const [run] = await makeRuns(at.db, 1);
  const signal = randomUUID();
  await at.db.sql`insert into signals (run_id, id, data) values (${run!}, ${signal}, '{"kind":"cancel","by":null}')`;
  await at.db.sql`update runs set signals = 1 where id = ${run!}`;
  const mine = change(run!, { signals: [signal], folded: 1, release: { wakeAt: null } });
  const cut = proxy.cut('after', (message) => message.includes(mine.commit));
  const outcome = await at.committer.commit(mine);
  await cut;
  assert.equal(outcome.state, 'committed');
  assert.equal((await journalOf(at.db.sql, run!)).length, 1);
});

/** A committer whose first statements fail with these codes, one each. */
function failing(at: { db: Database }, codes: string[]) {
  const sent: number[] = [];
  const committer = createCommitter(at.db.sql, async (sql, changes) => {
    sent.push(changes.length);
    const code = codes.shift();
    if (code !== undefined) throw Object.assign(new Error('refused'), { code });
    return commitChanges(sql, changes);
  });
  return { committer, sent };
}

for (const [what, code] of [
  ['a deadlock', '40P01'],
  ['a failed serialization', '40001'],
  ['a lock time-out', '55P03'],
  ['a full disk', '53100'],
  ['a statement time-out', '57014'],
  ['a standby after a failover', '25006'],
  ['an input/output error', '58030'],
] as const) {
  test(`${what} passes: the same changes are sent again, together`, async () => {
    await using at = await bench();
    const runs = await makeRuns(at.db, 3);
    const { committer, sent } = failing(at, [code, code]);
    const outcomes = await Promise.all(runs.map((run) => committer.commit(change(run))));
    assert.deepEqual(states(outcomes), ['committed', 'committed', 'committed']);
    assert.deepEqual(sent, [3, 3, 3]);
  });
}

test('a change that its own earlier statement has made under it is found, not rejected', async () => {
  await using at = await bench();
  const [run] = await makeRuns(at.db, 1);
  const mine = change(run!);
  let sent = 0;
  const committer = createCommitter(at.db.sql, async (sql, changes) => {
    sent += 1;
    if (sent > 1) return commitChanges(sql, changes);
    // The connection broke, the statement went on, and ended between the snapshot of the next one and its insert.
    await commitChanges(sql, changes);
    throw Object.assign(new Error('duplicate'), { code: '23505' });
  });
  assert.deepEqual(await committer.commit(mine), { state: 'committed', released: false, signals: [] });
  assert.equal(sent, 2);
});

for (const code of ['22021', '23514', '42703', '54000', 'P0001']) {
  test(`a change that Postgres refuses with ${code} is rejected at once`, async () => {
    await using at = await bench();
    const [run] = await makeRuns(at.db, 1);
    const { committer, sent } = failing(at, [code]);
    assert.deepEqual(await committer.commit(change(run!)), { state: 'rejected', reason: code });
    assert.deepEqual(sent, [1]);
  });
}

test('a change that is a duplicate twice is rejected', async () => {
  await using at = await bench();
  const [run] = await makeRuns(at.db, 1);
  const { committer, sent } = failing(at, ['23505', '23505']);
  assert.deepEqual(await committer.commit(change(run!)), { state: 'rejected', reason: '23505' });
  assert.deepEqual(sent, [1, 1]);
});

test('a repeated change that had let its run go says so, although a signal has come since', async () => {
  await using at = await bench();
  const [run] = await makeRuns(at.db, 1);
  const mine = change(run!, { release: { wakeAt: null } });
  assert.deepEqual(await at.committer.commit(mine), { state: 'committed', released: true, signals: [] });
  await signalRun(at.db, run!, { kind: 'cancel', by: null });
  const again = await at.committer.commit(mine);
  assert.ok(again.state === 'committed');
  assert.equal(again.released, true);
});

test('a repeated change that could not let its run go does not say so when the signal is gone', async () => {
  await using at = await bench();
  const [run] = await makeRuns(at.db, 1);
  await at.db.sql`update runs set signals = 1 where id = ${run!}`;
  const mine = change(run!, { release: { wakeAt: null } });
  assert.deepEqual(await at.committer.commit(mine), { state: 'committed', released: false, signals: [] });
  await at.db.sql`update runs set signals = 0 where id = ${run!}`;
  assert.deepEqual(await at.committer.commit(mine), { state: 'committed', released: false, signals: [] });
});

test('committers whose connections have fallen silent go on over new ones, in both lanes', async () => {
  await using database = await testDatabase();
  await using proxy = await createProxy(database.url);
  const db = openDatabase({ url: proxy.url, limits: { statementMs: 1_000 } });
  const committer = createCommitter(db.sql);
  const runs = await makeRuns(db, 8);
  await Promise.all(runs.map((run) => committer.commit(change(run))));
  proxy.set('half-open');
  const first = committer.commit(change(runs[0]!, { seq: 2 }));
  await turn();
  await turn();
  const rest = runs.slice(1).map((run) => committer.commit(change(run, { seq: 2 })));
  await sleep(10);
  proxy.set('pass');
  assert.deepEqual(new Set(states(await Promise.all([first, ...rest]))), new Set(['committed']));
  await db.close();
});

test('posts are written in one order whatever order they are wished in', async () => {
  await using at = await bench();
  await using rival = await bench(at.url);
  const runs = await makeRuns(at.db, 24);
  const post = (conversation: string) => ({ purpose: 'progress', conversation, escalation: null });
  const conversations = ['test:a', 'test:b', 'test:c', 'test:d'];
  const write = (committer: typeof at.committer, order: string[], seq: number, said: string[]) =>
    Promise.all(order.map((run) => committer.commit(change(run, { seq, posts: said.map(post) }))));
  await rival.db.sql`
    insert into senders (channel, holder, epoch, lease_until)
    values ('test', ${randomUUID()}, 1, clock_timestamp() + interval '1 hour')`;
  const [sender] = await at.db.sql<{ holder: string }[]>`select holder from senders`;
  const lease = { channel: 'test', epoch: 1, holder: sender!.holder };
  for (let seq = 1; seq <= 10; seq += 1) {
    await Promise.all([
      write(at.committer, runs, seq, conversations),
      write(rival.committer, runs.toReversed(), seq, conversations.toReversed()),
      takeWishes(rival.db.sql, lease, [], [], 10),
    ]);
    await at.db.sql`
      insert into deliveries (run_id, purpose, conversation, state, shows_seq)
      select run_id, purpose, conversation, 'sent', ${seq} from posts
      on conflict (run_id, purpose, conversation) do update set shows_seq = excluded.shows_seq`;
  }
  await takeWishes(rival.db.sql, lease, [], [], 10);
  assert.equal((await at.db.sql`select 1 from posts`).length, 0);
});

test('U+0000 and lone surrogates are stored as U+FFFD', async () => {
  await using at = await bench();
  const [run] = await makeRuns(at.db, 1);
  const task = { text: 'a\u0000b\ud800c', requester: operator, conversation: null };
  const outcome = await at.committer.commit(change(run!, { events: [{ type: 'received', v: 1, task }] }));
  assert.equal(outcome.state, 'committed');
  const [row] = await journalOf(at.db.sql, run!);
  assert.deepEqual(row!.events, [{ type: 'received', v: 1, task: { ...task, text: 'a\ufffdb\ufffdc' } }]);
});

test('everything continues after Postgres was shut down at once and started again in the middle', async () => {
  await using home = createHome();
  const options = { home: home.path, durability: 'full' as const };
  const server = await startEmbedded(options);
  const url = toUrl(server.address);
  await migrate({ url });
  await using at = await bench(url);
  const runs = await makeRuns(at.db, 20);
  const write = async (run: string) => {
    const outcomes: string[] = [];
    for (let seq = 1; seq <= 30; seq += 1) outcomes.push((await at.committer.commit(change(run, { seq }))).state);
    return outcomes;
  };
  const all = Promise.all(runs.map(write));
  while (at.batches.length < 8) await sleep(1);
  await kill(postmasterPid(home.path)!, 'SIGQUIT');
  const again = await startEmbedded(options);
  assert.deepEqual(new Set((await all).flat()), new Set(['committed']));
  const [rows] = await at.db.sql`select count(*)::int as rows, max(seq) as last from journal`;
  assert.deepEqual({ ...rows }, { rows: 600, last: 30 });
  await at.db.close();
  await Promise.all([server.stop(), again.stop()]);
});
