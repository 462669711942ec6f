/** What an estimate begins with: the configuration's prices, the tiers' models, and the ledger once it knows enough. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BatonError } from '../../src/contracts/error.ts';
import { assumptions } from '../../src/core/estimate/assumptions.ts';
import { type Basis, inputOf } from '../../src/core/estimate/basis.ts';
import { estimate } from '../../src/core/estimate/estimate.ts';
import { statements } from '../../src/core/estimate/statements.ts';
import { estimateTable } from '../../src/core/estimate/table.ts';
import { createRegistry } from '../../src/core/registry.ts';
import type { TaskUse } from '../../src/core/store/task-use.ts';
import { priceTables } from '../../src/models/prices/tables.ts';
import { createShop } from '../support/world.ts';

const load = { tasksPerDay: 200, stepsPerTask: 5, date: '2026-11-25' };
const basis = (more: Partial<Basis> = {}): Basis => ({
  tables: priceTables,
  definition: {},
  models: {},
  use: null,
  ...more,
});
const prices = priceTables.flatMap((table) => table.prices);
const made = (more: Partial<Basis>) => estimate(inputOf(load, basis(more)), prices);

const use = (runs: number): TaskUse => ({
  runs,
  since: runs === 0 ? null : '2026-11-01',
  today: '2026-11-25',
  calls: 2 * runs,
  failed: 0,
  questions: 3 * runs,
  parts: [
    {
      part: 'steps',
      tier: 'strong',
      cached: 0.5,
      input: { low: 9, mean: 10.5, high: 9.5 },
      output: { low: 1, mean: 1, high: 1 },
    },
  ],
});

test('twenty runs are measured, nineteen are not, which is said', () => {
  assert.equal(inputOf(load, basis({ use: use(20) })).measured?.runs, 20);
  const few = made({ use: use(19) });
  assert.equal(few.input.measured, null);
  assert.match(estimateTable(few).join('\n'), /ledger has 19 runs of the last 30 days.*it takes\s20/s);
  assert.equal(inputOf(load, basis({ use: use(0) })).measured, null);
});

test('what is measured counts by its tier; a mean beyond the ninetieth is the high end too', () => {
  const { lines, parts, providers, escalations } = made({ use: use(20) });
  assert.deepEqual(
    lines.map(({ part, tier }) => [part, tier]),
    [['steps', 'strong']],
  );
  // 6,000 tasks of 5 steps.
  assert.deepEqual(parts.steps.input, { low: 270_000n, expected: 315_000n, high: 315_000n });
  assert.equal(parts.steps.cachedInput.expected, 157_500n);
  assert.equal(parts.intake.input.expected, 0n);
  assert.equal(providers[0]!.parts[0]!.model, priceTables[0]!.models.strong);
  // Three questions a task, of three minutes each.
  assert.equal(escalations.seconds.expected, 6_000n * 3n * 3n * 60n);
});

test('the configuration prices people, support and development, and says how long a question takes', () => {
  const rub = (amount: number) => ({ amount, currency: 'RUB' });
  const definition = { minute: rub(12.5), minutesPerEscalation: 4, support: rub(30_000), development: rub(400_000) };
  const given = made({ definition: { ...definition, rate: 100 } });
  const [dollars, roubles] = given.providers;
  assert.equal(given.escalations.seconds.expected, (6_000n * 15n * 4n * 60n) / 100n);
  assert.deepEqual([roubles!.people!.expected, dollars!.people!.expected], [45_000_000_000n, 450_000_000n]);
  assert.deepEqual([dollars!.support, dollars!.development], [300_000_000n, 4_000_000_000n]);
  assert.match(statements(given.input).at(-1)!.source, /the configuration/);
  // Nobody said how many roubles a dollar is: for dollars it is left out, and that is told.
  const without = made({ definition });
  assert.deepEqual([without.providers[0]!.people, without.providers[0]!.month], [null, without.providers[0]!.tokens]);
  assert.equal(without.providers[1]!.support, 30_000_000_000n);
  assert.match(estimateTable(without).join('\n'), /Left out for openai: what is priced in another currency/);
});

test('the models are those of the tiers: the tables’ own, and what the configuration chooses of a provider', () => {
  const models = (given: Basis['models']) => inputOf(load, basis({ models: given })).providers.map((one) => one.models);
  assert.deepEqual(
    models({}),
    priceTables.map((table) => table.models),
  );
  const [first, second] = models({ strong: { provider: 'openai', model: 'gpt-5.5' }, mid: { provider: 'gigachat' } });
  assert.deepEqual([first, second], [{ ...priceTables[0]!.models, strong: 'gpt-5.5' }, priceTables[1]!.models]);
});

test('prices that do not hold are told with their place, before anything runs', () => {
  const shop = createShop();
  const estimated = { minute: { amount: -1, currency: 'roubles' }, rates: 3 } as never;
  assert.throws(
    () => createRegistry(shop.configuration({ estimate: estimated })),
    (error: BatonError) => {
      assert.ok(error instanceof BatonError);
      assert.deepEqual(error.problems?.map(({ code, path }) => [code, path]).sort(), [
        ['estimate_invalid', 'estimate'],
        ['estimate_invalid', 'estimate.minute.amount'],
        ['estimate_invalid', 'estimate.minute.currency'],
      ]);
      return true;
    },
  );
  assert.deepEqual(assumptions.minutesEach, { low: 1, expected: 3, high: 10 });
});
