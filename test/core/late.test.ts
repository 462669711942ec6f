import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryChannel } from '../../src/channels/memory.ts';
import type { Json } from '../../src/contracts/json.ts';
import type { Database } from '../../src/core/store/database.ts';
import { running } from '../support/running.ts';

const room = 'memory:room';

/** A message that a process kept and did not live to handle. */
const leave = ({ sql }: Database, key: string, body: Json, source = 'memory', attempts = 0) => sql`
  insert into inbox (source, key, body, attempts, due_at) values (${source}, ${key}, ${JSON.stringify(body)}::text::jsonb,
    ${attempts}, clock_timestamp() - interval '1 minute')`;

const from = { conversation: room, person: 'carl' };

test('whoever no longer waits for an answer is told it where the message was written', async () => {
  const channel = createMemoryChannel();
  await using at = await running({ channels: [channel] });
  const { db } = at.world;
  await leave(db, 'a', { ...from, key: 'a', kind: 'task', person: null, text: 'refund 1 50' });
  await leave(db, 'b', { ...from, key: 'b', kind: 'task', text: 'x'.repeat(9_000) });
  await leave(db, 'c', { ...from, key: 'c', kind: 'vote', code: 'none-such', verb: 'approve' });
  await leave(db, 'd', { ...from, key: 'd', kind: 'cancel', run: 'nothing' });
  await leave(db, 'e', { ...from, key: 'e', kind: 'riddle' }, 'memory', 4);
  await leave(db, 'f', { ...from, key: 'f', kind: 'riddle' }, 'memory', 1);
  await leave(db, 'g', { ...from, key: 'g', kind: 'task', text: 'refund 7 50' });
  await at.world.sweep();
  await channel.until(() => channel.in(room).some(({ card }) => card.kind === 'summary'));
  const notices = await channel.until(() => {
    const found = channel.in(room).filter(({ card }) => card.kind === 'notice');
    return found.length >= 5 && found;
  });
  assert.deepEqual(notices.map(({ card }) => [card.title, card.facts[0]?.text.slice(0, 11)]).sort(), [
    ['I work for the people of this deployment only. Ask whoever runs it to add you.', 'refund 1 50'],
    ['There is no such question any more.', 'none-such'],
    ['There is no such run.', 'nothing'],
    ['This is no task that can be begun here', 'xxxxxxxxxxx'],
    ['Your message could not be handled', undefined],
  ]);
});

test('a message that came in time is answered by its receipt alone', async () => {
  const channel = createMemoryChannel();
  await using at = await running({ channels: [channel] });
  assert.equal((await channel.say(null, room, 'refund 1 50')).outcome, 'not_allowed');
  await at.world.sweep();
  assert.equal(channel.sends, 0);
});

test('a chat that does not answer holds up no sweep', async () => {
  const channel = createMemoryChannel();
  await using at = await running({ channels: [channel] });
  const release = channel.hold();
  await leave(at.world.db, 'a', { ...from, key: 'a', kind: 'task', person: null, text: 'refund 1 50' });
  await at.world.sweep();
  release();
  await channel.until(() => channel.in(room).length === 1);
});

test('a task whose run cannot begin is put off, and those behind it begin', async () => {
  await using at = await running();
  const { db, desk } = at.world;
  const task = (text: string) => ({
    kind: 'task',
    task: { text, requester: { person: 'carl', via: 'memory' }, conversation: null },
  });
  // The database refuses the one and takes the other.
  await db.sql`alter table runs add constraint no_title check (title <> 'refund 1 50')`;
  await leave(db, 'a', task('refund 1 50'), 'test');
  await leave(db, 'b', task('refund 2 50'), 'test');
  await db.sql`update inbox set due_at = due_at - interval '1 minute' where key = 'a'`;
  await at.world.sweep();
  const rows = await db.sql<{ status: string; attempts: number }[]>`select status, attempts from inbox order by key`;
  assert.deepEqual(
    rows.map(({ status, attempts }) => [status, attempts]),
    [
      ['pending', 1],
      ['done', 0],
    ],
  );
  assert.equal((await desk.runs(10)).length, 1);
});
