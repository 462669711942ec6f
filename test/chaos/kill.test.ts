import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { dryRun, looking, nameOf, type Path, passed, periodic, slow, stopping, sweeping } from './places.ts';
import { assertSound, isOver, openStage, type Stage, until, type WorkerProcess } from './stage.ts';

const text = 'refund 1042 500';
const expected = {
  approve: { status: 'completed', effects: { lookup: 1, reserve: 1, pay: 1, note: 1, release: 0 } },
  reject: { status: 'failed', effects: { lookup: 1, reserve: 1, pay: 0, note: 0, release: 1 } },
} as const;

/** Where processes were killed in this file. */
const hit = new Set<string>();

interface Case {
  place: string;
  path: Path;
  env?: Record<string, string>;
  /** Nobody answers before the process is dead. */
  lateVote?: boolean;
  /** Brings the first process to its place. */
  provoke?: (first: WorkerProcess, stage: Stage) => Promise<void>;
}

/** One process is killed at a place; another one, with the same message delivered to it again, brings the run home. */
async function killAt({ place, path, env = {}, lateVote, provoke }: Case): Promise<void> {
  await using stage = await openStage();
  // Whoever answers at a place of the answer's own is the process itself.
  const votes = ['decide', 'watch', ...looking].includes(nameOf(place));
  const first = stage.worker({ CHAOS_SUBMIT: text, BATON_CRASH_AT: place, ...(votes && { CHAOS_VOTE: path }), ...env });
  const begun = await stage.run(first.isDead);
  if (begun && !votes && !lateVote) await stage.vote(begun, path, first.isDead);
  await provoke?.(first, stage);
  const over = async () => first.isDead() || (await stage.sql`select 1 from runs where finished_at is not null`)[0];
  await until(`the death at ${place}`, over);
  if (first.isDead()) hit.add(place.replace(/:\d+$/, ''));
  else await first.kill();
  const second = stage.worker({ CHAOS_SUBMIT: text });
  await second.ready();
  const run = (await stage.run())!;
  await stage.vote(run, path, isOver(stage, run));
  assert.equal(await stage.finished(run), expected[path].status);
  await stage.settled(run);
  await assertSound(stage, run);
  await assertOnce(stage, path);
}

async function assertOnce(stage: Stage, path: Path): Promise<void> {
  for (const [agent, times] of Object.entries(expected[path].effects)) {
    assert.equal(await stage.effects(agent), times, `${agent} happened ${times} times`);
  }
  const [counts] = await stage.sql`
    select (select count(*)::int from runs) as runs, (select count(*)::int from inbox where status = 'done') as messages,
      (select count(*)::int from votes) as votes,
      (select count(*)::int from escalations where status = 'decided') as decisions`;
  assert.deepEqual({ ...counts }, { runs: 1, messages: 1, votes: 1, decisions: 1 });
}

const upTo =
  (times: number) =>
  (place: string): boolean =>
    Number(place.split(':')[1]) <= times;
const isPeriodic = (place: string): boolean => periodic.includes(nameOf(place));

for (const path of ['approve', 'reject'] as const) {
  const all = (await dryRun(path)).filter((place) => !isPeriodic(place) || upTo(3)(place));
  // The way to the question is the same for both.
  const places = path === 'approve' ? all : all.slice(all.indexOf('hold.after:1'));
  describe(`a process that is killed while a person says ${path}`, { concurrency: 3 }, () => {
    for (const place of new Set(places))
      test(`at ${place}: the refund ends as it should`, () => killAt({ place, path }));
  });
}

const periods = (await dryRun('approve', slow)).filter((place) => isPeriodic(place) && upTo(2)(place));
const timely = [...new Set(periods)].filter((place) =>
  ['renew', 'renew_timer', 'bury', 'death_watch'].includes(nameOf(place)),
);

describe('a process that is killed by the way', { concurrency: 3 }, () => {
  for (const place of timely) {
    test(`at ${place} of a slow refund: it ends as it should`, () =>
      killAt({ place, path: 'approve', env: { CHAOS_DELAYS: slow } }));
  }
  for (const name of sweeping) {
    for (const side of ['before', 'after']) {
      test(`at ${name}.${side} of the sweep: the refund ends as it should`, () =>
        killAt({ place: `${name}.${side}:1`, path: 'approve', lateVote: true }));
    }
  }
  for (const side of ['before', 'after']) {
    test(`at follow.${side}, looking on while an agent takes long: the refund ends as it should`, () =>
      killAt({ place: `follow.${side}:1`, path: 'approve', env: { CHAOS_DELAYS: '{"lookup":2600}' } }));
    test(`at unregister.${side} of its end: the refund ends as it should`, () =>
      killAt({ place: `unregister.${side}:1`, path: 'approve', lateVote: true, provoke: stopWhenAsked }));
    test(`at drain.${side}, with an agent still at work: the refund ends as it should`, () =>
      killAt({
        place: `drain.${side}:1`,
        path: 'approve',
        env: { CHAOS_DELAYS: '{"lookup":4000}' },
        lateVote: true,
        provoke: stopWhenCalled,
      }));
  }
});

async function stopWhenAsked(first: WorkerProcess, stage: Stage): Promise<void> {
  await until('the question', async () => (await stage.sql`select 1 from escalations`)[0]);
  await first.stop();
}

async function stopWhenCalled(first: WorkerProcess, stage: Stage): Promise<void> {
  await until('the call', async () => (await stage.calls('lookup')) > 0);
  await first.stop();
}

test('every place was the place of a death', () => {
  const names = [...passed, ...stopping, ...sweeping, ...looking];
  const missed = names.flatMap((name) => [`${name}.before`, `${name}.after`]).filter((place) => !hit.has(place));
  assert.deepEqual(missed, []);
});
