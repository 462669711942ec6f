import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryChannel, type MemoryChannel } from '../../src/channels/memory.ts';
import type { Orchestrator } from '../../src/core/orchestrator.ts';
import { createOutbox, type Outbox } from '../../src/core/outbox.ts';
import type { Database } from '../../src/core/store/database.ts';
import { createDefinitions } from '../../src/core/store/definitions.ts';
import { testDatabase } from '../support/database.ts';
import { anna, createShop, createWorld, type Shop, silent } from '../support/world.ts';

const room = 'memory:room';
const byCarl = { person: 'carl', via: 'memory' };

interface Stage {
  world: Orchestrator;
  shop: Shop;
  channel: MemoryChannel;
  outbox: Outbox;
  /** Another process that sends for the same channel. */
  another(leaseMs?: number, db?: Database): Outbox;
  /** Begins a run and waits until it ends or asks. */
  begin(text: string, conversation?: string): Promise<{ run: string; code: string }>;
  delivery(run: string, purpose: string): Promise<{ state: string; message: string | null; attempts: number }>;
  /** Nothing is parked any more. */
  ripen(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A process that works and does not send, and an outbox that sends when it is told to. */
async function stage(): Promise<Stage> {
  const database = await testDatabase();
  const shop = createShop();
  const world = createWorld(database.url, shop);
  await world.start();
  const channel = createMemoryChannel();
  const definitions = createDefinitions(world.db.sql, world.registry.definitions);
  const outboxes: Outbox[] = [];
  const another = (leaseMs = 15_000, db = world.db) => {
    const outbox = createOutbox({ db, channels: [channel], definitions, people: new Map(), log: silent, leaseMs });
    outboxes.push(outbox);
    return outbox;
  };
  let count = 0;
  return {
    world,
    shop,
    channel,
    another,
    outbox: another(),
    begin: async (text, conversation = room) => {
      const key = `${text} ${++count}`;
      const run = await world.desk.submit({ source: 'test', key, task: { text, requester: byCarl, conversation } });
      let code = '';
      for await (const { events } of world.desk.follow(run)) {
        const asked = events.find(({ type }) => type === 'asked');
        if (asked?.type !== 'asked') continue;
        code = asked.question.code;
        break;
      }
      return { run, code };
    },
    delivery: async (run, purpose) => {
      const rows = await world.db.sql<{ state: string; message: string | null; attempts: number }[]>`
        select state, message, attempts from deliveries where run_id = ${run} and purpose = ${purpose}`;
      return rows[0]!;
    },
    ripen: async () => {
      await world.db.sql`update deliveries set not_before = null`;
    },
    [Symbol.asyncDispose]: async () => {
      for (const outbox of outboxes) await outbox.stop();
      await world.stop();
      await database[Symbol.asyncDispose]();
    },
  };
}

const kinds = (channel: MemoryChannel, conversation = room) => channel.in(conversation).map(({ card }) => card.kind);

/** Lets go of a run that waits for an answer, and follows it to its end. */
async function decide({ world }: Stage, run: string, code: string, verb: 'approve' | 'reject'): Promise<void> {
  assert.equal((await world.desk.vote(code, { actor: anna, verb })).result, 'decided');
  for await (const _ of world.desk.follow(run));
}

test('many changes of a run are one message each, shown as they are in the end', async () => {
  await using on = await stage();
  await on.begin('refund 1042 50');
  await on.outbox.flush();
  assert.deepEqual(kinds(on.channel), ['summary', 'progress'], 'a summary goes before progress');
  assert.equal(on.channel.sends, 2);
  assert.equal(on.channel.in(room)[1]!.card.lines.at(-1)!.text, 'Completed');
});

test('changes while a send is under way become one edit', async () => {
  await using on = await stage();
  const { run, code } = await on.begin('refund 1042 500');
  const release = on.channel.hold();
  const flushed = on.outbox.flush();
  await on.channel.until(({ sends }) => sends === 1);
  await decide(on, run, code, 'approve');
  release();
  await flushed;
  const [question, summary, progress] = on.channel.in(room);
  assert.deepEqual(kinds(on.channel), ['question', 'summary', 'progress']);
  assert.deepEqual([question!.cards.length, summary!.cards.length, progress!.cards.length], [2, 1, 1]);
});

test('a fulfilled wish is gone, and an unchanged card is not sent again', async () => {
  await using on = await stage();
  const { run } = await on.begin('refund 1042 50');
  await on.outbox.flush();
  const { sql } = on.world.db;
  assert.equal((await sql`select 1 from posts`).length, 0);
  await sql`insert into posts (run_id, purpose, conversation, wants_seq) values (${run}, 'progress', ${room}, 999)`;
  const sends = on.channel.sends;
  await on.outbox.flush();
  assert.equal(on.channel.sends, sends);
});

test('a question goes out before everything else, whatever waits in the conversation', async () => {
  await using on = await stage();
  await on.begin('refund 1 50');
  await on.begin('refund 2 500');
  await on.outbox.flush();
  assert.deepEqual(kinds(on.channel), ['question', 'summary', 'progress', 'progress']);
});

test('a platform that asks for patience is left alone, and other conversations go on', async () => {
  await using on = await stage();
  await on.begin('refund 1 500');
  await on.begin('refund 2 50', 'memory:other');
  on.channel.fail({ state: 'later', retryAfterMs: 3_600_000 });
  await on.outbox.flush();
  const refused = on.channel.in(room).length === 0 ? room : 'memory:other';
  const served = refused === room ? 'memory:other' : room;
  assert.deepEqual(on.channel.in(refused), []);
  assert.equal(on.channel.in(served).length, 2);
  const sends = on.channel.sends;
  await on.outbox.flush();
  assert.equal(on.channel.sends, sends, 'not asked again before its time');
  const { sql } = on.world.db;
  const [parked] =
    await sql`select state, not_before > clock_timestamp() + interval '59 minutes' as later from deliveries
    where not_before is not null`;
  assert.deepEqual({ ...parked }, { state: 'later', later: true });
  await on.outbox.stop();
  await sql`delete from posts p where not exists (
    select 1 from deliveries d where d.run_id = p.run_id and d.purpose = p.purpose)`;
  await on.another().flush();
  assert.equal(on.channel.sends, sends, 'another process knows it too');
});

test('what was put off is sent by itself when its time has come', async () => {
  await using on = await stage();
  await on.begin('refund 1042 500');
  on.channel.fail({ state: 'later', retryAfterMs: 300 });
  await on.outbox.flush();
  assert.equal(on.channel.in(room).length, 0);
  await on.channel.until((channel) => channel.in(room).length === 2);
});

test('a new message that may have arrived is sent once more and never again', async () => {
  await using on = await stage();
  const { run } = await on.begin('refund 1042 50');
  on.channel.fail(...Array.from({ length: 20 }, () => ({ state: 'unknown' as const })));
  for (let i = 0; i < 6; i += 1) {
    await on.outbox.flush();
    await on.ripen();
  }
  assert.deepEqual(kinds(on.channel).sort(), ['progress', 'progress', 'summary', 'summary']);
  assert.equal((await on.delivery(run, 'summary')).state, 'unknown');
  assert.equal((await on.world.db.sql`select 1 from posts`).length, 0);
});

test('a question of which nobody knows whether it arrived is sent again for longer, but not without end', async () => {
  await using on = await stage();
  const { run } = await on.begin('refund 1042 500');
  on.channel.fail(...Array.from({ length: 20 }, () => ({ state: 'unknown' as const })));
  for (let i = 0; i < 8; i += 1) {
    await on.outbox.flush();
    await on.ripen();
  }
  assert.deepEqual(kinds(on.channel).sort(), ['progress', 'progress', ...Array.from({ length: 5 }, () => 'question')]);
  assert.equal((await on.delivery(run, await questionPurpose(on, run))).state, 'unknown');
});

test('while a channel says that it is not well, nothing that may have arrived is sent again', async () => {
  await using on = await stage();
  await on.begin('refund 1042 50');
  let isWell = false;
  on.channel.health = () => ({ ok: isWell, detail: 'cannot be reached' });
  on.channel.fail({ state: 'unknown', arrived: false }, { state: 'unknown', arrived: false });
  for (let i = 0; i < 8; i += 1) {
    await on.outbox.flush();
    await on.ripen();
  }
  assert.equal(on.channel.sends, 2, 'each was tried once');
  isWell = true;
  await on.outbox.flush();
  assert.deepEqual(kinds(on.channel), ['summary', 'progress']);
});

const questionPurpose = async ({ world }: Stage, run: string): Promise<string> =>
  `question:${(await world.desk.questions(run))[0]!.id}`;

test('a message that was given up is tried once more when what it shows has changed, and then never again', async () => {
  await using on = await stage();
  const { run, code } = await on.begin('refund 1042 500');
  const purpose = await questionPurpose(on, run);
  await on.world.db.sql`
    insert into deliveries (run_id, purpose, conversation, state, attempts, shows_seq)
    select run_id, purpose, conversation, 'unknown', 2, wants_seq from posts where purpose = ${purpose}`;
  await on.outbox.flush();
  assert.deepEqual(kinds(on.channel), ['progress']);
  await decide(on, run, code, 'reject');
  await on.world.db.sql`delete from posts where purpose <> ${purpose}`;
  on.channel.fail({ state: 'unknown' });
  await on.outbox.flush();
  assert.deepEqual(kinds(on.channel), ['progress', 'question']);
  assert.equal((await on.delivery(run, purpose)).attempts, 3);
  const sends = on.channel.sends;
  await on.world.db
    .sql`insert into posts (run_id, purpose, conversation, wants_seq) values (${run}, ${purpose}, ${room}, 999)`;
  await on.outbox.flush();
  assert.equal(on.channel.sends, sends);
});

test('an edit that may have arrived is simply repeated, on the same message', async () => {
  await using on = await stage();
  const { run, code } = await on.begin('refund 1042 500');
  await on.outbox.flush();
  const before = on.channel.in(room).length;
  await decide(on, run, code, 'approve');
  await on.world.db.sql`delete from posts where purpose <> 'progress'`;
  on.channel.fail(...Array.from({ length: 5 }, () => ({ state: 'unknown' as const, arrived: false })));
  for (let i = 0; i < 6; i += 1) {
    await on.outbox.flush();
    await on.ripen();
  }
  assert.equal(on.channel.in(room).length, before);
  const progress = on.channel.in(room).find(({ card }) => card.kind === 'progress')!;
  assert.equal(progress.card.lines.at(-1)!.text, 'Completed');
  assert.equal((await on.delivery(run, 'progress')).state, 'sent');
});

test('a sender that was killed while sending leaves a record, and the next one sends at most one copy', async () => {
  await using on = await stage();
  const { run } = await on.begin('refund 1042 500');
  await on.world.db.sql`
    insert into deliveries (run_id, purpose, conversation, state, attempts)
    select run_id, purpose, conversation, 'sending', 1 from posts`;
  await on.outbox.flush();
  assert.deepEqual(kinds(on.channel), ['question', 'progress']);
  assert.equal((await on.delivery(run, 'progress')).state, 'sent');
});

test('a message whose copy was being sent when the sender was killed is not sent a third time', async () => {
  await using on = await stage();
  const { run } = await on.begin('refund 1042 50');
  await on.world.db.sql`
    insert into deliveries (run_id, purpose, conversation, state, attempts)
    select run_id, purpose, conversation, 'sending', 2 from posts`;
  await on.outbox.flush();
  assert.equal(on.channel.sends, 0);
  assert.equal((await on.delivery(run, 'summary')).state, 'unknown');
});

test('a channel that throws counts as one that may have sent', async () => {
  await using on = await stage();
  const { run } = await on.begin('refund 1042 50');
  on.channel.fail({ state: 'throw' });
  await on.outbox.flush();
  assert.equal((await on.delivery(run, 'summary')).state, 'unknown');
  assert.equal((await on.delivery(run, 'progress')).state, 'sent');
});

test('an address that is gone is never tried again, and the run goes on', async () => {
  await using on = await stage();
  const { run, code } = await on.begin('refund 1042 500');
  on.channel.fail({ state: 'gone' }, { state: 'gone' });
  await on.outbox.flush();
  await decide(on, run, code, 'approve');
  await on.world.db.sql`delete from posts where purpose = 'summary'`;
  await on.outbox.flush();
  assert.equal(on.channel.sends, 2);
  assert.equal((await on.delivery(run, 'progress')).state, 'dead');
  assert.equal((await on.world.db.sql`select 1 from posts`).length, 0, 'wishes of the dead are dropped');
});

test('while one process sends for a channel no other does; when its lease is over, another takes over', async () => {
  await using on = await stage();
  await on.begin('refund 1042 50');
  await on.outbox.flush();
  await on.begin('refund 1043 50');
  const other = on.another(15_000);
  await other.flush();
  assert.equal(on.channel.sends, 2, 'the first one has the lease');
  await on.world.db.sql`update senders set lease_until = clock_timestamp()`;
  await other.flush();
  assert.equal(on.channel.sends, 4);
  const [row] = await on.world.db.sql`select epoch from senders`;
  assert.equal(row!.epoch, 2);
});

test('a process that waits for the lease takes over by itself when it expires', async () => {
  await using on = await stage();
  await on.begin('refund 1042 50');
  await on.another(400).flush();
  await on.begin('refund 1043 50');
  await on.another(400).flush();
  await on.channel.until(({ sends }) => sends === 4);
});

test('a sender that lost its lease while sending records nothing, and the next one repairs it', async () => {
  await using on = await stage();
  const { run } = await on.begin('refund 1042 50');
  const release = on.channel.hold();
  const flushed = on.outbox.flush();
  await on.channel.until(({ sends }) => sends === 1);
  const { sql } = on.world.db;
  await sql`update senders set lease_until = clock_timestamp() + interval '1 h', epoch = epoch + 1, holder = ${run}`;
  release();
  await flushed;
  assert.equal((await on.delivery(run, 'summary')).state, 'sending');
  await on.outbox.stop();
  await sql`update senders set lease_until = clock_timestamp()`;
  await on.another().flush();
  assert.equal((await on.delivery(run, 'summary')).state, 'sent');
  assert.equal(on.channel.in(room).filter(({ card }) => card.kind === 'summary').length, 2, 'one copy at most');
});

test('an edit that arrives after its lease, over what the next sender showed, is shown over once more', async () => {
  await using on = await stage();
  const { run, code } = await on.begin('refund 1042 500');
  await on.outbox.flush();
  await on.outbox.stop();
  // Its sends reach the platform late.
  const { promise: late, resolve: arrive } = Promise.withResolvers<void>();
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const send: MemoryChannel['send'] = async (post) => {
    begin();
    await late;
    return on.channel.send(post);
  };
  const definitions = createDefinitions(on.world.db.sql, on.world.registry.definitions);
  const slow = createOutbox({
    db: on.world.db,
    channels: [{ ...on.channel, send }],
    definitions,
    people: new Map(),
    log: silent,
  });
  await decide(on, run, code, 'approve');
  const { sql } = on.world.db;
  // The only wish is one that shows a run in the middle.
  await sql`delete from posts where purpose <> 'progress'`;
  const later = await sql`delete from journal where run_id = ${run} and seq > 4 returning *`;
  const flushed = slow.flush();
  await begun;
  await sql`insert into journal ${sql(later)}`;
  await sql`update senders set lease_until = clock_timestamp()`;
  const next = on.another();
  await next.flush();
  arrive();
  await flushed;
  await slow.stop();
  await next.flush();
  const [progress] = on.channel.in(room).filter(({ card }) => card.kind === 'progress');
  assert.deepEqual(progress!.card.lines.at(-1)?.text, 'Completed');
  assert.ok(progress!.cards.length >= 4, 'it was shown over and shown again');
});

test('a wish is not forgotten when its conversation becomes free in the middle of a look', async () => {
  await using on = await stage();
  const { run } = await on.begin('refund 1042 50');
  let gate = Promise.resolve();
  let looks = 0;
  const sql = new Proxy(on.world.db.sql, {
    apply: (target, self, args: unknown[]) => {
      const query = Reflect.apply(target as never, self, args) as Promise<unknown>;
      if (!String(args[0]).includes('useless')) return query;
      looks += 1;
      const until = gate;
      return (async () => {
        const rows = await query;
        await until;
        return rows;
      })();
    },
  });
  const outbox = on.another(15_000, { ...on.world.db, sql });
  const release = on.channel.hold();
  const flushed = outbox.flush();
  await on.channel.until(({ sends }) => sends === 1);
  const look = Promise.withResolvers<void>();
  gate = look.promise;
  const before = looks;
  outbox.poke();
  await eventually(() => looks > before);
  release();
  await eventually(async () => (await on.delivery(run, 'summary')).state === 'sent');
  await new Promise(setImmediate);
  look.resolve();
  await flushed;
  assert.deepEqual(kinds(on.channel), ['summary', 'progress']);
});

async function eventually(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('it did not come about');
    await new Promise(setImmediate);
  }
}

test('stop finishes the send in hand and lets another process send at once', async () => {
  await using on = await stage();
  const { run } = await on.begin('refund 1042 50');
  const release = on.channel.hold();
  on.outbox.poke();
  await on.channel.until(({ sends }) => sends === 1);
  const stopped = on.outbox.stop();
  release();
  await stopped;
  assert.equal(on.channel.sends, 1);
  assert.equal((await on.delivery(run, 'summary')).state, 'sent');
  await on.another().flush();
  assert.equal(on.channel.sends, 2);
});

test('a channel that hangs does not hold up another one', async () => {
  await using on = await stage();
  const second = createMemoryChannel('second');
  const definitions = createDefinitions(on.world.db.sql, on.world.registry.definitions);
  const outbox = createOutbox({
    db: on.world.db,
    channels: [on.channel, second],
    definitions,
    people: new Map(),
    log: silent,
  });
  await on.begin('refund 1 50');
  await on.begin('refund 2 50', 'second:room');
  const release = on.channel.hold();
  const flushed = outbox.flush();
  await second.until((channel) => channel.in('second:room').length === 2);
  release();
  await flushed;
  await outbox.stop();
});

test('a large answer is loaded for its card', async () => {
  await using on = await stage();
  on.shop.behave.set('pay', () => ({ payment: 'p'.repeat(20_000) }));
  await on.begin('refund 1042 50');
  await on.outbox.flush();
  const [summary] = on.channel.in(room);
  const fact = summary!.card.facts.find(({ label }) => label === 'payment')!;
  assert.equal(fact.text, `${'p'.repeat(300)}… 19,700 more characters`);
});
