/** Where processes are killed and frozen: a database with a ledger, worker processes on it, and a voter of our own. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import postgres from 'postgres';
import type { Entry, Event } from '../../src/contracts/event.ts';
import type { Desk } from '../../src/core/desk.ts';
import { checkDeep } from '../../src/core/doctor/deep.ts';
import { isConnectionLoss } from '../../src/core/store/database.ts';
import { testDatabase } from '../support/database.ts';
import { anna, createShop, createWorld, operator } from '../support/world.ts';
import { roomTables } from './room.ts';
import { ledgerTables } from './shop.ts';

const shopScript = fileURLToPath(new URL('worker-process.ts', import.meta.url));

export interface WorkerProcess {
  readonly child: ChildProcess;
  readonly lines: Record<string, unknown>[];
  ready(): Promise<void>;
  /** Resolves when it is dead, by whatever means. */
  readonly ended: Promise<void>;
  readonly isDead: () => boolean;
  kill(): Promise<void>;
  /** Ends it in order. */
  stop(): Promise<void>;
}

export interface Stage {
  readonly url: string;
  readonly sql: postgres.Sql;
  readonly desk: Desk;
  worker(env: Record<string, string | undefined>, script?: string): WorkerProcess;
  submit(text: string, key?: string): Promise<string>;
  /** The only run there is, as soon as there is one; null when `unless` comes true first. */
  run(unless?: () => boolean): Promise<string | null>;
  /** Answers the run's question as soon as there is one; does nothing when `unless` comes true first. */
  vote(
    run: string,
    verb: 'approve' | 'reject' | 'retry' | 'stop',
    unless?: () => boolean | Promise<boolean>,
  ): Promise<void>;
  /** The run's final status. */
  finished(run: string): Promise<string>;
  /** Waits until nobody has anything left to do for the run. */
  settled(run: string): Promise<void>;
  events(run: string): Promise<Event[]>;
  /** How often the agent did something, and how often it was called. */
  effects(agent: string, run?: string): Promise<number>;
  calls(agent: string): Promise<number>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Looks again and again; Postgres may be away in between. */
export async function until<T>(
  what: string,
  look: () => Promise<T | false | null | undefined>,
  ms = 30_000,
): Promise<T> {
  const deadline = performance.now() + ms;
  for (;;) {
    const found = await look().catch((error: unknown) => {
      if (!isConnectionLoss(error)) throw error;
      return null;
    });
    if (found) return found;
    if (performance.now() > deadline) throw new Error(`waited ${ms} ms for ${what}`);
    await sleep(15);
  }
}

/** With `given`, on that migrated database instead of one of its own. */
export async function openStage(given?: string): Promise<Stage> {
  const database = given === undefined ? await testDatabase() : null;
  const url = given ?? database!.url;
  const sql = postgres(url, { max: 2, onnotice: () => {} });
  await sql.unsafe(ledgerTables + roomTables);
  const world = createWorld(url, createShop());
  const workers: WorkerProcess[] = [];
  const count = async (rows: Promise<{ n: number }[]>) => (await rows)[0]!.n;
  const stage: Stage = {
    url,
    sql,
    desk: world.desk,
    worker: (env, script) => {
      const worker = startWorker({ DATABASE_URL: url, ...env }, script);
      workers.push(worker);
      return worker;
    },
    submit: (text, key = text) =>
      world.desk.submit({ source: 'chaos', key, task: { text, requester: operator, conversation: null } }),
    run: async (unless = () => false) => {
      const [row] = await until('a run', async () => {
        const rows = await sql<{ id: string }[]>`select id from runs`;
        return rows.length > 0 || unless() ? [...rows, null] : null;
      });
      return row?.id ?? null;
    },
    vote: (run, verb, unless = () => false) =>
      until(`the question of ${run}`, async () => {
        if (await unless()) return true;
        const [question] = await world.desk.questions(run);
        if (!question) return false;
        const answer = await world.desk.vote(question.code, { actor: anna, verb });
        assert.ok(['decided', 'already_decided'].includes(answer.result), JSON.stringify(answer));
        return true;
      }).then(() => {}),
    finished: (run) =>
      until(`the end of ${run}`, async () => {
        const [row] = await sql<{ status: string }[]>`
          select status from runs where id = ${run} and finished_at is not null`;
        return row?.status;
      }),
    settled: (run) =>
      until(`rest for ${run}`, async () => {
        const [row] = await sql`
          select 1 from runs where id = ${run} and worker is null and wake_at is null
            and not exists (select 1 from signals where run_id = ${run})`;
        return row !== undefined;
      }).then(() => {}),
    events: async (run) => (await world.desk.journal(run)).flatMap(({ events }: Entry) => events),
    effects: (agent, run) =>
      count(sql`select count(*)::int as n from deeds where agent = ${agent} and run = coalesce(${run ?? null}, run)`),
    calls: (agent) => count(sql`select count(*)::int as n from calls where agent = ${agent}`),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(workers.map((worker) => worker.kill()));
      await Promise.all([world.db.close(), sql.end({ timeout: 1 })]);
      await database?.[Symbol.asyncDispose]();
    },
  };
  return stage;
}

function startWorker(env: Record<string, string | undefined>, script = shopScript): WorkerProcess {
  const child = spawn(process.execPath, [script], {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines: Record<string, unknown>[] = [];
  createInterface({ input: child.stdout! }).on('line', (line) => lines.push(JSON.parse(line)));
  let dead = false;
  const ended = once(child, 'exit').then(() => {
    dead = true;
  });
  child.stdin!.on('error', () => {});
  return {
    child,
    lines,
    ended,
    isDead: () => dead,
    ready: () => until('a worker', async () => dead || lines.some(({ ready }) => ready)).then(() => {}),
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
    stop: async () => {
      child.stdin!.end();
      await ended;
    },
  };
}

/** The question may have been answered, and the run be over, before the first process died. */
export function isOver(stage: Stage, run: string): () => boolean {
  let over = false;
  void stage.finished(run).then(
    () => {
      over = true;
    },
    () => {},
  );
  return () => over;
}

/** What holds of every run that came to its end, whatever happened on the way. */
export async function assertSound(stage: Stage, run: string): Promise<void> {
  const journal = await stage.desk.journal(run);
  assert.deepEqual(
    journal.map(({ seq }) => seq),
    journal.map((_, i) => i + 1),
    'the journal has no gap',
  );
  const events = journal.flatMap((entry) => entry.events);
  assert.equal(events.filter(({ type }) => type === 'finished').length, 1, 'a run ends once');
  const doubled = await stage.sql`
    select agent, key from deeds where run = ${run} and agent <> 'wire' group by agent, key having count(*) > 1`;
  assert.deepEqual([...doubled], [], 'an effect happens once');
  const [left] = await stage.sql`
    select (select count(*)::int from signals where run_id = ${run}) as signals,
      (select count(*)::int from escalations where run_id = ${run} and status = 'open') as open,
      (select count(*)::int from reservations where run_id = ${run} and state = 'in_hand') as held,
      (select count(*)::int from (
        select epoch from writers where run = ${run} group by epoch having count(distinct writer) > 1) as e) as shared`;
  assert.deepEqual({ ...left }, { signals: 0, open: 0, held: 0, shared: 0 }, 'nothing is left over');
  assert.deepEqual(startedWithoutRecord(events), [], 'no result without its start');
  const doubts = await Array.fromAsync(checkDeep({ sql: stage.sql }));
  assert.deepEqual(
    doubts.filter(({ ok }) => !ok).map(({ text }) => text),
    [],
    'the doctor finds nothing in all the data',
  );
}

/** Ends of attempts that never began. */
function startedWithoutRecord(events: readonly Event[]): string[] {
  const started = new Set<string>();
  const strays: string[] = [];
  for (const event of events) {
    if (event.type === 'attempt_started') started.add(`${event.ref}/${event.undo}/${event.attempt}`);
    if (event.type !== 'attempt_ended') continue;
    const name = `${event.ref}/${event.undo}/${event.attempt}`;
    if (!started.delete(name)) strays.push(name);
  }
  return strays;
}

/** Runs `act` for all, a few at a time. */
export async function few<T>(all: readonly T[], atOnce: number, act: (one: T) => Promise<void>): Promise<void> {
  const queue = [...all];
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) await act(next);
    }),
  );
}
