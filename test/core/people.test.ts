import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Refusal } from '../../src/contracts/agent.ts';
import { gt } from '../../src/contracts/plan-builder.ts';
import { testDatabase } from '../support/database.ts';
import { begin, eventsOf, until } from '../support/follow.ts';
import { payRoute, type Silence } from '../support/paying.ts';
import { running } from '../support/running.ts';
import { anna, boris, createShop, createWorld, operator } from '../support/world.ts';

test('an edited amount within the rights of who edits it is paid without another question', async () => {
  await using at = await running();
  const run = await begin(at.world, 'refund 7 500');
  const { question } = await until(at.world, run, 'asked');
  const refused = await at.world.desk.vote(question.code, { actor: anna, verb: 'edit', value: { amount: -5 } });
  assert.equal(refused.result, 'invalid_value');
  const edited = await at.world.desk.vote(question.code, { actor: anna, verb: 'edit', value: { amount: 450 } });
  assert.equal(edited.result, 'decided');
  const finished = await until(at.world, run, 'finished');
  assert.equal(finished.status, 'completed');
  const paid = at.shop.ledger.filter(({ agent }) => agent === 'pay').map(({ input }) => input);
  assert.deepEqual(paid, [{ order: '7', amount: 450 }]);
});

test('an edit of the order makes the resource be looked at again', async () => {
  await using at = await running();
  const first = await begin(at.world, 'refund 8 50');
  await until(at.world, first, 'finished');
  const second = await begin(at.world, 'refund 9 500');
  const { question } = await until(at.world, second, 'asked');
  await at.world.desk.vote(question.code, { actor: anna, verb: 'edit', value: { order: '8' } });
  const again = await until(at.world, second, 'asked', { nth: 2 });
  assert.deepEqual(
    again.question.evidence.map(({ run }) => run),
    [first],
  );
  await at.world.desk.vote(again.question.code, { actor: anna, verb: 'reject' });
  assert.equal((await until(at.world, second, 'finished')).reason?.code, 'rejected');
  assert.equal(at.shop.effects('pay').length, 1);
});

test('what a task does not say is asked for, and the run goes on with the answer', async () => {
  await using at = await running();
  const run = await begin(at.world, 'refund 10', { person: 'carl', via: 'memory' });
  const { question } = await until(at.world, run, 'asked');
  assert.equal(question.kind, 'answer');
  const carl = { person: 'carl', via: 'memory' };
  const wrong = await at.world.desk.vote(question.code, { actor: carl, verb: 'answer', value: { amount: 'much' } });
  assert.deepEqual(wrong, {
    result: 'invalid_value',
    mismatches: [{ path: 'amount', expected: 'number', received: 'string' }],
  });
  await at.world.desk.vote(question.code, { actor: carl, verb: 'answer', value: { amount: 20 } });
  assert.equal((await until(at.world, run, 'finished')).status, 'completed');
});

test('an effect that may have happened is not repeated: a person says that it was done', async () => {
  await using at = await running();
  at.shop.behave.set('wire', () => {
    throw new Error('the line went dead');
  });
  const run = await begin(at.world, 'wire 1 50');
  const { question } = await until(at.world, run, 'asked');
  assert.equal(question.kind, 'uncertain');
  assert.equal(at.shop.ledger.length, 1);
  const value = { wire: 'seen in the statement' };
  await at.world.desk.vote(question.code, { actor: anna, verb: 'done', value });
  const finished = await until(at.world, run, 'finished');
  assert.equal(finished.status, 'completed');
  assert.deepEqual(finished.answer, { inline: { wire: 'seen in the statement' } });
  assert.equal(at.shop.ledger.length, 1);
});

test('a person who says that it was not done has it tried once more, with the same key', async () => {
  await using at = await running();
  let calls = 0;
  at.shop.behave.set('wire', () => {
    calls += 1;
    if (calls === 1) throw new Error('the line went dead');
    return { wire: 'w' };
  });
  const run = await begin(at.world, 'wire 1 50');
  const { question } = await until(at.world, run, 'asked');
  await at.world.desk.vote(question.code, { actor: anna, verb: 'retry' });
  assert.equal((await until(at.world, run, 'finished')).status, 'completed');
  assert.equal(at.shop.ledger.length, 2);
  assert.equal(at.shop.effects('wire').length, 1);
});

test('a person who stops an uncertain effect leaves it to people, and the report says so', async () => {
  await using at = await running();
  at.shop.behave.set('wire', () => {
    throw new Error('the line went dead');
  });
  const run = await begin(at.world, 'wire 1 50');
  const { question } = await until(at.world, run, 'asked');
  await at.world.desk.vote(question.code, { actor: anna, verb: 'stop' });
  const finished = await until(at.world, run, 'finished');
  assert.equal(finished.reason?.code, 'stopped');
  assert.deepEqual(finished.report?.needsPerson, ['wire']);
});

test('cancelling a waiting run withdraws its question, takes back what was done, and a late click is told so', async () => {
  await using at = await running();
  const run = await begin(at.world, 'refund 11 500');
  const { question } = await until(at.world, run, 'asked');
  assert.deepEqual(await at.world.desk.cancel(run, { person: 'carl', via: 'memory' }), { result: 'not_allowed' });
  assert.deepEqual(await at.world.desk.cancel(run, operator), { result: 'requested' });
  const finished = await until(at.world, run, 'finished');
  assert.equal(finished.status, 'cancelled');
  assert.deepEqual(finished.report?.undone, ['reserve']);
  const late = await at.world.desk.vote(question.code, { actor: anna, verb: 'approve' });
  assert.deepEqual(late, { result: 'already_decided', outcome: 'withdrawn', by: null });
  assert.deepEqual(await at.world.desk.cancel(run, operator), { result: 'already_over' });
  assert.equal(at.shop.effects('pay').length, 0);
});

test('cancelling aborts what only reads', async () => {
  await using at = await running();
  const begun = Promise.withResolvers<AbortSignal>();
  at.shop.behave.set('lookup', (_, { signal }) => {
    begun.resolve(signal);
    return new Promise(() => {});
  });
  const run = await begin(at.world, 'look 1 1');
  const signal = await begun.promise;
  await at.world.desk.cancel(run, operator);
  assert.equal((await until(at.world, run, 'finished')).status, 'cancelled');
  assert.equal(signal.aborted, true);
});

test('a refusal fails the step with the reason that the agent gave', async () => {
  await using at = await running();
  at.shop.behave.set('pay', () => {
    throw new Refusal('The bank is closed.');
  });
  const run = await begin(at.world, 'refund 12 50');
  const finished = await until(at.world, run, 'finished');
  assert.equal(finished.reason?.code, 'agent_refused');
  assert.equal(finished.reason?.said, 'The bank is closed.');
  assert.deepEqual(finished.report, { undone: ['reserve'], stands: [], needsPerson: [] });
});

test('a task that fits nothing is answered at once with what can be done here', async () => {
  await using at = await running();
  const run = await begin(at.world, 'sing me a song');
  const finished = await until(at.world, run, 'finished');
  assert.equal(finished.reason?.code, 'unroutable');
  assert.match(finished.reason?.message ?? '', /Refund an order/);
});

const terms = { deciders: { people: ['anna', 'boris'] }, expireAfterMs: 60_000, remindAfterMs: 20 };

function gated(quorum: number, silence: Silence = {}) {
  const shop = createShop();
  const route = payRoute(shop, [
    ({ input }) => ({ when: gt(input.amount, 1000), quorum: 2, ...terms, ...silence }),
    ({ input }) => ({ when: gt(input.amount, 10), quorum, ...terms, ...silence }),
  ]);
  return { shop, configuration: shop.configuration({ routes: [route] }) };
}

test('a quorum counts people, and is told how far it is', async () => {
  await using at = await running(gated(2));
  const run = await begin(at.world, 'pay 50');
  const { question } = await until(at.world, run, 'asked');
  const vote = (actor: typeof anna) => at.world.desk.vote(question.code, { actor, verb: 'approve' });
  assert.deepEqual(await vote(anna), { result: 'counted', votes: 1, quorum: 2 });
  assert.deepEqual(await vote({ ...anna, via: 'another channel' }), { result: 'already_voted' });
  assert.equal((await vote({ person: 'carl', via: 'memory' })).result, 'not_allowed');
  assert.equal((await vote(boris)).result, 'decided');
  assert.equal((await until(at.world, run, 'finished')).status, 'completed');
});

test('an edit that needs more people than its editor is asked anew', async () => {
  await using at = await running(gated(1));
  const run = await begin(at.world, 'pay 50');
  const { question } = await until(at.world, run, 'asked');
  await at.world.desk.vote(question.code, { actor: anna, verb: 'edit', value: { amount: 5000 } });
  const again = await until(at.world, run, 'asked', { nth: 2 });
  assert.equal(again.question.policy.quorum, 2);
  assert.deepEqual(again.question.subject?.input, { amount: 5000 });
  assert.deepEqual(at.shop.ledger, []);
  await at.world.desk.vote(again.question.code, { actor: anna, verb: 'approve' });
  await at.world.desk.vote(again.question.code, { actor: boris, verb: 'approve' });
  await until(at.world, run, 'finished');
  assert.deepEqual(
    at.shop.ledger.map(({ input }) => input),
    [5000],
  );
});

test('after a while the next tier may decide as well, and no sooner', async () => {
  // The second of them has no turn while this runs, however slowly it does.
  const tiers = [
    { afterMs: 300, deciders: { people: ['carl'] } },
    { afterMs: 3_600_000, deciders: { people: ['operator'] } },
  ];
  await using at = await running(gated(1, { tiers }));
  const run = await begin(at.world, 'pay 50', boris);
  const { question } = await until(at.world, run, 'asked');
  const vote = (person: string) =>
    at.world.desk.vote(question.code, { actor: { person, via: 'memory' }, verb: 'approve' });
  assert.equal((await vote('operator')).result, 'not_allowed');
  assert.equal((await until(at.world, run, 'raised')).tiers, 1);
  assert.equal((await vote('operator')).result, 'not_allowed');
  assert.equal((await vote('carl')).result, 'decided');
  assert.equal((await until(at.world, run, 'finished')).status, 'completed');
});

test('silence is reminded of, then expires, and is never a no', async () => {
  await using at = await running(gated(1, { expireAfterMs: 400 }));
  const run = await begin(at.world, 'pay 50');
  const finished = await until(at.world, run, 'finished');
  assert.equal(finished.reason?.code, 'expired');
  const types = (await eventsOf(at.world, run)).map(({ type }) => type);
  assert.ok(types.indexOf('reminded') < types.indexOf('decided'));
  const [row] = await at.world.db.sql`select status, decided_by from escalations`;
  assert.deepEqual({ ...row }, { status: 'expired', decided_by: null });
});

test('a stopping worker hands its runs back at once, and another one goes on', async () => {
  await using at = await running();
  const begun = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  at.shop.behave.set('lookup', async () => {
    begun.resolve();
    await release.promise;
    return { order: '1', total: 1 };
  });
  const run = await begin(at.world, 'look 1 1');
  await begun.promise;
  const stopping = at.world.stop();
  release.resolve();
  await stopping;
  const other = createWorld(at.database.url, at.shop);
  await other.start();
  const since = performance.now();
  assert.equal((await until(other, run, 'finished')).status, 'completed');
  assert.ok(performance.now() - since < 10_000, 'no lease had to end');
  assert.equal(at.shop.ledger.length, 1, 'what had ended was recorded');
  await other.stop();
});

test('a transport that breaks counts as an effect that may have happened, and is not called again', async () => {
  await using database = await testDatabase();
  const shop = createShop();
  let calls = 0;
  const world = createWorld(database.url, shop, {
    transporters: [
      {
        handles: () => true,
        call: () => {
          calls += 1;
          return Promise.reject(new Error('a defect'));
        },
      },
    ],
  });
  await world.start();
  const { question } = await until(world, await begin(world, 'wire 1 50'), 'asked');
  assert.equal(question.kind, 'uncertain');
  assert.equal(calls, 1);
  await world.stop();
});

test('only the very id of a run cancels it', async () => {
  await using at = await running();
  const run = await begin(at.world, 'refund 14 500');
  await until(at.world, run, 'asked');
  for (const part of ['%', run.slice(0, 8), `${run}' or 1=1`, '']) {
    assert.deepEqual(await at.world.desk.cancel(part, operator), { result: 'unknown_run' });
  }
  assert.deepEqual(
    (await at.world.desk.find(run.slice(-8))).map(({ id }) => id),
    [run],
  );
  assert.equal((await at.world.desk.find('%')).length, 0);
});
