/** The refund to each of its ends, on real Postgres. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRefundAgents } from '../../processes/refund/agents.ts';
import { createRefundRoute } from '../../processes/refund/route.ts';
import { openShop, type Shop } from '../../processes/refund/shop.ts';
import { Refusal } from '../../src/contracts/agent.ts';
import type { Verb } from '../../src/contracts/escalation.ts';
import type { Json, JsonObject } from '../../src/contracts/json.ts';
import { books } from '../cli/command.ts';
import { testDatabase } from '../support/database.ts';
import { begin, until } from '../support/follow.ts';
import { anna, createShop, createWorld, operator } from '../support/world.ts';

const euros = (minor: number) => ({ minor, currency: 'EUR' });
const message = 'Refund order 1042, it arrived damaged';

/** The shop, spoiled; every agent is tried once. */
async function till(spoil: (shop: Shop) => Partial<Shop> = () => ({}), timeoutMs = 20_000) {
  const database = await testDatabase();
  const whole = openShop(database.url);
  const shop = { ...whole, ...spoil(whole) };
  const agents = createRefundAgents(shop);
  for (const { definition } of Object.values(agents)) Object.assign(definition, { retry: { attempts: 1 }, timeoutMs });
  const route = createRefundRoute(agents, { limit: euros(100_00), deciders: 'finance' });
  await whole.prepare();
  const configuration = { routes: [route], people: { operator: {}, anna: { roles: ['finance'] } } };
  const world = createWorld(database.url, createShop(), { configuration });
  await world.start();
  return {
    world,
    books: (order = '1042') => books(database.url, order),
    begin: (text = message) => begin(world, text),
    /** Anna's answer to the n-th question. */
    say: async (run: string, verb: Verb, { value, nth = 1 }: { value?: Json; nth?: number } = {}) => {
      const { question } = await until(world, run, 'asked', { nth });
      const { result } = await world.desk.vote(question.code, { actor: anna, verb, value });
      assert.equal(result, 'decided');
      return question;
    },
    end: (run: string) => until(world, run, 'finished'),
    [Symbol.asyncDispose]: async () => {
      await world.stop();
      await whole.close();
      await database[Symbol.asyncDispose]();
    },
  };
}

/** Does what it should from the second time on. */
const onceBroken = <T extends unknown[], R>(act: (...given: T) => Promise<R>) => {
  let times = 0;
  return async (...given: T): Promise<R> => {
    times += 1;
    if (times === 1) throw new Error('the line is down');
    return act(...given);
  };
};
const broken = async () => {
  throw new Error('the line is down');
};

test('approved, it is paid and the customer is told', async () => {
  await using at = await till();
  const run = await at.begin();
  await at.say(run, 'approve');
  assert.equal((await at.end(run)).status, 'completed');
  assert.deepEqual(await at.books(), { paid: [12_900], reservations: ['paid'], notes: 1 });
});

test('rejected, nothing is paid and the reservation is released', async () => {
  await using at = await till();
  const run = await at.begin();
  await at.say(run, 'reject');
  const end = await at.end(run);
  assert.deepEqual([end.status, end.reason?.code, end.report?.undone], ['failed', 'rejected', ['reserve']]);
  assert.deepEqual(await at.books(), { paid: [], reservations: ['released'], notes: 0 });
});

test('edited, what was edited is paid', async () => {
  await using at = await till();
  const run = await at.begin();
  await at.say(run, 'edit', { value: { amount: euros(50_00) } });
  assert.equal((await at.end(run)).status, 'completed');
  assert.deepEqual((await at.books()).paid, [5_000]);
});

test('without an order it asks for one, and goes on with the answer', async () => {
  await using at = await till();
  const run = await at.begin('I want a refund');
  await at.say(run, 'answer', { value: { order: '1044', reason: 'damaged' } });
  assert.equal((await at.end(run)).status, 'completed');
});

test('a look-up that failed is tried again when a person says so', async () => {
  await using at = await till(({ order }) => ({ order: onceBroken(order) }));
  const run = await at.begin();
  assert.equal((await at.say(run, 'retry')).kind, 'failure');
  await at.say(run, 'approve', { nth: 2 });
  assert.equal((await at.end(run)).status, 'completed');
});

test('a look-up that never ends is cut off at its time limit, and asked about', async () => {
  await using at = await till(() => ({ order: () => new Promise(() => {}) }), 100);
  const run = await at.begin();
  assert.equal((await at.say(run, 'stop')).error?.code, 'timed_out');
  assert.deepEqual(
    [(await at.end(run)).reason?.code, await at.books()],
    ['timed_out', { paid: [], reservations: [], notes: 0 }],
  );
});

test('what the order is can be given by a person when the shop cannot say', async () => {
  await using at = await till(({ order }) => {
    let times = 0;
    return {
      order: async (id) => {
        times += 1;
        return times === 1 ? broken() : order(id);
      },
    };
  });
  const run = await at.begin();
  const value = { order: '1042', customer: 'Ada', item: 'Lamp', boughtOn: '2026-01-01', total: euros(12_900) };
  await at.say(run, 'give', { value });
  const question = await at.say(run, 'approve', { nth: 2 });
  assert.deepEqual(question.subject && (question.subject.input as JsonObject).customer, 'Ada');
  assert.equal((await at.end(run)).status, 'completed');
});

test('a letter that the post does not take is left out when a person says so, and the refund stands', async () => {
  await using at = await till(() => ({
    note: async () => {
      throw new Refusal('later', 60_000);
    },
  }));
  const run = await at.begin();
  await at.say(run, 'approve');
  assert.equal((await at.say(run, 'skip', { nth: 2 })).kind, 'failure');
  assert.equal((await at.end(run)).status, 'completed');
  assert.deepEqual(await at.books(), { paid: [12_900], reservations: ['paid'], notes: 0 });
});

test('a letter of which nobody knows whether it was written can be stopped at, and the payment is told to stand', async () => {
  await using at = await till(() => ({ note: broken }));
  const run = await at.begin();
  await at.say(run, 'approve');
  assert.equal((await at.say(run, 'stop', { nth: 2 })).kind, 'uncertain');
  const { status, report } = await at.end(run);
  assert.deepEqual([status, report?.stands, report?.needsPerson], ['failed', ['pay'], ['note']]);
});

test('a payment of which nobody knows whether it happened is never made again without a person', async () => {
  await using at = await till(({ pay }) => ({
    pay: async (...given) => {
      await pay(...given);
      return broken();
    },
  }));
  const run = await at.begin();
  await at.say(run, 'approve');
  const question = await at.say(run, 'done', {
    nth: 2,
    value: { payment: 'by hand', paid: euros(12_900), text: '129.00 EUR' },
  });
  assert.equal(question.kind, 'uncertain');
  assert.equal((await at.end(run)).status, 'completed');
  assert.deepEqual((await at.books()).paid, [12_900]);
});

test('a reservation that cannot be released is left to a person', async () => {
  await using at = await till(() => ({ release: broken }));
  const run = await at.begin();
  await at.say(run, 'reject');
  const end = await at.end(run);
  assert.deepEqual([end.status, end.report?.needsPerson], ['failed', ['reserve']]);
});

for (const [where, event, ref] of [
  ['as soon as it was understood', 'received', undefined],
  ['while it reads', 'attempt_started', 'lookup'],
  ['while it sets the money aside', 'attempt_started', 'reserve'],
  ['while it waits for a person', 'asked', undefined],
] as const) {
  test(`cancelled ${where}, it ends as cancelled and nothing is left set aside`, async () => {
    await using at = await till();
    const run = await at.begin();
    await until(at.world, run, event, ref === undefined ? {} : { ref });
    assert.equal((await at.world.desk.cancel(run, operator)).result, 'requested');
    const { status } = await at.end(run);
    assert.equal(status, 'cancelled');
    const { paid, reservations } = await at.books();
    assert.deepEqual([paid, reservations.filter((one) => one !== 'released')], [[], []]);
  });
}

test('cancelled while it pays, the payment stands and is told as such; over, it cannot be cancelled', async () => {
  const paying = Promise.withResolvers<void>();
  const cancelled = Promise.withResolvers<void>();
  await using at = await till(({ pay }) => ({
    pay: async (...given) => {
      paying.resolve();
      await cancelled.promise;
      return pay(...given);
    },
  }));
  const run = await at.begin();
  await at.say(run, 'approve');
  await paying.promise;
  await at.world.desk.cancel(run, operator);
  // What is paid before the cancel is heard of has its letter written.
  await until(at.world, run, 'cancel_requested');
  cancelled.resolve();
  const end = await at.end(run);
  assert.deepEqual([end.status, end.report?.stands], ['cancelled', ['pay']]);
  assert.equal((await at.world.desk.cancel(run, operator)).result, 'already_over');
});
