import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkWork } from '../../../src/core/doctor/work.ts';
import { openDatabase } from '../../../src/core/store/database.ts';
import { running } from '../../support/running.ts';
import { troubles, type Ward, ward } from './ward.ts';

const look = (db: Ward['db'], people: string[] | null = null) => checkWork(db, { invocation: 'npm start --', people });

test('where all goes well every line says so', async () => {
  await using healthy = await ward();
  const findings = await look(healthy.db, ['anna']);
  assert.deepEqual(troubles(findings), []);
  assert.deepEqual(
    findings.map(({ check, text }) => `${check}: ${text.replace(/\d+ (s|min)$/, 'a while')}`),
    [
      'workers: none alive, and nothing is due',
      'runs: 1 going, none stuck',
      'journals: of 1 of 1 runs going: each reads well',
      'questions: 1 open, the oldest for a while',
      'inbox: nothing waits',
      'outbox: nothing waits for a channel without a sender',
    ],
  );
});

test('workers are counted by their sessions, and those that are gone apart', async () => {
  await using stage = await running();
  const [line] = await look(stage.world.db);
  assert.deepEqual([line!.ok, line!.text], [true, '1 alive']);
  await stage.world.db.sql`insert into workers (key) values (42)`;
  assert.equal((await look(stage.world.db))[0]!.text, '1 alive, 1 gone without a word');
});

/** What is done to the data, and the line that must say so; `waiting` is the run unless another is named. */
const breakages: Record<
  string,
  { check: string; says: RegExp; advises: RegExp; runs?: boolean; harm(ward: Ward): PromiseLike<unknown> }
> = {
  'a run is due and nobody works': {
    check: 'workers',
    says: /none alive, and one run is due/,
    advises: /npm start -- worker/,
    runs: false,
    harm: ({ sql, waiting }) => sql`update runs set wake_at = now() - interval '10 minutes' where id = ${waiting}`,
  },
  'a run is due for long': {
    check: 'runs',
    says: /one run has been due for up to 10 min, and nobody took it/,
    advises: /start a worker/,
    harm: ({ sql, waiting }) => sql`update runs set wake_at = now() - interval '10 minutes' where id = ${waiting}`,
  },
  'a lease is long over': {
    check: 'runs',
    says: /one run is held by a lease that is long over/,
    advises: /start a worker/,
    harm: ({ sql, waiting }) =>
      sql`update runs set worker = 7, lease_until = now() - interval '10 minutes' where id = ${waiting}`,
  },
  'a run is of a newer version': {
    check: 'runs',
    says: /one run was written by a newer version/,
    advises: /update the workers/,
    harm: ({ sql, waiting }) => sql`update runs set engine = 99 where id = ${waiting}`,
  },
  'nothing will ever wake a run': {
    check: 'runs',
    says: /one run is not over, and nothing will wake it/,
    advises: /show <run>.*cancel <run>/,
    harm: ({ sql, waiting }) =>
      sql`update escalations set status = 'expired', outcome = 'expired' where run_id = ${waiting}`,
  },
  'a journal cannot be read': {
    check: 'journals',
    says: /one journal of runs that are not over cannot be read/,
    advises: /back-up/,
    harm: ({ sql, waiting }) => sql`
      update journal set events = '[{"type":"nonsense"}]' where run_id = ${waiting} and seq = 1`,
  },
  'a list shows another status than the journal': {
    check: 'journals',
    says: /one run that is not over shown with another status/,
    advises: /the journal is right/,
    harm: ({ sql, waiting }) => sql`update runs set status = 'running' where id = ${waiting}`,
  },
  'a question should have expired': {
    check: 'questions',
    says: /one question should have expired/,
    advises: /worker/,
    harm: ({ sql, waiting }) =>
      sql`update escalations set expires_at = now() - interval '10 minutes' where run_id = ${waiting}`,
  },
  'a question did not reach anybody': {
    check: 'questions',
    says: /one question did not reach the conversation/,
    advises: /npm start -- show <run>/,
    harm: ({ sql, waiting }) =>
      sql`update deliveries set state = 'dead' where run_id = ${waiting} and purpose like 'question:%'`,
  },
  'nobody knows whether a question arrived': {
    check: 'questions',
    says: /or nobody knows/,
    advises: /command line/,
    harm: ({ sql, waiting }) => sql`
      update deliveries set state = 'unknown', message = null where run_id = ${waiting} and purpose like 'question:%'`,
  },
  'a message was accepted and not begun': {
    check: 'inbox',
    says: /one message accepted and not begun/,
    advises: /worker/,
    runs: false,
    harm: ({ sql }) =>
      sql`insert into inbox (source, key, body, due_at) values ('x', 'y', '{}', now() - interval '10 minutes')`,
  },
  'a message could not be handled': {
    check: 'inbox',
    says: /one message could not be handled/,
    advises: /table inbox/,
    runs: false,
    harm: ({ sql }) => sql`insert into inbox (source, key, body, status) values ('x', 'y', '{}', 'dead')`,
  },
  'nobody sends for a channel': {
    check: 'outbox',
    says: /one card for pigeon, and nobody sends there/,
    advises: /start Baton with the channel pigeon/,
    runs: false,
    harm: ({ sql, waiting }) => sql`
      insert into posts (run_id, purpose, conversation, wants_seq) values (${waiting}, 'progress', 'pigeon:roof', 1)`,
  },
};

for (const [what, { check, says, advises, runs = true, harm }] of Object.entries(breakages)) {
  test(`it shows when ${what}`, async () => {
    await using broken = await ward();
    await harm(broken);
    const line = troubles(await look(broken.db)).find((one) => one.check === check && says.test(one.text));
    assert.ok(line, JSON.stringify(troubles(await look(broken.db))));
    assert.match(line.advice!, advises);
    assert.deepEqual(line.runs ?? [], runs ? [broken.waiting] : []);
  });
}

test('a question shows whose deciders have all left the configuration', async () => {
  await using broken = await ward();
  const [line] = troubles(await look(broken.db, ['somebody']));
  assert.match(line!.text, /one question can be decided by nobody who is left/);
  assert.deepEqual(line!.runs, [broken.waiting]);
});

test('what is young is no trouble yet', async () => {
  await using young = await ward();
  await young.sql`update runs set wake_at = now() - interval '10 seconds' where id = ${young.waiting}`;
  await young.sql`insert into inbox (source, key, body) values ('x', 'y', '{}')`;
  assert.deepEqual(troubles(await look(young.db)), []);
});

test('of many open journals only the latest are read, unless all are wanted', async () => {
  await using full = await ward();
  await full.sql`
    with made as (
      insert into runs (id, status, title, requester, engine, wake_at)
      select gen_random_uuid(), 'received', 'young', 'operator', 1, now() + interval '1 hour'
      from generate_series(1, 40) returning id
    )
    insert into journal (run_id, seq, at, commit_id, events)
    select m.id, 1, now(), gen_random_uuid(), j.events from made m, journal j
    where j.run_id = ${full.waiting} and j.seq = 1`;
  const read = async (journals: number) =>
    (await checkWork(full.db, { invocation: '', journals })).find(({ check }) => check === 'journals')!.text;
  assert.match(await read(20), /the latest 20 of 41 runs going/);
  assert.match(await read(Number.POSITIVE_INFINITY), /of 41 of 41 runs going/);
});

test('it looks while others work, and asks for no lock', async () => {
  await using busy = await ward();
  await busy.db.transaction('test', async (sql) => {
    await sql`select 1 from runs for update`;
    const other = openDatabase({ url: busy.url, limits: { lockMs: 500 } });
    assert.deepEqual(troubles(await look(other)), []);
    await other.close();
  });
});
