import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRefundAgents } from '../../processes/refund/agents.ts';
import { createRefundRoute } from '../../processes/refund/route.ts';
import { openShop, type Shop, showMoney } from '../../processes/refund/shop.ts';
import { type Agent, type AttemptContext, Refusal } from '../../src/contracts/agent.ts';
import { createRegistry } from '../../src/core/registry.ts';
import { createRules } from '../../src/models/rules.ts';
import { testDatabase } from '../support/database.ts';
import { thinkingFor } from '../support/thinking.ts';

const context = (key: string): AttemptContext => ({
  run: 'r',
  step: 's',
  attempt: 1,
  key,
  signal: new AbortController().signal,
});

async function call<I, O>(agent: Agent<I, O>, input: I, key = 'k'): Promise<O> {
  const { definition } = agent;
  assert.ok('run' in definition);
  return definition.output.parse(await definition.run(definition.input.parse(input), context(key)));
}

async function world() {
  const database = await testDatabase();
  const shop = openShop(database.url);
  await shop.prepare();
  return {
    url: database.url,
    shop,
    ...createRefundAgents(shop),
    [Symbol.asyncDispose]: async () => {
      await shop.close();
      await database[Symbol.asyncDispose]();
    },
  };
}

const euros = (minor: number) => ({ minor, currency: 'EUR' });

test('the shop is set up by several processes at once, and once', async () => {
  await using database = await testDatabase();
  const shops: Shop[] = Array.from({ length: 4 }, () => openShop(database.url));
  await Promise.all(shops.map((shop) => shop.prepare()));
  await Promise.all(shops.map((shop) => shop.prepare()));
  const order = await shops[0]!.order('1042');
  assert.deepEqual(order?.total, euros(12_900));
  assert.equal(order?.ageDays, 5);
  await Promise.all(shops.map((shop) => shop.close()));
});

test('what the policy does not allow is refused', async () => {
  await using of = await world();
  assert.deepEqual(await call(of.policy, { order: '1042' }), { refundable: euros(12_900) });
  await assert.rejects(
    call(of.policy, { order: '1045' }),
    new Refusal('Order 1045 is 400 days old; refunds are granted for 30 days.'),
  );
  await assert.rejects(call(of.lookup, { order: '9' }), new Refusal('There is no order 9.'));
  const { reservation } = await call(of.reserve, { order: '1044', amount: euros(1_990) });
  const payment = { order: '1044', customer: 'A', amount: euros(1_990), reason: 'r', reservation };
  await call(of.pay, payment);
  await assert.rejects(call(of.policy, { order: '1044' }), new Refusal('Order 1044 has been refunded in full.'));
});

test('a payment with the same key is the same payment, however many ask for it at once', async () => {
  await using of = await world();
  const { reservation } = await call(of.reserve, { order: '1042', amount: euros(12_900) });
  const payment = { order: '1042', customer: 'A', amount: euros(4_000), reason: 'r', reservation };
  const paid = await Promise.all(Array.from({ length: 6 }, () => call(of.pay, payment, 'once')));
  assert.equal(new Set(paid.map((one) => one.payment)).size, 1);
  assert.equal(paid[0]?.text, '40.00 EUR');
  assert.deepEqual((await of.shop.order('1042'))?.refunded, euros(4_000));
});

test('no order is paid back twice, whatever keys and reservations there are', async () => {
  await using of = await world();
  const amount = euros(12_900);
  const keys = ['a', 'b', 'c', 'd'];
  const reservations = await Promise.all(keys.map((key) => call(of.reserve, { order: '1042', amount }, key)));
  const attempts = reservations.map((reserved, i) =>
    call(of.pay, { order: '1042', customer: 'A', amount, reason: 'r', ...reserved }, `pay ${i}`),
  );
  const ended = await Promise.allSettled(attempts);
  assert.equal(ended.filter(({ status }) => status === 'fulfilled').length, 1);
  for (const one of ended) if (one.status === 'rejected') assert.ok(one.reason instanceof Refusal);
  assert.deepEqual((await of.shop.order('1042'))?.refunded, amount);
});

test('what was released cannot be paid, and what was paid cannot be released', async () => {
  await using of = await world();
  const amount = euros(1_000);
  const first = await call(of.reserve, { order: '1042', amount }, 'a');
  assert.deepEqual(await call(of.reserve, { order: '1042', amount }, 'a'), first);
  for (const _ of [1, 2]) assert.deepEqual(await call(of.release, first), { status: 'released' });
  const payment = { order: '1042', customer: 'A', amount, reason: 'r' };
  await assert.rejects(call(of.pay, { ...payment, ...first }, 'p'), Refusal);
  const second = await call(of.reserve, { order: '1042', amount }, 'b');
  await call(of.pay, { ...payment, ...second }, 'p');
  assert.deepEqual(await call(of.release, second), { status: 'paid' });
});

test('the route holds as a whole, and understands both languages without guessing', async () => {
  const shop = openShop('postgres://nowhere');
  const route = createRefundRoute(createRefundAgents(shop), { limit: euros(10_000), deciders: 'finance' });
  const { routes } = createRegistry({ routes: [route], people: { operator: { roles: ['finance'] } } });
  const { data } = routes.get('refund')!;
  const view = { ...data, patterns: route.patterns, agents: [] };
  const fieldsOf = async (text: string) => {
    const { route: name, fields } = await createRules().understand({ text, routes: [view] }, thinkingFor());
    return name === null ? null : fields;
  };
  const both = (reason: string) => ({ order: '1042', reason });
  assert.deepEqual(await fieldsOf('Refund order 1042, it arrived damaged'), both('it arrived damaged'));
  assert.deepEqual(await fieldsOf('please refund the order #1042: too late'), both('too late'));
  assert.deepEqual(await fieldsOf('Refund 1042, too late'), both('too late'));
  assert.deepEqual(await fieldsOf('Верни деньги за заказ 1042, пришёл битым'), both('пришёл битым'));
  assert.deepEqual(await fieldsOf('Сделайте возврат по заказу № 1042: не подошёл'), both('не подошёл'));
  assert.deepEqual(await fieldsOf('refund order 1042'), { order: '1042' });
  assert.deepEqual(await fieldsOf('I want a refund of 100 euros'), {});
  assert.deepEqual(await fieldsOf('верните мне деньги'), {});
  assert.equal(await fieldsOf('Refunds are fun'), null);
  assert.equal(await fieldsOf('поверните налево'), null);
});

test('money is shown with the digits of its currency', () => {
  assert.equal(showMoney(euros(12_905)), '129.05 EUR');
  assert.equal(showMoney({ minor: 500, currency: 'JPY' }), '500 JPY');
});
