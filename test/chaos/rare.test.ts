/** Places that a process passes on a bad day only: each test brings that day about, and kills there. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import postgres from 'postgres';
import { migrate } from '../../src/core/store/migrate.ts';
import { testDatabase } from '../support/database.ts';
import { createProxy, type Proxy as Door, type Mode } from '../support/tcp-proxy.ts';
import { ask, assertShown, somebody, still } from './hall.ts';
import { rare } from './places.ts';
import { assertSound, openStage, type Stage, until, type WorkerProcess } from './stage.ts';

const migrator = new URL('../../src/core/store/migrate.ts', import.meta.url).href;

/** Where processes were killed in this file. */
const hit = new Set<string>();

interface Case {
  text?: string;
  env?: Record<string, string>;
  /** Before the first process begins. */
  prepare?: (stage: Stage) => Promise<unknown>;
  /** Brings the first process to its place. */
  provoke?: (stage: Stage, first: WorkerProcess, door: Door) => Promise<unknown>;
  /** Before the second process begins. */
  mend?: (stage: Stage) => Promise<unknown>;
  /** What goes through a door that can be shut: the statements, or what listens and the agents. */
  door?: 'DATABASE_URL' | 'DATABASE_DIRECT_URL';
}

const refund = 'refund 1042 500';
const called = (agent: string) => (stage: Stage) => until('the call', async () => (await stage.calls(agent)) > 0);
const asked = (stage: Stage) =>
  until('rest after the question', async () => {
    const [row] = await stage.sql`
      select 1 from runs where worker is null and status = 'waiting' and not exists (select 1 from posts)`;
    return row;
  });
const shut = (mode: Mode, when: (stage: Stage) => Promise<unknown>): NonNullable<Case['provoke']> => {
  return async (stage, _, door) => {
    await when(stage);
    door.set(mode);
  };
};

/** Postgres refuses what a person asks of it, as with a full disk. */
const refuse = (table: string, when: string) => (stage: Stage) =>
  stage.sql.unsafe(`
    create function refuse() returns trigger language plpgsql as $$ begin raise 'no'; end $$;
    create trigger refuse before insert on ${table} for each row when (${when}) execute function refuse();`);
const stopRefusing = async (stage: Stage) => {
  await stage.sql`drop function refuse cascade`;
  // What was put aside for a minute is due.
  await stage.sql`update runs set wake_at = clock_timestamp() where worker is null and wake_at is not null`;
};

/** Another session has the run's row until the process is dead. */
async function lockRow(stage: Stage, first: WorkerProcess): Promise<void> {
  await called('lookup')(stage);
  await stage.sql.begin(async (sql) => {
    await sql`select 1 from runs for update`;
    await first.ended;
  });
}

/** Commits a while apart: a slow machine that notices the call late still comes before one of them. */
const slowly = JSON.stringify({ lookup: 400, reserve: 400 });

const cases: Record<string, Case> = {
  blob: { text: 'print 7' },
  wake: { text: 'print 7' },
  claim_timer: { text: 'print 7' },
  outbox: { env: { CHAOS_ROOM: '{"later":1}' } },
  sender_timer: { env: { CHAOS_ROOM: '{"slow":1}' } },
  send_limit: { env: { CHAOS_ROOM: '{"slow":1}', CHAOS_SEND_LIMIT_MS: '300' } },
  sender_drop: {
    provoke: async (stage, first) => {
      await asked(stage);
      await first.stop();
    },
  },
  postpone: { prepare: refuse('runs', 'true'), mend: stopRefusing },
  rest: { prepare: refuse('journal', 'new.seq = 3'), mend: stopRefusing },
  commit_locked: { env: { CHAOS_DELAYS: slowly }, provoke: lockRow },
  commit_retry: {
    env: { CHAOS_DELAYS: slowly },
    door: 'DATABASE_URL',
    provoke: shut('reset', called('lookup')),
  },
  patience: {
    text: 'print 7',
    env: { CHAOS_DELAYS: '{"list":400}' },
    door: 'DATABASE_URL',
    provoke: shut('reset', called('list')),
  },
  reconnect: { door: 'DATABASE_DIRECT_URL', provoke: shut('reset', asked) },
  within: { door: 'DATABASE_DIRECT_URL', provoke: shut('half-open', asked) },
};

async function killAt(place: string, given: Case): Promise<void> {
  const { text = refund, env = {}, prepare, provoke, mend, door: through } = given;
  await using stage = await openStage();
  await using door = await createProxy(stage.url);
  await prepare?.(stage);
  await ask(stage, text);
  const doors = through ? { DATABASE_DIRECT_URL: stage.url, [through]: door.url } : {};
  const first = stage.worker({ CHAOS_ROOM: '{}', ...env, ...doors, BATON_CRASH_AT: place });
  // Nobody answers before the death: what happens by the way happens on the way to the question.
  await provoke?.(stage, first, door);
  await until(`the death at ${place}`, async () => first.isDead());
  hit.add(place.replace(/:\d+$/, ''));
  await mend?.(stage);
  await using _ = somebody(stage, 'approve');
  stage.worker({ CHAOS_ROOM: '{}' });
  const run = (await stage.run())!;
  assert.equal(await stage.finished(run), 'completed');
  await stage.settled(run);
  await still(stage);
  await assertSound(stage, run);
  // What was on its way when the process died may be sent again.
  await assertShown(stage, run, 1);
  const effects = text === refund ? { reserve: 1, pay: 1, note: 1, release: 0 } : { print: 1, pay: 0 };
  for (const [agent, times] of Object.entries(effects)) {
    assert.equal(await stage.effects(agent), times, `${agent} happened ${times} times`);
  }
}

describe('a process that is killed on a bad day', { concurrency: 4 }, () => {
  for (const [name, given] of Object.entries(cases)) {
    for (const place of [`${name}.before:1`, `${name}.after:1`])
      test(`at ${place}: what was asked for is done once`, () => killAt(place, given));
  }
});

/** Makes the tables, in a process of its own. */
async function migrateElsewhere(url: string, place: string): Promise<void> {
  const script = `const { migrate } = await import(process.env.SCRIPT); await migrate({ url: process.env.DATABASE_URL })`;
  const env = { ...process.env, SCRIPT: migrator, DATABASE_URL: url, BATON_CRASH_AT: place };
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { env, stdio: 'inherit' });
  const [, signal] = await once(child, 'exit');
  if (signal === 'SIGKILL') hit.add(place.replace(/:\d+$/, ''));
}

for (const place of ['migrate.before:1', 'migrate.after:1']) {
  test(`a process killed at ${place} leaves tables that the next one completes`, async () => {
    await using database = await testDatabase();
    const sql = postgres(database.url, { max: 1, onnotice: () => {} });
    await sql`drop schema public, drizzle cascade`;
    await sql`create schema public`;
    await sql.end();
    await migrateElsewhere(database.url, place);
    const missing = await migrate({ url: database.url });
    assert.equal(missing > 0, place.startsWith('migrate.before'));
    await using stage = await openStage(database.url);
    stage.worker({});
    const run = await stage.submit('refund 1042 50');
    assert.equal(await stage.finished(run), 'completed');
    await stage.settled(run);
    await assertSound(stage, run);
  });
}

test('every rare place was the place of a death', () => {
  const wanted = rare.flatMap((name) => [`${name}.before`, `${name}.after`]);
  assert.deepEqual(
    wanted.filter((place) => !hit.has(place)),
    [],
  );
});
