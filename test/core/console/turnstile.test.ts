/** A chat that begins task after task is told to wait: bots that answer each other, scripts that went wild. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTurnstile } from '../../../src/core/console/turnstile.ts';
import { room } from './room.ts';

const home = 'memory:room';

test('a chat begins its number at once, and one more each time that its share of a minute is over', () => {
  let now = 5_000;
  const turnstile = createTurnstile([], 3, () => now);
  assert.deepEqual(
    [1, 2, 3, 4].map(() => turnstile.pass(home)),
    [0, 0, 0, 20_000],
  );
  now += 19_999;
  assert.equal(turnstile.pass(home), 1);
  now += 1;
  assert.deepEqual(
    [1, 2].map(() => turnstile.pass(home)),
    [0, 20_000],
  );
});

test('the parts of a chat share its number, and other chats have theirs', () => {
  const channel = { name: 'memory', chatOf: (conversation: string) => conversation.split('/')[0]! };
  const turnstile = createTurnstile([channel], 1, () => 0);
  assert.equal(turnstile.pass('memory:a/1'), 0);
  assert.equal(turnstile.pass('memory:a/2'), 60_000);
  assert.equal(turnstile.pass('memory:a'), 60_000);
  assert.equal(turnstile.pass('memory:ab'), 0);
  assert.equal(turnstile.pass('other:a/1'), 0);
  assert.equal(turnstile.pass('other:a/2'), 0);
});

test('one task too many is not begun, and is told so in the sender’s language; verbs and answers are taken as ever', async () => {
  await using at = await room({ tasksPerMinute: 2 });
  await at.say('carl', 'refund 1042 500');
  const asked = await at.memory.until((channel) => channel.in(home).find(({ card }) => card.kind === 'question'));
  await at.memory.say('carl', home, 'look 7 50');
  const third = await at.say('anna', 'refund 1043 500');
  assert.deepEqual([third.outcome, third.run], ['too_many', null]);
  // It is told to wait for what is left of half a minute.
  assert.match(
    third.reply!.line,
    /^Too many tasks at once in this chat, so this one was not begun\. Send it again in (2\d|30) s\.$/,
  );
  assert.equal((await at.memory.say('carl', home, 'look 8 50')).outcome, 'too_many');
  assert.match((await at.say('carl', 'верни деньги')).reply!.line, /^Слишком много задач сразу .* через (2\d|30) с\.$/);
  assert.equal((await at.say('anna', `reject ${asked.card.code}`)).outcome, 'decided');
  assert.equal((await at.say('carl', 'look 9 50', { conversation: 'memory:elsewhere' })).outcome, 'run');
  assert.equal((await at.world.desk.runs(10)).length, 3);
});

test('a task is not begun anew either, and one that was changed goes on as it was', async () => {
  await using at = await room({ tasksPerMinute: 1 });
  const { run, key } = await at.say('carl', 'refund 1042');
  await at.memory.until((channel) => channel.in(home).find(({ card }) => card.kind === 'question'));
  const changed = await at.hand('carl', { kind: 'revised', of: key, text: 'refund 1042 500' });
  assert.equal(changed.outcome, 'too_many');
  assert.equal((await at.world.desk.runs(10))[0]!.status, 'waiting');
  await at.say('carl', 'cancel', { inThread: true });
  await at.memory.until((channel) => channel.in(home).some(({ card }) => card.kind === 'summary'));
  assert.match((await at.say('carl', `retry ${run}`)).reply!.line, /^Too many tasks at once/);
  assert.equal((await at.world.desk.runs(10)).length, 1);
});
