/** A refund that is asked for, decided and shown in a room, with a process killed or frozen at each place of that. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { startFrozen } from './frozen.ts';
import { ask, assertShown, type Doing, somebody, still } from './hall.ts';
import { cancelling, conversing, dryTalk, nameOf, nthOf } from './places.ts';
import { assertSound, openStage, type Stage, until } from './stage.ts';

const text = 'refund 1042 500';
const expected: Record<Doing, { status: string; effects: Record<string, number> }> = {
  approve: { status: 'completed', effects: { lookup: 1, reserve: 1, pay: 1, note: 1, release: 0 } },
  reject: { status: 'failed', effects: { lookup: 1, reserve: 1, pay: 0, note: 0, release: 1 } },
  cancel: { status: 'cancelled', effects: { lookup: 1, reserve: 1, pay: 0, note: 0, release: 1 } },
};

/** Where processes were killed in this file. */
const hit = new Set<string>();

const env = { CHAOS_ROOM: '{}' };
/** What was on its way and is not recorded may be sent once more; right before a send, nothing is on its way. */
const copiesAfter = (place: string): number => (/^(sending|send\.before)/.test(place) ? 0 : 1);

async function assertGood(stage: Stage, run: string, doing: Doing, copies: number, late = false): Promise<void> {
  await stage.settled(run);
  await still(stage);
  await assertSound(stage, run);
  await assertShown(stage, run, copies, late);
  for (const [agent, times] of Object.entries(expected[doing].effects)) {
    assert.equal(await stage.effects(agent), times, `${agent} happened ${times} times`);
  }
  const [counts] = await stage.sql`select (select count(*)::int from runs) as runs`;
  assert.deepEqual({ ...counts }, { runs: 1 });
}

async function killAt(place: string, doing: Doing): Promise<void> {
  await using stage = await openStage();
  await ask(stage, text);
  const first = stage.worker({ ...env, BATON_CRASH_AT: place });
  await using _ = somebody(stage, doing);
  const over = async () => (await stage.sql`select 1 from runs where finished_at is not null`)[0];
  await until(`the death at ${place}`, async () => first.isDead() || (await over()));
  if (!first.isDead()) await Promise.race([still(stage), first.ended]);
  if (first.isDead()) hit.add(place.replace(/:\d+$/, ''));
  else await first.kill();
  stage.worker(env);
  const run = (await stage.run())!;
  assert.equal(await stage.finished(run), expected[doing].status);
  await assertGood(stage, run, doing, copiesAfter(place));
}

async function freezeAt(place: string, doing: Doing): Promise<void> {
  await using stage = await openStage();
  await ask(stage, text);
  const first = await startFrozen(stage, place, env);
  await using _ = somebody(stage, doing);
  if (!(await first.frozen())) return;
  stage.worker(env);
  const run = (await stage.run())!;
  assert.equal(await stage.finished(run), expected[doing].status);
  await first.awake();
  // A message that was on its way when it stood still arrives now.
  await assertGood(stage, run, doing, copiesAfter(place), true);
}

const own = ['inbox', 'begin', 'understand', 'plan', 'decide', ...conversing, ...cancelling];
/** From the second send on, those between which nothing happens that could be lost count as one. */
const same = /^(sending\.(before|after)|delivered\.(before|after)):(?!1$)/;
/** A process that stands still after a send is one whose platform is slow to answer: told by the first. */
const slowAnswer = /^send\.after:(?!1$)/;

/** Each of the places on the way; the way to the answer, the third thing to come in, is the same for all. */
async function placesOf(doing: Doing): Promise<string[]> {
  const all = await dryTalk(doing);
  const rest = doing === 'approve' ? all : all.slice(all.indexOf('inbox.before:3'));
  const wanted = rest.filter((place) => own.includes(nameOf(place)) && !same.test(place));
  return [...new Set(wanted)].filter((place) => !['wishes', 'sender'].includes(nameOf(place)) || nthOf(place) <= 2);
}

for (const doing of ['approve', 'reject', 'cancel'] as const) {
  const places = await placesOf(doing);
  describe(`a process that is killed while a room says ${doing}`, { concurrency: 3 }, () => {
    for (const place of places) test(`at ${place}: the refund ends as it is shown`, () => killAt(place, doing));
  });
  describe(`a process frozen for longer than its leases while a room says ${doing}`, { concurrency: 4 }, () => {
    for (const place of places.filter((one) => !slowAnswer.test(one)))
      test(`at ${place}: the refund ends as it is shown`, () => freezeAt(place, doing));
  });
}

test('every place of a conversation was the place of a death', () => {
  const wanted = own.flatMap((name) => [`${name}.before`, `${name}.after`]);
  assert.deepEqual(
    wanted.filter((place) => !hit.has(place)),
    [],
  );
});
