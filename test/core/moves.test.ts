/** A platform moves a conversation to another address. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { room } from './console/room.ts';

const home = 'memory:room';

test('a conversation that moved goes by its first address, however often it moves', async () => {
  await using at = await room();
  await at.hall.moved(home, 'memory:hall');
  await at.hall.moved('memory:hall', 'memory:attic');
  await at.hall.moved('memory:elsewhere', 'memory:hall');
  const homes = await Promise.all(['hall', 'attic', 'room'].map((name) => at.hall.homeOf(`memory:${name}`)));
  assert.deepEqual(homes, [home, home, home]);
});

test('what still counts of it is shown once more, and what is over is not', async () => {
  await using at = await room();
  await at.say('carl', 'refund 1042 50');
  await at.memory.until((channel) => channel.in(home).some(({ card }) => card.title === 'Completed'));
  await at.say('carl', 'refund 1043 500');
  const question = () => at.memory.in(home).find(({ card }) => card.kind === 'question');
  await at.memory.until(question);
  const wished = () => at.world.db.sql`select 1 from posts where purpose like 'question:%'`;
  // A wish goes after its card is shown, and what is on its way is not known to stand anywhere.
  while ((await wished()).length > 0);
  const over = at.memory.in(home).filter(({ card }) => card.kind === 'summary');
  await at.hall.moved(home, 'memory:hall');
  await at.memory.until(() => question()!.cards.length === 2);
  assert.deepEqual(
    at.memory.in(home).filter(({ card }) => card.kind === 'summary'),
    over,
  );
  while ((await wished()).length > 0);
  await at.hall.moved(home, 'memory:hall');
  assert.equal((await wished()).length, 0);
});
