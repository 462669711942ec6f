/** A platform that is down is no answer: what nobody could be shown does not expire, and is asked elsewhere. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryChannel, type MemoryChannel } from '../../src/channels/memory.ts';
import type { Channel } from '../../src/contracts/channel.ts';
import { whyCard } from '../../src/core/cards/why.ts';
import { replay } from '../../src/core/evolve.ts';
import { eventsOf, until } from '../support/follow.ts';
import { paying } from '../support/paying.ts';
import { room } from './console/room.ts';

const home = 'memory:room';
const anna = { person: 'anna', via: 'memory' };
const lifeMs = 400;
const hourMs = 3_600_000;

type Paying = Awaited<ReturnType<typeof paying>>;

/** A run whose question nobody is shown until `release` is called. */
async function unshown(at: Paying) {
  const release = at.channel.hold();
  const { run } = await at.channel.say('carl', home, 'pay 50');
  const { question } = await until(at.world, run!, 'asked');
  return { run: run!, question, release };
}

/** As if so much time had passed since everything. */
const age = ({ world }: Pick<Paying, 'world'>, ms: number) => world.db.sql`
  with questions as (
    update escalations set asked_at = asked_at - ${ms} * interval '1 millisecond',
      expires_at = expires_at - ${ms} * interval '1 millisecond',
      question = jsonb_set(question, '{expiresAt}', to_jsonb((question->>'expiresAt')::float8 - ${ms}::float8))
  )
  update deliveries set shown_at = shown_at - ${ms} * interval '1 millisecond'`;

test('a question that nobody could be shown has its whole time from when it is shown, and then expires', async () => {
  await using at = await paying({ expireAfterMs: lifeMs });
  const { run, release } = await unshown(at);
  await until(at.world, run, 'extended');
  release();
  const finished = await until(at.world, run, 'finished');
  assert.equal(finished.reason?.code, 'expired');
  const [row] = await at.world.db.sql`
    select decided_at - shown_at >= ${lifeMs - 1} * interval '1 millisecond'
      as whole, status
    from escalations e join deliveries d on d.purpose = 'question:' || e.id::text and d.conversation = ${home}`;
  assert.deepEqual({ ...row }, { whole: true, status: 'expired' });
});

test('it is decided then as any other, and the reasons say that it was open for longer', async () => {
  await using at = await paying({ expireAfterMs: lifeMs });
  const { run, release } = await unshown(at);
  const { until: end } = await until(at.world, run, 'extended', { nth: 2 });
  // However slowly this runs, she answers in time.
  await age(at, -hourMs);
  release();
  const { message } = await at.channel.until((channel) => channel.in(home).find(({ card }) => card.code !== null));
  assert.equal((await at.channel.press('anna', home, message, 'approve')).outcome, 'decided');
  assert.equal((await until(at.world, run, 'finished')).status, 'completed');
  const entries = await at.world.desk.journal(run);
  const state = replay(run, entries);
  assert.ok(Object.values(state.questions)[0]!.question.expiresAt! >= end);
  const lines = whyCard(state, await at.world.desk.known(state), entries).lines.map(({ text }) => text);
  assert.ok(lines.some((text) => /^nobody could be shown the question in time/.test(text)));
});

test('an answer counts though the time is over, when nobody was shown the question', async () => {
  await using at = await paying({ expireAfterMs: hourMs });
  const { question, release } = await unshown(at);
  await age(at, 2 * hourMs);
  const answer = await at.world.desk.vote(question.code, { actor: anna, verb: 'approve' });
  assert.equal(answer.result, 'decided');
  release();
});

test('its time is as long as its terms say, however long it took to be written down', async () => {
  await using at = await paying({ expireAfterMs: hourMs });
  const { question, release } = await unshown(at);
  await age(at, 2 * hourMs);
  await at.world.db.sql`update escalations set asked_at = expires_at`;
  const answer = await at.world.desk.vote(question.code, { actor: anna, verb: 'approve' });
  assert.equal(answer.result, 'decided');
  release();
});

test('an answer to a question that was shown in time comes too late', async () => {
  await using at = await paying({ expireAfterMs: hourMs });
  const { run } = await at.channel.say('carl', home, 'pay 50');
  const { code } = (await at.channel.until((channel) => channel.in(home).find(({ card }) => card.code !== null))).card;
  while ((await at.world.db.sql`select 1 from deliveries where shown_at is null`).length > 0);
  await age(at, 2 * hourMs);
  const answer = await at.world.desk.vote(code!, { actor: anna, verb: 'approve' });
  assert.deepEqual(answer, { result: 'already_decided', outcome: 'expired', by: null });
  assert.ok(!(await eventsOf(at.world, run!)).some(({ type }) => type === 'extended'));
});

test('a question that no address will ever take expires in its time', async () => {
  await using at = await paying({ expireAfterMs: lifeMs });
  at.channel.fail(...Array.from({ length: 20 }, () => ({ state: 'gone' as const })));
  const { run } = await at.channel.say('carl', home, 'pay 50');
  assert.equal((await until(at.world, run!, 'finished')).reason?.code, 'expired');
  assert.ok(!(await eventsOf(at.world, run!)).some(({ type }) => type === 'extended'));
});

test('a question whose time is not over by the database’s clock is left alone for a while', async () => {
  await using at = await paying({ expireAfterMs: lifeMs });
  const { db } = at.world;
  const { transaction } = db;
  let closes = 0;
  db.transaction = (name, act) => {
    if (name === 'close') closes += 1;
    return transaction(name, act);
  };
  const { run } = await at.channel.say('carl', home, 'pay 50');
  await until(at.world, run!, 'asked');
  await db.sql`update escalations set expires_at = expires_at + interval '700 ms'`;
  assert.equal((await until(at.world, run!, 'finished')).reason?.code, 'expired');
  assert.ok(closes <= 3, `it was asked ${closes} times`);
});

test('whoever cannot be shown a question for a minute is asked at the next address as well', async () => {
  const people = {
    operator: {},
    anna: { roles: ['finance'], accounts: { memory: 'anna', other: 'anna' } },
    carl: {},
  };
  const other = createMemoryChannel('other');
  const patient = { state: 'later', retryAfterMs: hourMs } as const;
  const down = (memory: MemoryChannel): Partial<Channel> => ({
    send: async (post) => (post.conversation === 'memory:anna' ? patient : memory.send(post)),
  });
  await using at = await room({ people }, down, [other]);
  await at.say('carl', 'refund 1042 500');
  const question = await at.memory.until((channel) => channel.in(home).find(({ card }) => card.code !== null));
  await at.world.sweep();
  assert.equal(other.sends, 0);
  await at.world.db.sql`update escalations set asked_at = asked_at - interval '61 seconds'`;
  await at.world.sweep();
  const { card } = await other.until((channel) => channel.in('other:anna')[0]);
  assert.equal(card.code, question.card.code);
  await at.world.sweep();
  await at.hand('anna', { kind: 'vote', code: card.code!, verb: 'reject' });
  await other.until((channel) => channel.in('other:anna')[0]!.card.buttons.length === 0);
  await at.memory.until((channel) => channel.in(home).some((one) => one.card.kind === 'summary'));
  assert.equal(other.in('other:anna').length, 1);
});
