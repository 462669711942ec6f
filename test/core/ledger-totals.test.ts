import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDatabase } from '../../src/core/store/database.ts';
import { type Grouping, groupings, readTotals, type TotalsQuery } from '../../src/core/store/ledger-totals.ts';
import { testDatabase } from '../support/database.ts';
import { type LedgerRow, writeLedger } from '../support/ledger-rows.ts';

async function ledger(rows: readonly Partial<LedgerRow>[]) {
  const database = await testDatabase();
  const db = openDatabase({ url: database.url });
  await writeLedger(db.sql, rows);
  return {
    sql: db.sql,
    totals: (query: Partial<TotalsQuery> = {}) => readTotals(db.sql, { by: [], ...query }),
    keys: async (by: Grouping, query: Partial<TotalsQuery> = {}) =>
      (await readTotals(db.sql, { by: [by], ...query })).map(({ key, tokens }) => [key, tokens]),
    [Symbol.asyncDispose]: async () => {
      await db.close();
      await database[Symbol.asyncDispose]();
    },
  };
}

test('an empty ledger adds up to nothing at all', async () => {
  await using at = await ledger([]);
  assert.deepEqual([...(await at.totals({ by: groupings }))], []);
});

test('each currency has its own sum, to the last micro-unit, and none is added to another', async () => {
  await using at = await ledger([
    { micros: 1_500_001 },
    { micros: 9_007_199_254_740_991 },
    { micros: 9_007_199_254_740_991 },
    { provider: 'gigachat', model: 'max', micros: 650_000_000, currency: 'RUB' },
  ]);
  const [all] = await at.totals();
  assert.deepEqual(all!.money, { USD: 18_014_398_510_981_983n, RUB: 650_000_000n });
  const byModel = await at.totals({ by: ['model'] });
  assert.deepEqual(
    byModel.map(({ by, key, money }) => [by, key, Object.keys(money)]),
    [
      ['model', 'openai big', ['USD']],
      ['model', 'gigachat max', ['RUB']],
      ['all', null, ['RUB', 'USD']],
    ],
  );
});

test('calls, failed calls, tokens, and calls at a price that nobody knows are counted', async () => {
  await using at = await ledger([
    {},
    { error: 'model_truncated' },
    { model: 'own', micros: null, currency: null },
    // It never reached the model: it cost nothing, which is not an unknown price.
    { error: 'model_unreachable', tokens: 0, cached: null, output: null, reasoning: null, micros: null },
    // Nobody knows whether it is billed.
    { state: 'unknown', error: 'timed_out', tokens: 5_000, cached: null, output: null, reasoning: null, micros: 7 },
    { purpose: 'agent', agent: 'shop.lookup@1', provider: null, model: null, tokens: 0, cached: null, micros: 40_000 },
    // Under way: it is counted once it has ended.
    { state: 'booked', tokens: 90_000, micros: 90_000_000 },
  ]);
  const [all] = await at.totals();
  assert.deepEqual(all, {
    by: 'all',
    key: null,
    calls: 6,
    failed: 3,
    tokens: 8_000,
    cached: 600,
    output: 1_200,
    reasoning: 400,
    money: { USD: 3_040_007n },
    unpriced: 1,
    unsure: 1,
  });
});

test('it is added up by whatever is asked for, the most tokens first and days in their order', async () => {
  await using at = await ledger([
    { route: 'supplier', day: '2026-11-19', agent: 'brief.extract@1', purpose: 'agent', tokens: 10 },
    { route: null, day: '2026-11-21', purpose: 'intake', tokens: 20 },
    { day: '2026-11-18', tokens: 30 },
  ]);
  assert.deepEqual(await at.keys('route'), [
    ['refund', 30],
    [null, 20],
    ['supplier', 10],
    [null, 60],
  ]);
  assert.deepEqual(await at.keys('agent'), [
    [null, 50],
    ['brief.extract@1', 10],
    [null, 60],
  ]);
  assert.deepEqual(await at.keys('day'), [
    ['2026-11-18', 30],
    ['2026-11-19', 10],
    ['2026-11-21', 20],
    [null, 60],
  ]);
  const all = await at.totals({ by: groupings });
  assert.deepEqual([...new Set(all.map(({ by }) => by))], [...groupings, 'all']);
});

test('days are those of UTC, whatever the session of the database thinks', async () => {
  await using at = await ledger([{ tokens: 1 }]);
  const [now] = await at.sql<{ utc: string }[]>`select (clock_timestamp() at time zone 'utc')::date::text as utc`;
  // What the table itself writes down, in a session that is a day ahead.
  await at.sql.begin(async (sql) => {
    await sql`set local time zone 'Pacific/Kiritimati'`;
    await sql`insert into ledger (id, run_id, epoch, state, purpose, tokens)
      values (gen_random_uuid(), gen_random_uuid(), 1, 'settled', 'plan', 2)`;
  });
  assert.deepEqual(await at.keys('day', { since: { days: 1 } }), [
    [now!.utc, 2],
    [null, 2],
  ]);
});

test('days count from the first to the last, and a run on its own', async () => {
  const run = '019a0000-0000-7000-8000-0000000000ff';
  await using at = await ledger([
    { day: '2026-11-18', tokens: 1 },
    { day: '2026-11-19', tokens: 2, run },
    { day: '2026-11-20', tokens: 4 },
  ]);
  const tokens = async (query: Partial<TotalsQuery>) => (await at.totals(query))[0]?.tokens ?? 0;
  assert.equal(await tokens({ since: '2026-11-19' }), 6);
  assert.equal(await tokens({ until: '2026-11-19' }), 3);
  assert.equal(await tokens({ since: '2026-11-19', until: '2026-11-19' }), 2);
  assert.equal(await tokens({ run }), 2);
  assert.equal(await tokens({ since: { days: 1 } }), 0);
});
