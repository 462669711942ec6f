/** What Postgres itself must refuse, raced and repeated: fences, guards, decisions, signals, resources. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { v7 as uuid } from 'uuid';
import type { Evidence, VoteAnswer } from '../../src/contracts/escalation.ts';
import type { Event, EventOf } from '../../src/contracts/event.ts';
import { eventOf } from '../../src/core/arrivals.ts';
import type { Change, Outcome } from '../../src/core/change.ts';
import type { Orchestrator } from '../../src/core/orchestrator.ts';
import { commitChanges } from '../../src/core/store/commit.ts';
import { type Database, openDatabase } from '../../src/core/store/database.ts';
import { closeQuestion } from '../../src/core/store/escalations.ts';
import { beginRun, keepMessage } from '../../src/core/store/inbox.ts';
import { holdResource } from '../../src/core/store/reservations.ts';
import { type Claimed, claimRuns, readJournal, unreadSignals } from '../../src/core/store/runs.ts';
import { signalRun } from '../../src/core/store/signals.ts';
import { changeWith } from '../support/change.ts';
import { testDatabase } from '../support/database.ts';
import { ended, questionOf } from '../support/journal.ts';
import { anna, boris, createShop, createWorld, operator, type Shop } from '../support/world.ts';

const aTask = { text: 'refund 7', requester: operator, conversation: null };

async function newRun(db: Database, key: string = uuid()): Promise<string> {
  await keepMessage(db.sql, { source: 'test', key, body: {} });
  return beginRun(db.sql, 'test', key, aTask, false);
}

const changeOf = ({ run, epoch }: Pick<Claimed, 'run' | 'epoch'>, seq: number, more: Partial<Change> = {}): Change =>
  changeWith(run, ended('pay', 'refused'), { epoch, seq, ...more });

const commit = async (db: Database, change: Change): Promise<Outcome | null> =>
  (await commitChanges(db.sql, [change]))[0]!;
const claim = async (db: Database, leaseMs = 60_000): Promise<Claimed> =>
  (await claimRuns(db.sql, 1n, leaseMs, 1)).claimed[0]!;
const wholeOf = (more: Partial<Change> = {}) => ({ questions: [questionOf({ id: uuid() })], ...more });

for (const [name, more] of [
  ['a plain change', {}],
  ['a change with a question', wholeOf()],
] as const) {
  test(`${name} of a writer that has lost the run leaves no trace`, async () => {
    await using database = await testDatabase();
    await using db = disposable(openDatabase({ url: database.url }));
    await newRun(db);
    const old = await claim(db, 0);
    const owner = await claim(db);
    assert.equal(owner.epoch, old.epoch + 1);
    assert.deepEqual(await commit(db, changeOf(old, 2, more)), { state: 'lost' });
    assert.equal((await readJournal(db.sql, old.run)).length, 1);
    assert.equal((await commit(db, changeOf(owner, 2, more)))?.state, 'committed');
  });

  test(`${name} that is sent again after a broken connection happened once and is a success`, async () => {
    await using database = await testDatabase();
    await using db = disposable(openDatabase({ url: database.url }));
    await newRun(db);
    const change = changeOf(await claim(db), 2, more);
    assert.equal((await commit(db, change))?.state, 'committed');
    assert.equal((await commit(db, change))?.state, 'committed');
    assert.equal((await readJournal(db.sql, change.run)).length, 2);
    assert.deepEqual(await commit(db, { ...change, commit: uuid() }), { state: 'lost' });
  });
}

test('a lease is given back only when no signal is unread', async () => {
  await using database = await testDatabase();
  await using db = disposable(openDatabase({ url: database.url }));
  const run = await newRun(db);
  const mine = await claim(db);
  await signalRun(db, run, { kind: 'cancel', by: null });
  const outcome = await commit(db, changeOf(mine, 2, { release: { wakeAt: null } }));
  assert.ok(outcome?.state === 'committed');
  assert.equal(outcome.released, false);
  assert.deepEqual(
    outcome.signals.map(({ data }) => data.kind),
    ['cancel'],
  );
  const [signal] = outcome.signals;
  const folding = { events: [eventOf(signal!)], signals: [signal!.id], folded: 1, release: { wakeAt: null } };
  assert.deepEqual(await commit(db, changeOf(mine, 3, folding)), { state: 'committed', released: true, signals: [] });
  assert.deepEqual(await unreadSignals(db.sql, run), []);
  assert.equal((await claimRuns(db.sql, 1n, 1_000, 1)).claimed.length, 0);
});

test('a signal that is raised while leases are given back is folded, and folded once', async () => {
  await using database = await testDatabase();
  await using writers = disposable(openDatabase({ url: database.url }));
  await using others = disposable(openDatabase({ url: database.url }));
  const runs = await Promise.all(Array.from({ length: 40 }, () => newRun(writers)));
  const perRun = 30;
  let raising = true;
  const raise = Promise.all(
    runs.map(async (run, i) => {
      for (let n = 0; n < perRun; n += 1) {
        await signalRun(i % 2 === 0 ? others : writers, run, { kind: 'cancel', by: null });
      }
    }),
  ).finally(() => {
    raising = false;
  });
  const folded: string[] = [];
  /** As the driver does it: fold what is unread, try to let go, and go on while that is refused. */
  const drive = async (claimed: Claimed) => {
    let unread = claimed.signals;
    let seq = claimed.entries.at(-1)!.seq;
    let count = claimed.entries.flatMap(({ events }) => events).filter((event) => 'signal' in event).length;
    for (;;) {
      count += unread.length;
      const signals = unread.map(({ id }) => id);
      const events = unread.map(eventOf);
      const change = changeOf(claimed, seq + 1, { events, signals, folded: count, release: { wakeAt: null } });
      let outcome = await commit(writers, change);
      while (outcome === null) outcome = await commit(writers, change);
      assert.ok(outcome.state === 'committed');
      if (events.length > 0) seq += 1;
      folded.push(...signals);
      if (outcome.released) return;
      unread = outcome.signals.length > 0 ? outcome.signals : await unreadSignals(writers.sql, claimed.run);
    }
  };
  for (let idle = 0; idle < 3; ) {
    const { claimed } = await claimRuns(writers.sql, 1n, 60_000, 16);
    await Promise.all(claimed.map(drive));
    idle = claimed.length === 0 && !raising ? idle + 1 : 0;
  }
  await raise;
  assert.equal(folded.length, runs.length * perRun, 'no signal is missed');
  assert.equal(new Set(folded).size, folded.length, 'no signal is folded twice');
});

test('a resource that another run has in hand, or touched a while ago, is not taken', async () => {
  await using database = await testDatabase();
  await using db = disposable(openDatabase({ url: database.url }));
  const [one, two] = [await newRun(db), await newRun(db)];
  const hold = (run: string, more: { seen?: Evidence[]; windowMs?: number; ref?: string; epoch?: number } = {}) =>
    holdResource(db.sql, {
      run,
      epoch: 0,
      ref: 'pay',
      agent: 'pay',
      resource: 'order:7',
      windowMs: 60_000,
      seen: [],
      ...more,
    });
  assert.deepEqual(await hold(one), []);
  assert.deepEqual(await hold(one), [], 'again by the same step');
  const inHand = [{ run: one, step: 'pay', state: 'in_hand' }];
  const brief = (evidence: Awaited<ReturnType<typeof hold>>) =>
    evidence === 'lost' ? evidence : evidence.map(({ run, step, state }) => ({ run, step, state }));
  const first = await hold(two);
  assert.deepEqual(brief(first), inHand);
  const seenInHand = first === 'lost' ? [] : first;
  assert.deepEqual(brief(await hold(two, { seen: seenInHand })), inHand, 'whoever was allowed waits too');
  await db.sql`update reservations set state = 'done' where run_id = ${one}`;
  const done = await hold(two, { seen: seenInHand });
  assert.deepEqual(brief(done), [{ run: one, step: 'pay', state: 'done' }], 'what has happened since was not seen');
  assert.deepEqual(await hold(two, { windowMs: 0 }), [], 'after the window');
  await db.sql`update reservations set state = 'void' where run_id = ${two}`;
  const seen = done === 'lost' ? [] : done;
  assert.deepEqual(await hold(two, { seen }), [], 'a person saw it and allowed this one');
  await db.sql`update runs set epoch = 1 where id = ${two}`;
  assert.equal(await hold(two, { seen }), 'lost', 'a writer that lost the run takes nothing');
});

test('of a decision and an expiry at the same instant one counts, and the run hears one', async () => {
  await using database = await testDatabase();
  await using one = await processOf(database.url, createShop(), false);
  await using two = await processOf(database.url, createShop(), false);
  for (let round = 0; round < 10; round += 1) {
    const run = await newRun(one.world.db);
    const question = questionOf({ id: uuid(), code: `code-${round}`, definition: routeDigest(one.world) });
    const whole = { ...question, subject: { ...question.subject!, contract: contractDigest(one.world) } };
    assert.equal(
      (await commit(one.world.db, changeOf(await claim(one.world.db), 2, { questions: [whole] })))?.state,
      'committed',
    );
    const [answer, expired] = await Promise.all([
      one.world.desk.vote(question.code, { actor: anna, verb: 'approve' }),
      closeQuestion(two.world.db, run, question.id, 'expired'),
    ]);
    assert.equal(expired, answer.result !== 'decided');
    assert.equal(await closeQuestion(two.world.db, run, question.id, 'withdrawn'), false);
    const signals = await unreadSignals(one.world.db.sql, run);
    assert.equal(signals.length, 1);
    const outcome = signals[0]!.data.kind === 'decided' && signals[0]!.data.decision.outcome;
    assert.equal(outcome, expired ? 'expired' : 'approve');
  }
});

test('an approval whose row was changed after the decision starts nothing, and is asked anew', async () => {
  await using database = await testDatabase();
  const shop = createShop();
  const first = await processOf(database.url, shop);
  const run = await begin(first.world, 'refund 1042 500');
  const { question } = await until(first.world, run, 'asked');
  await first[Symbol.asyncDispose]();
  await using client = await processOf(database.url, shop, false);
  const approve = (code: string) => client.world.desk.vote(code, { actor: anna, verb: 'approve' });
  assert.equal((await approve(question.code)).result, 'decided');
  await client.world.db.sql`update escalations set authorises = 'swapped' where id = ${question.id}`;
  await using second = await processOf(database.url, shop);
  const { escalation } = await until(second.world, run, 'voided');
  assert.equal(escalation, question.id);
  assert.equal(shop.effects('pay').length, 0);
  const again = await until(second.world, run, 'asked', ({ question: { id } }) => id !== question.id);
  assert.equal((await approve(again.question.code)).result, 'decided');
  assert.equal((await until(second.world, run, 'finished')).status, 'completed');
  assert.equal(shop.effects('pay').length, 1);
});

test('a quorum of two is closed by two votes at the same instant, and by neither alone', async () => {
  await using database = await testDatabase();
  const shop = createShop();
  shop.routes.find(({ name }) => name === 'refund')!.data.approvals![0]!.quorum = 2;
  await using one = await processOf(database.url, shop);
  await using two = await processOf(database.url, shop, false);
  for (let round = 0; round < 5; round += 1) {
    const run = await begin(one.world, `refund 10${round} 500`);
    const { code } = (await until(one.world, run, 'asked')).question;
    const answers = await Promise.all([
      one.world.desk.vote(code, { actor: anna, verb: 'approve' }),
      two.world.desk.vote(code, { actor: anna, verb: 'approve' }),
      two.world.desk.vote(code, { actor: boris, verb: 'approve' }),
    ]);
    const results = answers.map(({ result }) => result).sort();
    assert.ok(results.includes('decided') && results.includes('counted'), results.join());
    assert.equal((await until(one.world, run, 'finished')).status, 'completed');
    assert.equal(shop.effects('pay').length, round + 1);
  }
});

test('of fifty decisions at once from four processes one counts, and each voter is told the truth', async () => {
  await using database = await testDatabase();
  const shop = createShop();
  await using one = await processOf(database.url, shop);
  await using two = await processOf(database.url, shop, false);
  await using three = await processOf(database.url, shop, false);
  await using four = await processOf(database.url, shop, false);
  const desks = [one, two, three, four].map(({ world }) => world.desk);
  for (const verbs of [['approve'], ['approve', 'reject']] as const) {
    const before = shop.effects('pay').length;
    const run = await begin(one.world, `refund 20${verbs.length} 500`);
    const { code } = (await until(one.world, run, 'asked')).question;
    const ballots = Array.from({ length: 50 }, (_, i) => ({
      actor: [anna, boris, operator][i % 3]!,
      verb: verbs[i % verbs.length]!,
    }));
    const answers = await Promise.all(ballots.map((ballot, i) => desks[i % 4]!.vote(code, ballot)));
    const winner = answers.findIndex(({ result }) => result === 'decided');
    const { actor, verb } = ballots[winner]!;
    const told = { result: 'already_decided', outcome: verb, by: actor.person } satisfies VoteAnswer;
    assert.deepEqual(answers.toSpliced(winner, 1), Array(49).fill(told));
    const { status } = await until(one.world, run, 'finished');
    assert.equal(status, verb === 'approve' ? 'completed' : 'failed');
    assert.equal(shop.effects('pay').length - before, verb === 'approve' ? 1 : 0);
  }
});

test('the same submission four times at once to two processes is one run', async () => {
  await using database = await testDatabase();
  const shop = createShop();
  await using one = await processOf(database.url, shop);
  await using two = await processOf(database.url, shop);
  for (let round = 0; round < 5; round += 1) {
    const submit = ({ world }: typeof one) => begin(world, `refund 30${round} 50`, `message ${round}`);
    const runs = await Promise.all([one, two, one, two].map(submit));
    assert.equal(new Set(runs).size, 1);
    assert.equal((await until(one.world, runs[0]!, 'finished')).status, 'completed');
    assert.equal(shop.effects('pay').length, round + 1);
  }
  assert.equal((await one.world.desk.runs(100)).length, 5);
});

test('the same refund in two messages is paid once, and the second question carries the evidence', async () => {
  await using database = await testDatabase();
  const shop = createShop();
  await using one = await processOf(database.url, shop);
  await using two = await processOf(database.url, shop);
  const runs = await Promise.all([begin(one.world, 'refund 7 50', 'first'), begin(two.world, 'refund 7 50', 'second')]);
  const asked = await Promise.any(
    runs.map((run) => until(one.world, run, 'asked').then(({ question }) => ({ run, question }))),
  );
  const other = runs.find((run) => run !== asked.run)!;
  assert.deepEqual(
    asked.question.evidence.map(({ run, step }) => ({ run, step })),
    [{ run: other, step: 'pay' }],
  );
  await two.world.desk.vote(asked.question.code, { actor: anna, verb: 'reject' });
  assert.equal((await until(one.world, asked.run, 'finished')).status, 'failed');
  assert.equal((await until(one.world, other, 'finished')).status, 'completed');
  assert.equal(shop.effects('pay').length, 1);
});

test('an answer with characters that Postgres refuses is kept without them', async () => {
  await using database = await testDatabase();
  const shop = createShop();
  shop.behave.set('lookup', () => ({ order: 'a\u0000b\ud800c', total: 7 }));
  await using one = await processOf(database.url, shop);
  const run = await begin(one.world, 'look 7 50\u0000');
  assert.equal((await until(one.world, run, 'finished')).status, 'completed');
  const { output } = await until(one.world, run, 'attempt_ended');
  assert.deepEqual(output, { inline: { order: 'a\ufffdb\ufffdc', total: 7 } });
  assert.equal(await begin(one.world, 'look 7 50\u0000'), run, 'a message is known by its key, cleaned too');
  const answer = await one.world.desk.vote('aaaa\u0000', { actor: anna, verb: 'approve' });
  assert.deepEqual(answer, { result: 'unknown_question' });
});

test('an answer that breaks its contract is an error at its step, and goes no further', async () => {
  await using database = await testDatabase();
  const shop = createShop();
  shop.behave.set('lookup', () => ({ order: 7, total: 7 }));
  await using one = await processOf(database.url, shop);
  const run = await begin(one.world, 'refund 7 50');
  const { status, reason } = await until(one.world, run, 'finished');
  assert.equal(status, 'failed');
  assert.equal(reason?.code, 'contract_violation');
  assert.equal(reason.side, 'output');
  assert.equal(shop.effects('reserve').length, 0);
});

const begin = (world: Orchestrator, text: string, key = text): Promise<string> =>
  world.desk.submit({ source: 'test', key, task: { text, requester: operator, conversation: null } });

async function until<T extends Event['type']>(
  world: Orchestrator,
  run: string,
  type: T,
  suits: (event: EventOf<T>) => boolean = () => true,
): Promise<EventOf<T>> {
  for await (const { events } of world.desk.follow(run)) {
    for (const event of events) if (event.type === type && suits(event as EventOf<T>)) return event as EventOf<T>;
  }
  throw new Error(`run ${run} ended without ${type}`);
}

const disposable = (db: Database) => ({ ...db, [Symbol.asyncDispose]: () => db.close() });

/** A process of its own pools; one that does not work only votes, submits and looks. */
async function processOf(url: string, shop: Shop, works = true) {
  const world = createWorld(url, shop);
  if (works) await world.start();
  return { world, [Symbol.asyncDispose]: () => (works ? world.stop() : world.db.close()) };
}

const routeDigest = ({ registry }: Orchestrator): string => registry.routes.get('refund')!.digest;
const contractDigest = ({ registry }: Orchestrator): string => registry.agents.get('shop.pay@1')!.digest;
