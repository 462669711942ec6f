/** How far a platform's updates have been read: one process at a time, and never past what is kept. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import type { Cursor, Inbound } from '../../src/contracts/channel.ts';
import { room } from './console/room.ts';

const said = (key: string): Inbound => ({
  kind: 'said',
  key,
  person: 'carl',
  conversation: 'memory:room',
  text: 'refund 1042 50',
  about: null,
  inThread: false,
});
const epochOf = (cursor: Cursor): number => ('epoch' in cursor ? cursor.epoch : assert.fail('somebody else reads'));

test('what is kept moves the position, what does not read is kept as it came, and handling it is once', async () => {
  await using at = await room();
  const holder = randomUUID();
  const epoch = epochOf(await at.hall.takeCursor('bot', holder, 60_000));
  const cursor = { account: 'bot', holder, epoch, position: 7 };
  assert.ok(await at.hall.keep(cursor, [said('a'), said('a')], [{ key: 'b', body: { odd: true } }]));
  const rows = await at.world.db.sql`select key, status, outcome from inbox order by key`;
  assert.deepEqual(
    rows.map((row) => ({ ...row })),
    [
      { key: 'a', status: 'pending', outcome: null },
      { key: 'b', status: 'dead', outcome: 'unreadable' },
    ],
  );
  assert.equal((await at.hall.receive(said('a'))).outcome, 'run');
  const again = await at.hall.takeCursor('bot', holder, 60_000);
  assert.deepEqual(['position' in again && again.position, epochOf(again)], [7, epoch]);
  assert.equal((await at.world.desk.runs(10)).length, 1);
});

test('who died while reading is waited for no longer than its lease, and the next one goes on where it stood', async () => {
  await using at = await room();
  const [dead, next] = [randomUUID(), randomUUID()];
  const epoch = epochOf(await at.hall.takeCursor('bot', dead, 45_000));
  assert.ok(await at.hall.keep({ account: 'bot', holder: dead, epoch, position: 7 }, [said('a')], []));
  const waits = await at.hall.takeCursor('bot', next, 45_000);
  assert.ok('heldForMs' in waits && waits.heldForMs > 0 && waits.heldForMs <= 45_000);
  await at.world.db.sql`update cursors set lease_until = clock_timestamp()`;
  assert.partialDeepStrictEqual(await at.hall.takeCursor('bot', next, 45_000), { epoch: epoch + 1, position: 7 });
});

test('who has lost the right to read keeps nothing and moves nothing', async () => {
  await using at = await room();
  const [old, young] = [randomUUID(), randomUUID()];
  const epoch = epochOf(await at.hall.takeCursor('bot', old, 60_000));
  assert.ok('heldForMs' in (await at.hall.takeCursor('bot', young, 60_000)));
  await at.hall.dropCursor('bot', old);
  const next = epochOf(await at.hall.takeCursor('bot', young, 60_000));
  assert.equal(next, epoch + 1);
  const late = { account: 'bot', holder: old, epoch, position: 9 };
  assert.equal(await at.hall.keep(late, [said('a')], []), false);
  assert.equal((await at.world.db.sql`select 1 from inbox`).length, 0);
  assert.ok(await at.hall.keep({ ...late, holder: young, epoch: next }, [], []));
});
