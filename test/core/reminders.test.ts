import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MemoryChannel } from '../../src/channels/memory.ts';
import { until } from '../support/follow.ts';
import { paying } from '../support/paying.ts';

const room = 'memory:room';

const questionsIn = (channel: MemoryChannel) => channel.in(room).filter(({ card }) => card.kind === 'question');
const atLeast = (channel: MemoryChannel, count: number) =>
  channel.until(() => questionsIn(channel).length >= count && questionsIn(channel));
const allClosed = (channel: MemoryChannel) =>
  channel.until(() => questionsIn(channel).every(({ card }) => card.buttons.length === 0) && questionsIn(channel));

test('a reminder is a message of its own, which decides as well, and both show how it was closed', async () => {
  await using at = await paying({ remindAfterMs: 50 });
  await at.channel.say('carl', room, 'pay 50');
  const [first, second] = await atLeast(at.channel, 2);
  assert.deepEqual(first!.card.lines, []);
  assert.deepEqual(second!.card.lines, [{ mark: 'waiting', text: 'Reminder: this still waits for an answer' }]);
  assert.deepEqual([second!.card.code, second!.card.buttons], [first!.card.code, first!.card.buttons]);
  assert.equal((await at.channel.press('anna', room, second!.message, 'approve')).outcome, 'decided');
  const closed = await allClosed(at.channel);
  assert.equal(closed.length, 2);
  for (const { card } of closed) {
    assert.match(card.lines.map(({ text }) => text).join(), /^Approved by anna at /);
    assert.equal(card.code, null);
  }
});

test('when further people may decide, they are shown the question, and every copy is closed', async () => {
  const tiers = [{ afterMs: 150, deciders: { people: ['boris'] } }];
  await using at = await paying({ remindAfterMs: 50, tiers });
  await at.channel.say('carl', room, 'pay 50');
  const copies = await atLeast(at.channel, 3);
  assert.equal(copies[2]!.card.lines[0]!.text, 'Nobody has answered yet, so more people may decide now');
  const who = ({ card }: (typeof copies)[number]) => card.facts.find(({ label }) => label === 'Who decides')!.text;
  assert.equal(who(copies[2]!), 'anna, boris');
  await at.channel.until(() => questionsIn(at.channel).every((one) => who(one) === 'anna, boris'));
  assert.equal((await at.channel.press('boris', room, copies[2]!.message, 'reject')).outcome, 'decided');
  const closed = await allClosed(at.channel);
  assert.equal(closed.length, 3);
  for (const { card } of closed) assert.match(card.lines.at(-1)!.text, /^Rejected by boris/);
});

test('a reminder that could not be shown in time is not shown after the question was closed', async () => {
  await using at = await paying({ remindAfterMs: 50 });
  const release = at.channel.hold();
  const { run } = await at.channel.say('carl', room, 'pay 50');
  await until(at.world, run!, 'reminded');
  const { question } = await until(at.world, run!, 'asked');
  await at.world.desk.vote(question.code, { actor: { person: 'anna', via: 'memory' }, verb: 'approve' });
  await until(at.world, run!, 'finished');
  release();
  await at.channel.until(() => at.channel.in(room).some(({ card }) => card.title === 'Completed'));
  assert.equal((await allClosed(at.channel)).length, 1);
});
