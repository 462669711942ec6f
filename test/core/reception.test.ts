import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryChannel, type MemoryChannel } from '../../src/channels/memory.ts';
import type { Orchestrator } from '../../src/core/orchestrator.ts';
import { testDatabase } from '../support/database.ts';
import { createShop, createWorld, type Shop } from '../support/world.ts';

const room = 'memory:room';

interface Place {
  url: string;
  shop: Shop;
  world: Orchestrator;
  channel: MemoryChannel;
  /** One more process with a channel of its own. */
  another(): Promise<{ world: Orchestrator; channel: MemoryChannel }>;
  [Symbol.asyncDispose](): Promise<void>;
}

async function place(): Promise<Place> {
  const database = await testDatabase();
  const shop = createShop();
  const worlds: Orchestrator[] = [];
  const another = async () => {
    const channel = createMemoryChannel();
    const world = createWorld(database.url, shop, { channels: [channel] });
    await world.start();
    worlds.push(world);
    return { world, channel };
  };
  return {
    url: database.url,
    shop,
    ...(await another()),
    another,
    [Symbol.asyncDispose]: async () => {
      for (const world of worlds) await world.stop();
      await database[Symbol.asyncDispose]();
    },
  };
}

const shown = (channel: MemoryChannel, kind: string) => channel.in(room).find(({ card }) => card.kind === kind);

test('a message becomes a run: progress, a question, a press, a summary, and final texts everywhere', async () => {
  await using at = await place();
  const receipt = await at.channel.say('carl', room, 'refund 1042 500');
  assert.equal(receipt.outcome, 'run');
  const asked = await at.channel.until((channel) => shown(channel, 'question'));
  await at.channel.until((channel) =>
    shown(channel, 'progress')?.card.lines.some(({ detail }) => detail?.includes(asked.card.code!)),
  );
  assert.equal(at.shop.effects('pay').length, 0);
  const pressed = await at.channel.press('anna', room, asked.message, 'approve');
  const reply = { line: 'Recorded: Approve.' };
  assert.deepEqual(pressed, { key: pressed.key, outcome: 'decided', run: receipt.run, reply });
  const summary = await at.channel.until((channel) => shown(channel, 'summary'));
  assert.equal(summary.card.title, 'Completed');
  const question = await at.channel.until((channel) => {
    const found = shown(channel, 'question');
    return found?.card.buttons.length === 0 && found;
  });
  assert.equal(question.message, asked.message, 'the same message was edited');
  assert.match(question.card.lines.at(-1)!.text, /^Approved by anna at \d\d:\d\d UTC$/);
  const progress = await at.channel.until((channel) => {
    const found = shown(channel, 'progress');
    return found?.card.lines.at(-1)?.text === 'Completed' && found;
  });
  assert.ok(progress.cards.length >= 2, 'one message, edited');
  assert.equal(at.channel.in(room).length, 3);
  assert.equal(at.shop.effects('pay').length, 1);
});

test('a value of an edit goes through, and the card tells what changed', async () => {
  await using at = await place();
  await at.channel.say('carl', room, 'refund 1042 500');
  const asked = await at.channel.until((channel) => shown(channel, 'question'));
  const bad = await at.channel.press('anna', room, asked.message, 'edit', { amount: 'much' });
  assert.equal(bad.outcome, 'invalid_value');
  assert.equal((await at.channel.press('anna', room, asked.message, 'edit', { amount: 400 })).outcome, 'decided');
  await at.channel.until((channel) => shown(channel, 'summary'));
  const closed = await at.channel.until((channel) =>
    channel.in(room).find(({ card }) => card.facts.some(({ label }) => label === 'Changed: amount')),
  );
  assert.equal(closed.card.facts.find(({ label }) => label === 'Changed: amount')!.text, '500 → 400');
  assert.deepEqual(at.shop.ledger.find(({ agent }) => agent === 'pay')!.input, { order: '1042', amount: 400 });
});

test('a second payment of the same order is shown with the first one', async () => {
  await using at = await place();
  await at.channel.say('carl', room, 'refund 1042 50');
  await at.channel.until((channel) => shown(channel, 'summary'));
  await at.channel.say('carl', room, 'refund 1042 50');
  const asked = await at.channel.until((channel) => shown(channel, 'question'));
  const attention = asked.card.facts.find(({ label }) => label === 'Attention')!;
  assert.match(attention.text, /^Already done by run [0-9a-f]{8} \(refund 1042 50\) at .+: Pay the money back$/);
});

test('one message that reaches two processes several times is one run', async () => {
  await using at = await place();
  const other = await at.another();
  const receipts = await Promise.all(
    [at.channel, other.channel, at.channel, other.channel].map((channel) =>
      channel.say('carl', room, 'refund 1042 50', 'update-7'),
    ),
  );
  assert.equal(new Set(receipts.map(({ run }) => run)).size, 1);
  assert.equal((await at.world.desk.runs(10)).length, 1);
  for await (const _ of at.world.desk.follow(receipts[0]!.run!));
  assert.equal(at.shop.effects('pay').length, 1);
  const again = await at.channel.say('carl', room, 'refund 1042 50', 'update-7');
  assert.equal(again.run, receipts[0]!.run);
});

test('fifty presses on two processes make one payment, and each gets a true answer', async () => {
  await using at = await place();
  const other = await at.another();
  await at.channel.say('carl', room, 'refund 1042 500');
  const seen = (channel: MemoryChannel) => shown(channel, 'question');
  const [channel, asked] = await Promise.race(
    [at.channel, other.channel].map(async (one) => [one, await one.until(seen)] as const),
  );
  const presses = Array.from({ length: 50 }, (_, i) =>
    channel.press(i % 2 ? 'anna' : 'boris', room, asked.message, i % 3 ? 'approve' : 'reject'),
  );
  const outcomes = (await Promise.all(presses)).map(({ outcome }) => outcome);
  assert.equal(outcomes.filter((outcome) => outcome === 'decided').length, 1);
  assert.equal(outcomes.filter((outcome) => outcome === 'already_decided').length, 49);
});

test('a stranger begins nothing and decides nothing', async () => {
  await using at = await place();
  const refused = await at.channel.say(null, room, 'refund 1042 50');
  assert.deepEqual([refused.outcome, refused.run], ['not_allowed', null]);
  assert.equal((await at.world.desk.runs(10)).length, 0);
  await at.channel.say('carl', room, 'refund 1042 500');
  const asked = await at.channel.until((channel) => shown(channel, 'question'));
  assert.equal((await at.channel.press(null, room, asked.message, 'approve')).outcome, 'not_allowed');
  assert.equal((await at.channel.press('carl', room, asked.message, 'approve')).outcome, 'not_allowed');
  assert.equal(at.shop.effects('pay').length, 0);
});

test('a late press is told that it is decided', async () => {
  await using at = await place();
  await at.channel.say('carl', room, 'refund 1042 500');
  const asked = await at.channel.until((channel) => shown(channel, 'question'));
  await at.channel.press('anna', room, asked.message, 'reject');
  const summary = await at.channel.until((channel) => shown(channel, 'summary'));
  assert.equal(summary.card.title, 'Rejected by anna: Pay the money back');
  assert.equal((await at.channel.press('boris', room, asked.message, 'approve')).outcome, 'already_decided');
});

test('what was kept and not handled is handled by the sweep', async () => {
  await using at = await place();
  const body = { kind: 'task', key: 'left', person: 'carl', conversation: room, text: 'refund 1042 50' };
  await at.world.db.sql`
    insert into inbox (source, key, body, due_at)
    values ('memory', 'left', ${JSON.stringify(body)}::text::jsonb, clock_timestamp() - interval '1 minute')`;
  await at.world.sweep();
  await at.channel.until((channel) => shown(channel, 'summary'));
  assert.equal(at.shop.effects('pay').length, 1);
});

test('a message that can never be handled is dead after five tries, and the others go on', async () => {
  await using at = await place();
  const { sql } = at.world.db;
  await sql`
    insert into inbox (source, key, body, due_at)
    values ('memory', 'bad', '{"kind": "riddle"}', clock_timestamp() - interval '2 minutes')`;
  const body = { kind: 'task', key: 'good', person: 'carl', conversation: room, text: 'refund 1042 50' };
  await sql`
    insert into inbox (source, key, body, due_at)
    values ('memory', 'good', ${JSON.stringify(body)}::text::jsonb, clock_timestamp() - interval '1 minute')`;
  for (let i = 0; i < 7; i += 1) {
    await at.world.sweep();
    await sql`update inbox set due_at = clock_timestamp() - interval '1 minute' where status = 'pending'`;
  }
  const rows = await sql<{ key: string; status: string; attempts: number }[]>`
    select key, status, attempts from inbox order by key`;
  assert.deepEqual(
    rows.map((row) => ({ ...row })),
    [
      { key: 'bad', status: 'dead', attempts: 5 },
      { key: 'good', status: 'done', attempts: 0 },
    ],
  );
});

test('a text that no route knows is answered, not left alone', async () => {
  await using at = await place();
  await at.channel.say('carl', room, 'make me a sandwich');
  const summary = await at.channel.until((channel) => shown(channel, 'summary'));
  assert.equal(summary.card.title, 'Failed: nothing that is set up here fits the task');
});

test('a task that lacks something is asked for it, and goes on with the answer', async () => {
  await using at = await place();
  await at.channel.say('carl', room, 'refund 1042');
  const asked = await at.channel.until((channel) => shown(channel, 'question'));
  assert.match(asked.card.facts.find(({ label }) => label === 'Missing')!.text, /^amount/);
  await at.channel.press('carl', room, asked.message, 'answer', { amount: 50 });
  const summary = await at.channel.until((channel) => shown(channel, 'summary'));
  assert.equal(summary.card.title, 'Completed');
});

test('a chat that is down for a while holds up no run, and shows the last state when it is back', async () => {
  await using at = await place();
  const resume = at.channel.hold();
  const { run } = await at.channel.say('carl', room, 'refund 1042 50');
  for await (const _ of at.world.desk.follow(run!));
  assert.equal(at.shop.effects('pay').length, 1);
  resume();
  await at.channel.until((channel) => shown(channel, 'progress')?.card.lines.at(-1)?.text === 'Completed');
});
