/** What nobody may see is seen in no answer, whatever is asked. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { charging } from './charging.ts';
import { room } from './room.ts';

test('a hidden value is in no card of a run and in no answer about it, while it waits and when it is over', async () => {
  await using at = await room({ routes: [charging().route] });
  await at.say('carl', 'charge s3cret 500');
  const { card, message } = await at.memory.until((channel) => channel.in('memory:anna')[0]);
  // A message is recorded after it is shown: until then nobody knows what a reply to it is about.
  while ((await at.world.db.sql`select 1 from deliveries where message = ${message}`).length === 0);
  const looks = ['status', 'why', 'trace', 'cost', 'runs', 'inbox', 'cancel nothing', 'retry'];
  const asked = async () => {
    const answers = [];
    for (const text of looks) {
      answers.push((await at.say('anna', text, { conversation: 'memory:anna', about: message })).reply);
      answers.push((await at.say('anna', text, { conversation: 'memory:anna' })).reply);
    }
    return [answers, await at.hall.home('anna', 'en'), await at.hall.form(card.code!, 'edit', 'anna')];
  };
  const waiting = await asked();
  await at.hand('anna', { kind: 'vote', code: card.code!, verb: 'approve' }, 'memory:anna');
  await at.memory.until((channel) => channel.in('memory:anna').some((one) => one.card.kind === 'summary'));
  const shown = [...at.memory.messages.values()];
  for (const told of [waiting, await asked(), shown]) {
    const leaks = JSON.stringify(told).match(/.{0,80}s3cret.{0,40}/g);
    assert.deepEqual(leaks, null);
  }
});
