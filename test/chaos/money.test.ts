/** Processes that die while they spend: nothing stays booked, what was spent is told, and a run is not billed for ghosts. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Event } from '../../src/contracts/event.ts';
import { forgetBookings } from '../../src/core/store/ledger.ts';
import { callMicros } from './paid.ts';
import { dryPaid, nameOf, nthOf, paying } from './places.ts';
import { assertSound, isOver, openStage, type Stage, until } from './stage.ts';

const text = 'print 7';
const hit = new Set<string>();
/** The third booking is made by the same code as the first and the second. */
const places = (await dryPaid()).filter((place) => paying.includes(nameOf(place)) && nthOf(place) <= 2);

const row = async ({ sql }: Stage) => {
  const [found] = await sql`
    select (select count(*)::int from ledger where state = 'booked') as booked,
      (select count(*)::int from ledger where state <> 'booked' and purpose <> 'agent') as calls,
      (select coalesce(sum(micros), 0)::int from ledger where state <> 'booked' and purpose <> 'agent') as micros,
      (select count(*)::int from ledger where purpose = 'agent' and micros > 0) as paid`;
  return found!;
};

const callIds = (events: readonly Event[]) =>
  events.flatMap((event) => (event.type === 'model_called' ? [event.call.id] : []));

async function killAt(place: string): Promise<void> {
  await using stage = await openStage();
  const first = stage.worker({ CHAOS_SUBMIT: text, CHAOS_PAID: '1', BATON_CRASH_AT: place });
  const begun = await stage.run(first.isDead);
  if (begun) await stage.vote(begun, 'approve', first.isDead);
  const over = async () => first.isDead() || (await stage.sql`select 1 from runs where finished_at is not null`)[0];
  await until(`the death at ${place}`, over);
  if (first.isDead()) hit.add(place.replace(/:\d+$/, ''));
  else await first.kill();
  await stage.worker({ CHAOS_SUBMIT: text, CHAOS_PAID: '1' }).ready();
  const run = (await stage.run())!;
  await stage.vote(run, 'approve', isOver(stage, run));
  assert.equal(await stage.finished(run), 'completed');
  await stage.settled(run);
  await assertSound(stage, run);
  await forgetBookings(stage.sql);
  const { booked, calls, micros, paid } = await row(stage);
  assert.equal(booked, 0, 'nothing stays booked');
  assert.equal(micros, calls * callMicros, 'what was spent is what the calls took');
  const journalled = callIds(await stage.events(run));
  assert.equal(new Set(journalled).size, journalled.length, 'no call is told twice');
  const known = await stage.sql<{ id: string }[]>`select id from ledger where purpose <> 'agent'`;
  assert.deepEqual(
    journalled.filter((id) => !known.some((one) => one.id === id)),
    [],
    'what is in the journal is in the ledger',
  );
  assert.ok(calls - journalled.length <= 1, 'the ledger knows of one call more at most, which died before it was told');
  assert.ok(paid >= 1, 'the agent was paid');
}

describe('a process that is killed while it spends', { concurrency: 4 }, () => {
  for (const place of places) {
    test(`at ${place}: nothing stays booked, and the money is told`, () => killAt(place));
  }
});

test('every place was the place of a death', () => {
  const all = paying.flatMap((name) => [`${name}.before`, `${name}.after`]);
  assert.deepEqual(
    all.filter((place) => !hit.has(place)),
    [],
  );
});
