/** A question stands where the run lives, and with each person who may decide. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryChannel, type MemoryChannel } from '../../src/channels/memory.ts';
import type { Channel } from '../../src/contracts/channel.ts';
import { room } from './console/room.ts';

const home = 'memory:room';

test('whoever may decide is asked on their own too; all copies end in the same words, and whoever decided hears the end', async () => {
  await using at = await room();
  await at.say('carl', 'refund 1042 500');
  const places = [home, 'memory:anna', 'memory:boris'];
  await at.memory.until((channel) =>
    places.every((one) => channel.in(one).some(({ card }) => card.kind === 'question')),
  );
  assert.equal(at.memory.in('memory:carl').length, 0);
  const mine = at.memory.in('memory:anna')[0]!;
  await at.hand('anna', { kind: 'vote', code: mine.card.code!, verb: 'approve' }, 'memory:anna');
  await at.memory.until((channel) =>
    places.every((one) => channel.in(one).some(({ card }) => card.kind === 'question' && card.buttons.length === 0)),
  );
  const last = places.map(
    (one) =>
      at.memory
        .in(one)
        .find(({ card }) => card.kind === 'question')!
        .card.lines.at(-1)!.text,
  );
  assert.equal(new Set(last).size, 1);
  assert.match(last[0]!, /^Approved by Anna at /);
  await at.memory.until((channel) => channel.in('memory:anna').some(({ card }) => card.kind === 'summary'));
  await at.memory.until((channel) => channel.in(home).some(({ card }) => card.kind === 'summary'));
  assert.ok(!at.memory.in('memory:boris').some(({ card }) => card.kind === 'summary'));
});

test('a task from where nobody reads cards still reaches those who decide', async () => {
  await using at = await room();
  const requester = { person: 'carl', via: 'program' };
  await at.world.desk.submit({
    source: 'program',
    key: 'a',
    task: { text: 'refund 7 500', requester, conversation: null },
  });
  await at.memory.until((channel) => channel.in('memory:anna').some(({ card }) => card.kind === 'question'));
});

test('a question that an address will never take goes to the next one, and ends there as everywhere', async () => {
  const people = {
    operator: {},
    anna: { roles: ['finance'], accounts: { memory: 'anna', other: 'anna' } },
    carl: {},
  };
  const other = createMemoryChannel('other');
  const refusing = (memory: Channel): Partial<Channel> => ({
    send: async (post) => (post.conversation === 'memory:anna' ? { state: 'gone', why: 'blocked' } : memory.send(post)),
  });
  await using at = await room({ people }, refusing, [other]);
  await at.say('carl', 'refund 1042 500');
  const { card } = await other.until((channel) => channel.in('other:anna')[0]);
  await at.hand('anna', { kind: 'vote', code: card.code!, verb: 'reject' });
  await other.until((channel) => channel.in('other:anna')[0]!.card.buttons.length === 0);
  await at.memory.until((channel) => channel.in(home).some((one) => one.card.kind === 'summary'));
  assert.equal(other.in('other:anna').length, 1);
});

test('who was asked at the first address is never told at the second', async () => {
  const people = {
    operator: {},
    anna: { roles: ['finance'], accounts: { memory: 'anna', other: 'anna' } },
    carl: {},
  };
  const other = createMemoryChannel('other');
  await using at = await room({ people }, () => ({}), [other]);
  await at.say('carl', 'refund 1042 500');
  const { card } = await at.memory.until((channel) => channel.in('memory:anna')[0]);
  await at.hand('anna', { kind: 'vote', code: card.code!, verb: 'approve' });
  await at.memory.until((channel) => channel.in(home).some((one) => one.card.kind === 'summary'));
  // Until nothing is left to be shown.
  while ((await at.world.db.sql`select 1 from posts`).length > 0);
  assert.equal(other.sends, 0);
});

test('a copy of a decided question that cannot be edited any more has its end posted beside it, once', async () => {
  const boris = 'memory:boris';
  const stuck = (memory: MemoryChannel): Partial<Channel> => ({
    send: async (post) => {
      const isFirst = post.conversation === boris && post.message === memory.in(boris)[0]?.message;
      return isFirst ? { state: 'lost' } : memory.send(post);
    },
  });
  await using at = await room({}, stuck);
  await at.say('carl', 'refund 1042 500');
  const { card } = await at.memory.until((channel) => channel.in(boris)[0]);
  await at.hand('anna', { kind: 'vote', code: card.code!, verb: 'approve' });
  const end = await at.memory.until((channel) => channel.in(boris)[1]);
  assert.deepEqual(end.card.buttons, []);
  assert.match(end.card.lines.at(-1)!.text, /^Approved by Anna at /);
  await at.memory.until((channel) => channel.in(home).some((one) => one.card.kind === 'summary'));
  // Until nothing is left to be shown.
  while ((await at.world.db.sql`select 1 from posts`).length > 0);
  assert.equal(at.memory.in(boris).length, 2);
});
