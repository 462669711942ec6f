/** A limit of a platform over all conversations together. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Channel } from '../../src/contracts/channel.ts';
import { room } from './console/room.ts';

const everyMs = 250;

test('all conversations of a channel share its limit, and what asks goes before what tells', async () => {
  const sends: { at: number; kind: string; conversation: string }[] = [];
  /** When the first of them took its turn, which is a moment before it was sent. */
  let first: number | undefined;
  const limited = (memory: Channel): Partial<Channel> => ({
    limits: () => {
      first ??= performance.now();
      return [{ address: 'memory', of: 'any', burst: 1, everyMs }];
    },
    send: (post) => {
      sends.push({ at: performance.now(), kind: post.card.kind, conversation: post.conversation });
      return memory.send(post);
    },
  });
  await using at = await room({}, limited);
  const rooms = ['memory:1', 'memory:2', 'memory:3', 'memory:4'];
  await Promise.all(
    rooms.map((conversation, n) => at.say('carl', `refund ${n} ${n === 0 ? 500 : 50}`, { conversation })),
  );
  await at.memory.until((channel) => channel.in('memory:boris').length > 0);
  await at.memory.until((channel) => rooms.slice(1).every((one) => channel.in(one).some(isSummary)));
  const tookMs = sends.at(-1)!.at - first!;
  assert.ok(tookMs >= (sends.length - 1.1) * everyMs, `${sends.length} in ${tookMs} ms`);
  // What the people on their own are asked, nothing that is told gets in between.
  const asked = sends.findIndex(({ conversation }) => /anna|boris/.test(conversation));
  const next = sends.slice(asked).findIndex(({ kind }) => kind !== 'question');
  const both = sends.slice(asked, asked + next).filter(({ conversation }) => /anna|boris/.test(conversation));
  assert.equal(both.length, 2, sends.map(({ kind }) => kind).join(' '));
});

const isSummary = ({ card }: { card: { kind: string } }): boolean => card.kind === 'summary';
