/** Whoever cannot wait for what becomes of an update is told when it is kept. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { locked } from '../support/locked.ts';
import { room } from './console/room.ts';

test('whoever hands something in hears when it is kept, which is before it is handled', async () => {
  await using at = await room();
  await at.say('carl', 'refund 1042 500');
  const { card } = await at.memory.until((channel) => channel.in('memory:anna')[0]);
  await using held = await locked(at.database.url, 'escalations');
  const kept = Promise.withResolvers<void>();
  const vote = { kind: 'vote', key: 'v1', person: 'anna', conversation: 'memory:anna', code: card.code! } as const;
  const receipt = at.hall.receive({ ...vote, verb: 'approve' }, { onKept: kept.resolve });
  await kept.promise;
  const rows = await at.world.db.sql`select status from inbox where key = 'v1'`;
  assert.deepEqual(
    rows.map(({ status }) => status),
    ['pending'],
  );
  await held.free();
  assert.equal((await receipt).outcome, 'decided');
  let again = false;
  await at.hall.receive({ ...vote, verb: 'approve' }, { onKept: () => (again = true) });
  assert.ok(again, 'what was kept before is kept');
});

test('what cannot be kept is not said to be', async () => {
  await using at = await room();
  const told = { onKept: () => assert.fail('nothing was kept') };
  const value = 'x'.repeat(10_000_001);
  const vote = { kind: 'vote', key: 'v2', person: 'anna', conversation: 'memory:anna', code: 'ab12-cd34' } as const;
  assert.equal((await at.hall.receive({ ...vote, verb: 'edit', value }, told)).outcome, 'invalid_value');
});
