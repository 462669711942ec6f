import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { dryRun, nameOf, type Path, periodic } from './places.ts';
import { assertSound, openStage, type Stage, until, type WorkerProcess } from './stage.ts';

const stallMs = 2_200;
const text = 'refund 1042 500';
const expected = {
  approve: { status: 'completed', pay: 1, release: 0 },
  reject: { status: 'failed', pay: 0, release: 1 },
};

const folder = mkdtempSync(join(tmpdir(), 'baton-stall-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
let files = 0;

/** A database role of its own, so that the database can tell who wrote and who called. */
async function frozenUrl(stage: Stage): Promise<string> {
  await stage.sql`create role frozen superuser login`.catch((error: unknown) =>
    assert.ok(['42710', '23505'].includes((error as { code: string }).code)),
  );
  return stage.url.replace(/\/\/[^@/]*@/, '//frozen@');
}

interface Frozen {
  worker: WorkerProcess;
  /** Resolves when it stands still, or never will because the run is over. */
  frozen(run: string): Promise<boolean>;
  /** Resolves when it has been awake for some beats of its timers. */
  awake(): Promise<void>;
}

async function startFrozen(
  stage: Stage,
  place: string,
  task: string,
  env: Record<string, string> = {},
): Promise<Frozen> {
  files += 1;
  const trace = join(folder, `trace-${files}`);
  const worker = stage.worker({
    DATABASE_URL: await frozenUrl(stage),
    CHAOS_SUBMIT: task,
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
    frozen: async (run) => {
      const over = async () => (await stage.sql`select 1 from runs where id = ${run} and finished_at is not null`)[0];
      await until(`the stall at ${place}`, async () => lines().includes(place) || (await over()));
      return lines().includes(place);
    },
    awake: () => until('the frozen one to be awake', async () => beats() >= 3).then(() => {}),
  };
}

/** What a process learned from an agent is recorded, by itself or as a late result. */
async function assertNothingForgotten(stage: Stage, run: string): Promise<void> {
  const calls = await stage.sql<{ agent: string; step: string; attempt: number }[]>`
    select agent, step, attempt from calls where run = ${run}`;
  const known = (await stage.events(run)).flatMap((event) =>
    (event.type === 'attempt_ended' || event.type === 'late_result') && event.end === 'done'
      ? [`${event.ref} ${event.undo} ${event.attempt}`]
      : [],
  );
  const forgotten = calls
    .map(({ agent, step, attempt }) => `${step} ${agent === 'release'} ${attempt}`)
    .filter((call) => !known.includes(call));
  assert.deepEqual(forgotten, [], 'the answer of every call is in the journal');
}

async function freezeAt(place: string, path: Path): Promise<void> {
  await using stage = await openStage();
  const first = await startFrozen(stage, place, text);
  const run = (await stage.run())!;
  const voted = stage.vote(run, path);
  if (!(await first.frozen(run))) return void (await voted);
  const second = stage.worker({ CHAOS_SUBMIT: text });
  await second.ready();
  await voted;
  assert.equal(await stage.finished(run), expected[path].status);
  await first.awake();
  await stage.settled(run);
  await assertSound(stage, run);
  // A call that begins after the lease is aborted before it answers; its key keeps it from happening twice.
  if (!place.startsWith('call.before')) await assertNothingForgotten(stage, run);
  assert.equal(await stage.effects('pay'), expected[path].pay);
  assert.equal(await stage.effects('release'), expected[path].release);
  return undefined;
}

/** The desk's own places hold no lease, and a start holds none yet. */
const leaseless = ['inbox', 'begin', 'decide', 'watch', 'definitions', 'register'];

for (const path of ['approve', 'reject'] as const) {
  const all = (await dryRun(path)).filter((place) => !leaseless.includes(nameOf(place)));
  const places = all.filter((place) => !periodic.includes(nameOf(place)) || nameOf(place) === 'claim');
  // The way to the question is the same for both.
  const own = path === 'approve' ? places : places.slice(places.indexOf('hold.after:1'));
  describe(`a process frozen for longer than its lease while a person says ${path}`, { concurrency: 4 }, () => {
    for (const place of new Set(own)) {
      test(`at ${place}: it appends nothing, forgets nothing, and nothing happens twice`, () => freezeAt(place, path));
    }
  });
}

describe('a wire that knows no keys', { concurrency: 3 }, () => {
  for (let nth = 1; nth <= 5; nth += 1) {
    test(`is not made by a process that was frozen after commit ${nth}, when a person had it made by another`, async () => {
      await using stage = await openStage();
      const first = await startFrozen(stage, `commit.after:${nth}`, 'wire 7 500');
      const run = (await stage.run())!;
      const voted = stage.vote(run, 'approve');
      if (!(await first.frozen(run))) return void (await voted);
      const second = stage.worker({ CHAOS_SUBMIT: 'wire 7 500' });
      await second.ready();
      await voted;
      await answerDoubt(stage, run);
      assert.equal(await stage.finished(run), 'completed');
      await first.awake();
      await stage.settled(run);
      await assertSound(stage, run);
      assert.equal(await stage.effects('wire'), 1);
      return undefined;
    });
  }
});

/** "It did not happen, do it again", if that is asked. */
async function answerDoubt(stage: Stage, run: string): Promise<void> {
  let over = false;
  const finished = stage.finished(run).then(() => {
    over = true;
  });
  await until('an end or a doubt', async () => {
    if (over) return true;
    const [question] = await stage.desk.questions(run);
    return question?.question.kind === 'uncertain';
  });
  if (!over) await stage.vote(run, 'retry', () => over);
  await finished;
}

test('a process stopped by a signal in the middle of a call sends what it learned as a late result', async () => {
  await using stage = await openStage();
  const delays = { CHAOS_DELAYS: '{"pay":300}' };
  const first = stage.worker({ DATABASE_URL: await frozenUrl(stage), CHAOS_SUBMIT: text, ...delays });
  const run = (await stage.run())!;
  await stage.vote(run, 'approve');
  await until('the call', async () => (await stage.calls('pay')) > 0);
  first.child.kill('SIGSTOP');
  stage.worker({ CHAOS_SUBMIT: text });
  assert.equal(await stage.finished(run), 'completed');
  first.child.kill('SIGCONT');
  await until('the late result', async () => (await stage.events(run)).some(({ type }) => type === 'late_result'));
  await stage.settled(run);
  await assertSound(stage, run);
  await assertNothingForgotten(stage, run);
  assert.equal(await stage.effects('pay'), 1);
  assert.equal(await stage.calls('pay'), 2);
});
