/** A process that stands still for longer than its leases last, and what must not be lost by that. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Stage, until, type WorkerProcess } from './stage.ts';

const stallMs = 2_200;
const folder = mkdtempSync(join(tmpdir(), 'baton-stall-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
let files = 0;

/** A database role of its own, so that the database can tell who wrote and who called. */
export async function frozenUrl(stage: Stage): Promise<string> {
  await stage.sql`create role frozen superuser login`.catch((error: unknown) =>
    assert.ok(['42710', '23505'].includes((error as { code: string }).code)),
  );
  return stage.url.replace(/\/\/[^@/]*@/, '//frozen@');
}

export interface Frozen {
  worker: WorkerProcess;
  /** Resolves when it stands still, or never will because the run is over. */
  frozen(): Promise<boolean>;
  /** Resolves when it has been awake for some beats of its timers. */
  awake(): Promise<void>;
}

export async function startFrozen(stage: Stage, place: string, env: Record<string, string>): Promise<Frozen> {
  files += 1;
  const trace = join(folder, `trace-${files}`);
  const worker = stage.worker({
    DATABASE_URL: await frozenUrl(stage),
    BATON_STALL_AT: `${place}:${stallMs}`,
    BATON_TEST_CROSSINGS: trace,
    ...env,
  });
  const lines = () => (existsSync(trace) ? readFileSync(trace, 'utf8').trim().split('\n') : []);
  const beats = () =>
    lines()
      .slice(lines().indexOf(place) + 1)
      .filter((line) => line.startsWith('renew_timer.after')).length;
  return {
    worker,
    frozen: async () => {
      const over = async () => (await stage.sql`select 1 from runs where finished_at is not null`)[0];
      await until(`the stall at ${place}`, async () => lines().includes(place) || (await over()));
      return lines().includes(place);
    },
    awake: () => until('the frozen one to be awake', async () => beats() >= 3).then(() => {}),
  };
}

/**
 * What a process learned from an agent is recorded, by itself or as a late result. It learns nothing of a call that it
 * aborted before the answer, for instance because a busy machine let its lease pass: what became of such a call is not
 * known to anybody, and the journal says so.
 */
export async function assertNothingForgotten(stage: Stage, run: string): Promise<void> {
  let forgotten: string[] = [];
  await until(
    'the answer of every call in the journal',
    async () => {
      const calls = await stage.sql<{ agent: string; step: string; attempt: number }[]>`
      select agent, step, attempt from calls where run = ${run} and not aborted`;
      const known = (await stage.events(run)).flatMap((event) =>
        (event.type === 'attempt_ended' || event.type === 'late_result') && event.end === 'done'
          ? [`${event.ref} ${event.undo} ${event.attempt}`]
          : [],
      );
      forgotten = calls
        .map(({ agent, step, attempt }) => `${step} ${agent === 'release'} ${attempt}`)
        .filter((call) => !known.includes(call));
      return forgotten.length === 0;
    },
    10_000,
  ).catch(() => assert.deepEqual(forgotten, [], 'the answer of every call is in the journal'));
}
