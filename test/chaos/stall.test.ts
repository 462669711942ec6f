import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assertNothingForgotten, frozenUrl, startFrozen } from './frozen.ts';
import { dryRun, nameOf, type Path, periodic } from './places.ts';
import { assertSound, openStage, type Stage, until } from './stage.ts';

const text = 'refund 1042 500';
const expected = {
  approve: { status: 'completed', pay: 1, release: 0 },
  reject: { status: 'failed', pay: 0, release: 1 },
};

async function freezeAt(place: string, path: Path): Promise<void> {
  await using stage = await openStage();
  const first = await startFrozen(stage, place, { CHAOS_SUBMIT: text });
  const run = (await stage.run())!;
  const voted = stage.vote(run, path);
  if (!(await first.frozen())) return void (await voted);
  const second = stage.worker({ CHAOS_SUBMIT: text });
  await second.ready();
  await voted;
  assert.equal(await stage.finished(run), expected[path].status);
  await first.awake();
  await stage.settled(run);
  await assertSound(stage, run);
  await assertNothingForgotten(stage, run);
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
      const first = await startFrozen(stage, `commit.after:${nth}`, { CHAOS_SUBMIT: 'wire 7 500' });
      const run = (await stage.run())!;
      const voted = stage.vote(run, 'approve');
      if (!(await first.frozen())) return void (await voted);
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
  // Its own clock would tell it at once that the lease has passed, and it would end the call before it hears the answer:
  // so it believes in a longer lease than the database gives it.
  const slow = { CHAOS_DELAYS: '{"pay":2000}', CHAOS_LEASE_MS: '120000' };
  const first = stage.worker({ DATABASE_URL: await frozenUrl(stage), CHAOS_SUBMIT: text, ...slow });
  const run = (await stage.run())!;
  await stage.vote(run, 'approve');
  await until('the call', async () => (await stage.calls('pay')) > 0);
  first.child.kill('SIGSTOP');
  await stage.sql`update runs set lease_until = now() where id = ${run}`;
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
