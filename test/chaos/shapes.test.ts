/**
 * Thousands of plans, each of another shape, carried out on real Postgres by processes that are killed and frozen all
 * the time, while people answer as they like and cancel now and then.
 *
 * CHAOS_SHAPES: how many, in place of the usual number. CHAOS_SEED: where the numbers begin.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Entry, entry } from '../../src/contracts/event.ts';
import { createOrchestrator } from '../../src/core/orchestrator.ts';
import { drawn } from '../support/simulation-scenario.ts';
import { operator, silent } from '../support/world.ts';
import { createShapes, shapeTables, textOf } from './shapes.ts';
import { assertLaws, branchesOf, type Story } from './shapes-laws.ts';
import { createPeople } from './shapes-people.ts';
import { openStage, type Stage, until, type WorkerProcess } from './stage.ts';

const usual = 2_000;
const shapes = Number(process.env.CHAOS_SHAPES ?? usual);
const seed = Number(process.env.CHAOS_SEED ?? 20_261);
const atOnce = 200;
const processes = 3;
const script = fileURLToPath(new URL('shapes-process.ts', import.meta.url));

/** What depends on the moment at which a process dies, and so on the machine. */
const byChance = ['late result', 'event after the end', 'lost in an undo'];

/** Processes that carry shapes out, each a database role of its own: so the database can tell who wrote. */
async function createCrew(stage: Stage) {
  const roles: string[] = [];
  const crew: WorkerProcess[] = [];
  const counts = { killed: 0, frozen: 0 };
  const thaws: Promise<void>[] = [];
  const hire = async (): Promise<WorkerProcess> => {
    const role = `shape_${process.pid}_${roles.length}`;
    roles.push(role);
    await stage.sql`create role ${stage.sql(role)} superuser login`;
    return stage.worker({ DATABASE_URL: stage.url.replace(/\/\/[^@/]*@/, `//${role}@`) }, script);
  };
  for (let i = 0; i < processes; i += 1) crew.push(await hire());
  await Promise.all(crew.map((one) => one.ready()));
  return {
    counts,
    /** Kills one and hires another in its place, or lets one stand still for longer than its leases last. */
    disturb: async (turn: number): Promise<void> => {
      const at = drawn(processes, 'victim', turn);
      const victim = crew[at]!;
      // One that has only just come has nothing to lose yet.
      await victim.ready();
      if (drawn(3, 'fate', turn) === 0) {
        counts.frozen += 1;
        victim.child.kill('SIGSTOP');
        thaws.push(pause(1_600).then(() => void victim.child.kill('SIGCONT')));
        return;
      }
      counts.killed += 1;
      await victim.kill();
      crew[at] = await hire();
    },
    /** The frozen ones wake. */
    thaw: () => Promise.all(thaws),
    dismiss: async (): Promise<void> => {
      await Promise.all(crew.map((one) => one.kill()));
      for (const role of roles) await stage.sql`drop role ${stage.sql(role)}`;
    },
  };
}

async function storiesOf({ sql }: Stage): Promise<Story[]> {
  const stories = new Map<string, Story>();
  const of = (run: string): Story => {
    const story = stories.get(run) ?? { run, entries: [], calls: [], ledger: [], rows: new Map() };
    stories.set(run, story);
    return story;
  };
  const journal = await sql<(Entry & { run: string })[]>`
    select run_id as run, seq, extract(epoch from at)::float8 * 1000 as at, events from journal order by run_id, seq`;
  for (const { run, ...rest } of journal) of(run).entries.push(entry.parse(rest));
  const calls = await sql<(Story['calls'][number] & { run: string })[]>`
    select run, key, ref, undo, attempt, extract(epoch from at)::float8 * 1000 as at from shape_calls`;
  for (const { run, ...call } of calls) of(run).calls.push(call);
  const ledger = await sql<(Story['ledger'][number] & { run: string })[]>`
    select run, key, ref, undo from shape_ledger`;
  for (const { run, ...deed } of ledger) of(run).ledger.push(deed);
  type Row = { run: string; id: string; status: string; outcome: string | null; authorises: string | null };
  const rows = await sql<Row[]>`select run_id as run, id, status, outcome, authorises from escalations`;
  for (const { run, id, ...row } of rows) of(run).rows.set(id, row);
  return [...stories.values()];
}

test(`${shapes} plans of all shapes end, whoever is killed, and nothing is done twice`, async (t) => {
  await using stage = await openStage();
  const { sql } = stage;
  await sql.unsafe(shapeTables);
  const { configuration, provider, transporter } = createShapes();
  const settings = { databaseUrl: stage.url, configuration, provider, transporters: [transporter], log: silent };
  const client = createOrchestrator(settings);
  const crew = await createCrew(stage);
  const people = createPeople(sql, client.desk);
  const finished = new AbortController();
  const repeat = async (act: (turn: number) => Promise<unknown>, restMs: (turn: number) => number) => {
    for (let turn = 0; !finished.signal.aborted; turn += 1) {
      await act(turn);
      await pause(restMs(turn), null, { signal: finished.signal }).catch(() => {});
    }
  };
  const unfinished = async () =>
    (await sql<{ n: number }[]>`select count(*)::int as n from runs where finished_at is null`)[0]!.n;
  const company = Promise.all([
    repeat(crew.disturb, (turn) => 200 + drawn(800, 'rest', turn)),
    repeat(people.look, () => 25),
    repeat(people.cancel, () => 500),
  ]);
  const begun = performance.now();
  try {
    for (let shape = seed; shape < seed + shapes; ) {
      const room = atOnce - (await unfinished());
      for (let i = 0; i < room && shape < seed + shapes; i += 1, shape += 1) {
        const task = { text: textOf(shape), requester: operator, conversation: null };
        await client.desk.submit({ source: 'shapes', key: String(shape), task });
      }
      await pause(20);
    }
    await until('the end of all runs', async () => (await unfinished()) === 0, 120_000);
  } finally {
    finished.abort();
    await company;
    await crew.thaw();
    await until('rest', async () => {
      const [row] = await sql`select 1 from runs where worker is not null or wake_at is not null limit 1`;
      return row === undefined;
    });
    await crew.dismiss();
    await client.db.close();
  }

  const [left] = await sql`
    select (select count(*)::int from signals) as signals,
      (select count(*)::int from escalations where status = 'open') as open,
      (select count(*)::int from reservations where state = 'in_hand') as held,
      (select count(*)::int from (
        select run, epoch from writers group by run, epoch having count(distinct writer) > 1) as e) as shared`;
  assert.deepEqual(
    { ...left },
    { signals: 0, open: 0, held: 0, shared: 0 },
    'nothing is left over, and no lease shared',
  );

  const stories = await storiesOf(stage);
  assert.equal(stories.length, shapes, 'every task is one run');
  const reached: Record<string, number> = {};
  for (const story of stories) {
    try {
      assertLaws(story, client.registry);
    } catch (error) {
      throw new Error(`run ${story.run} (${JSON.stringify(story.entries[0])})`, { cause: error });
    }
    for (const [branch, times] of Object.entries(branchesOf(story))) reached[branch] = (reached[branch] ?? 0) + times;
  }
  const seconds = Math.round((performance.now() - begun) / 1000);
  t.diagnostic(`${shapes} runs in ${seconds} s: ${JSON.stringify({ ...crew.counts, ...reached })}`);
  // Fewer shapes need not have everything in them.
  const missed = Object.entries(reached).filter(
    ([branch, times]) => times === 0 && shapes >= usual && !byChance.includes(branch),
  );
  assert.deepEqual(missed, [], 'every branch was reached');
  assert.ok(crew.counts.killed > 0);
});
