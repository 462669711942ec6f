import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openDatabase } from '../../src/core/store/database.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { writeLedger } from '../support/ledger-rows.ts';
import { baton } from './command.ts';

let database: TestDatabase;
before(async () => {
  database = await testDatabase();
});
after(() => database[Symbol.asyncDispose]());
const cost = (...line: string[]) => baton(database.url, ['cost', ...line]);

test('without a call it says that there was none', async () => {
  const { code, out, err } = await cost();
  assert.deepEqual([code, out, err], [0, 'Nothing: no model was asked, and no agent with a price was called.\n', '']);
});

test('what was taken stands in a table each by route, agent, model and day', async () => {
  const { out: ran } = await baton(database.url, [
    'run',
    'Refund order 1042, it arrived damaged',
    '--decide',
    'approve',
  ]);
  const run = /^Run (\S+)/.exec(ran)![1]!;
  const db = openDatabase({ url: database.url });
  await writeLedger(db.sql, [
    { run },
    { run, day: '2026-11-21', purpose: 'agent', agent: 'shop.price@1', model: 'own', micros: null, currency: null },
    { route: 'supplier', provider: 'gigachat', model: 'max', micros: 650_000, currency: 'RUB', error: 'model_refused' },
    {
      route: null,
      state: 'unknown',
      tokens: 4_321_000,
      cached: null,
      output: null,
      reasoning: null,
      error: 'timed_out',
    },
  ]);
  await db.close();
  const { code, out, err } = await cost();
  assert.deepEqual([code, err], [0, '']);
  const shown = `route         calls  failed     tokens  cached  output  reasoning   RUB   USD  n/a
–                 1       1  4,321,000       0       0          0     –  1.50    –
refund            2       0      2,000     400     600        200     –  1.50    1
supplier          1       1      1,000     200     300        100  0.65     –    –
in all            4       2  4,324,000     600     900        300  0.65  3.00    1

agent         calls  failed     tokens  cached  output  reasoning   RUB   USD  n/a
–                 3       2  4,323,000     400     600        200  0.65  3.00    –
shop.price@1      1       0      1,000     200     300        100     –     –    1
in all            4       2  4,324,000     600     900        300  0.65  3.00    1

model         calls  failed     tokens  cached  output  reasoning   RUB   USD  n/a
openai big        2       1  4,322,000     200     300        100     –  3.00    –
gigachat max      1       1      1,000     200     300        100  0.65     –    –
openai own        1       0      1,000     200     300        100     –     –    1
in all            4       2  4,324,000     600     900        300  0.65  3.00    1

day           calls  failed     tokens  cached  output  reasoning   RUB   USD  n/a
2026-11-20        3       2  4,323,000     400     600        200  0.65  3.00    –
2026-11-21        1       0      1,000     200     300        100     –     –    1
in all            4       2  4,324,000     600     900        300  0.65  3.00    1

n/a: 1 call has a price that nobody knows; no sum of money has it.
1 call was not heard of again: the most that can be billed is in the sums.
`;
  assert.equal(out, shown);
  const one = await cost(run.slice(-8), '--by', 'purpose');
  assert.equal(
    one.out,
    `purpose  calls  failed  tokens  cached  output  reasoning   USD  n/a
agent        1       0   1,000     200     300        100     –    1
plan         1       0   1,000     200     300        100  1.50    –
in all       2       0   2,000     400     600        200  1.50    1

n/a: 1 call has a price that nobody knows; no sum of money has it.
`,
  );
});

test('for programs it is an object a line with exact money, for spreadsheets rows', async () => {
  const json = await cost('--by', 'day', '--since', '2026-11-21', '--json');
  const counted = { calls: 1, failed: 0, tokens: 1_000, cached: 200, output: 300, reasoning: 100 };
  const rest = { ...counted, unpriced: 1, unsure: 0, money: {} };
  assert.deepEqual(
    json.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
    [
      { by: 'day', key: '2026-11-21', ...rest },
      { by: 'all', key: null, ...rest },
    ],
  );
  const { out } = await cost('--by', 'model', '--until', '2026-11-20', '--csv');
  assert.deepEqual(out.trim().split('\n'), [
    'by,key,calls,failed,tokens,cached,output,reasoning,unpriced,unsure,RUB,USD',
    'model,openai big,2,1,4322000,200,300,100,0,1,,3.000000',
    'model,gigachat max,1,1,1000,200,300,100,0,0,0.650000,',
    'all,,3,2,4323000,400,600,200,0,1,0.650000,3.000000',
  ]);
});

test('mistakes are all told at once, each by its flag', async () => {
  const { code, out, err } = await cost(
    '--by',
    'rote,day',
    '--since',
    '2026-02-30',
    '--until',
    'today',
    '--json',
    '--csv',
  );
  assert.deepEqual([code, out], [2, '']);
  for (const line of [
    /--by: rote is nothing to add up by; did you mean route\?/,
    /--since: must be a day, as in 2026-11-01, or the last days, as in 7d/,
    /--until: must be a day, as in 2026-11-01/,
    /--csv: is another form than --json/,
  ])
    assert.match(err, line);
  assert.match((await cost('--since', '2026-11-02', '--until', '2026-11-01')).err, /--until: lies before --since/);
  assert.match((await cost('--since', '0d')).err, /--since: must be a day at least/);
  assert.match((await cost('dead-beef')).err, /dead-beef: is no run/);
  const { out: help } = await cost('--help');
  assert.match(help, /cost \[run\] \[flags\]/);
});
