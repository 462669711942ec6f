import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Price } from '../../src/contracts/price.ts';
import { exact, readMicro, rounded } from '../../src/core/estimate/amount.ts';
import { assumptions } from '../../src/core/estimate/assumptions.ts';
import { convert, estimate } from '../../src/core/estimate/estimate.ts';
import { estimateJson } from '../../src/core/estimate/json.ts';
import { type Assumptions, type EstimateInput, parts, type Range, scenarios } from '../../src/core/estimate/shape.ts';
import { statements } from '../../src/core/estimate/statements.ts';
import { estimateTable } from '../../src/core/estimate/table.ts';

const priceOf = (model: string, more: Partial<Price> = {}): Price => ({
  provider: 'p',
  model,
  currency: 'USD',
  input: 2_000_000n,
  cachedInput: 100_000n,
  output: 10_000_000n,
  from: '2026-01-01',
  source: 'a test',
  certainty: 'unofficial',
  ...more,
});

const inputOf = (more: Partial<EstimateInput> = {}): EstimateInput => ({
  tasksPerDay: 200,
  stepsPerTask: 5,
  daysPerMonth: 30,
  date: '2026-11-25',
  assumptions,
  measured: null,
  found: null,
  minutesFrom: 'assumed',
  providers: [{ name: 'p', currency: 'USD', models: { light: 'l', mid: 'm', strong: 's' } }],
  minuteCost: { currency: 'USD', micro: 500_000n },
  support: null,
  development: null,
  rate: null,
  ...more,
});

const prices = [priceOf('l', { input: 7n, cachedInput: 7n, output: 13n }), priceOf('m'), priceOf('s')];

/** Three numbers in order; of a share, whatever order the assumption demands. */
const upwards = (max: number) =>
  fc
    .tuple(fc.nat(max), fc.nat(max), fc.nat(max))
    .map((given) => given.sort((a, b) => a - b))
    .map(([low, expected, high]): Range<number> => ({ low: low!, expected: expected!, high: high! }));
const call = fc.record({ input: upwards(50_000), output: upwards(20_000) });
const assumed: fc.Arbitrary<Assumptions> = fc.record({
  calls: fc.record({ intake: call, planning: call, steps: call, closing: call }),
  modelSteps: upwards(100),
  cachedInput: upwards(100).map(({ low, expected, high }) => ({ low: high, expected, high: low })),
  retries: upwards(100),
  escalations: upwards(100),
  minutesEach: upwards(60),
});
const price = fc
  .tuple(fc.constantFrom('l', 'm', 's'), fc.nat(50_000_000), fc.nat(50_000_000), fc.nat(900_000_000))
  .map(([model, a, b, output]) =>
    priceOf(model, {
      input: BigInt(Math.max(a, b)),
      cachedInput: BigInt(Math.min(a, b)),
      output: BigInt(output),
    }),
  );
const world = fc.record({
  assumptions: assumed,
  prices: fc.array(price, { maxLength: 6 }).map((some) => [...prices, ...some]),
  tasksPerDay: fc.nat(10_000),
  stepsPerTask: fc.nat(50),
  daysPerMonth: fc.nat(31),
});
type World = typeof world extends fc.Arbitrary<infer T> ? T : never;
const of = ({ prices: known, ...input }: World, more: Partial<EstimateInput> = {}) =>
  estimate(inputOf({ ...input, ...more }), known);

/** Everything that is counted, as one list of ranges. */
const counts = (made: ReturnType<typeof estimate>): Range<bigint>[] => [
  ...parts.flatMap((part) => [made.parts[part].input, made.parts[part].output]),
  made.escalations.seconds,
  ...money(made),
];
const money = ({ providers: [provider] }: ReturnType<typeof estimate>): Range<bigint>[] => [
  ...provider!.parts.map((part) => part.money!),
  provider!.tokens!,
  provider!.people!,
  provider!.month!,
];
const atMost = (less: Range<bigint>[], more: Range<bigint>[]) =>
  less.every((range, i) => scenarios.every((scenario) => range[scenario] <= more[i]![scenario]));

test('low is never above expected, nor expected above high', () => {
  fc.assert(
    fc.property(world, (given) =>
      counts(of(given)).every(({ low, expected, high }) => low <= expected && expected <= high),
    ),
  );
});

test('more tasks, and more steps, never cost less', () => {
  fc.assert(
    fc.property(world, fc.nat(500), fc.nat(20), (given, tasks, steps) => {
      const base = counts(of(given));
      assert.ok(atMost(base, counts(of(given, { tasksPerDay: given.tasksPerDay + tasks }))));
      assert.ok(atMost(base, counts(of(given, { stepsPerTask: given.stepsPerTask + steps }))));
    }),
  );
});

test('no task costs nothing, whatever the prices; and nothing has no blended rate', () => {
  fc.assert(
    fc.property(world, (given) => {
      const made = of(given, { tasksPerDay: 0 });
      assert.ok(counts(made).every((range) => scenarios.every((scenario) => range[scenario] === 0n)));
      assert.equal(made.providers[0]!.blended.expected, null);
    }),
  );
});

test('so many days cost so many times one day: tokens exactly, money but for what a line is rounded by', () => {
  fc.assert(
    fc.property(world, (given) => {
      const [one, many] = [of(given, { daysPerMonth: 1 }), of(given)];
      const days = BigInt(given.daysPerMonth);
      for (const scenario of scenarios) {
        for (const part of parts) {
          for (const kind of ['input', 'cachedInput', 'output'] as const) {
            assert.equal(many.parts[part][kind][scenario], one.parts[part][kind][scenario] * days);
          }
        }
        assert.equal(many.escalations.seconds[scenario], one.escalations.seconds[scenario] * days);
        // Half a micro-unit a day and line, and there are five lines.
        for (const [i, range] of money(many).entries()) {
          const off = range[scenario] - money(one)[i]![scenario] * days;
          assert.ok(off * off <= 25n * (days + 1n) ** 2n, `${off}`);
        }
      }
    }),
  );
});

test('a sum is the sum of its lines, and the table and the object say it whatever the numbers', () => {
  fc.assert(
    fc.property(world, (given) => {
      const made = of(given, { rate: { from: 'USD', to: 'RUB', micro: 92_500_000n } });
      const [provider] = made.providers;
      for (const scenario of scenarios) {
        const lines = provider!.parts.reduce((sum, part) => sum + part.money![scenario], 0n);
        assert.equal(provider!.tokens![scenario], lines);
        assert.equal(provider!.month![scenario], lines + provider!.people![scenario]);
        assert.ok(made.parts.steps.cachedInput[scenario] <= made.parts.steps.input[scenario]);
      }
      assert.deepEqual(
        estimateTable(made).filter((line) => line.length > 80),
        [],
      );
      JSON.stringify(estimateJson(made));
    }),
    { numRuns: 200 },
  );
});

test('a model without a price costs n/a, its tokens are counted, and the rest is still priced', () => {
  const models = { light: 'l', mid: 'nobody-knows-this-model-which-has-a-long-name', strong: 's' };
  const made = estimate(inputOf({ providers: [{ name: 'p', currency: 'USD', models }] }), prices);
  const [provider] = made.providers;
  assert.deepEqual(
    provider!.parts.map((part) => part.money === null),
    [false, false, true, true],
  );
  assert.deepEqual([provider!.tokens, provider!.month, provider!.blended.low], [null, null, null]);
  assert.equal(made.parts.steps.input.expected, 25_200_000n);
  const table = estimateTable(made).join('\n');
  assert.match(table, /^ {2}steps: nobody-knows.*… +n\/a +n\/a +n\/a$/m);
  assert.match(table, /^ {2}tokens, USD +n\/a/m);
  assert.match(table, /No price table has nobody-knows-this-model/);
});

test('a price counts from its date on, and the first one where none does yet', () => {
  const dated = [
    priceOf('l', { from: '2026-07-30', input: 200_000n }),
    priceOf('l', { from: '2026-07-09', input: 1_000_000n }),
    priceOf('l', { from: '2027-01-01', provider: 'another' }),
    priceOf('l', { from: '2026-08-01', currency: 'RUB' }),
  ];
  const on = (date: string) => estimate(inputOf({ date }), dated).providers[0]!.parts[0]!.price?.from;
  assert.deepEqual(['2026-07-08', '2026-07-09', '2026-07-29', '2026-07-30', '2027-06-01'].map(on), [
    '2026-07-09',
    '2026-07-09',
    '2026-07-09',
    '2026-07-30',
    '2026-07-30',
  ]);
});

test('amounts go from one currency into another by the given rate alone', () => {
  const rate = { from: 'USD', to: 'RUB', micro: 92_500_000n };
  assert.equal(convert({ currency: 'USD', micro: 2_000_000n }, 'RUB', rate), 185_000_000n);
  assert.equal(convert({ currency: 'RUB', micro: 185_000_000n }, 'USD', rate), 2_000_000n);
  assert.equal(convert({ currency: 'RUB', micro: 5n }, 'RUB', null), 5n);
  assert.throws(() => convert({ currency: 'RUB', micro: 5n }, 'USD', null), RangeError);
  assert.throws(() => convert({ currency: 'EUR', micro: 5n }, 'USD', rate), RangeError);
});

test('amounts are read and written without loss, and rounded for people alone', () => {
  assert.deepEqual(['12', '12.5', '0.000001', '1e3', '-1', '1.', '.5', '0.0000001', ''].map(readMicro), [
    12_000_000n,
    12_500_000n,
    1n,
    null,
    null,
    null,
    null,
    null,
    null,
  ]);
  fc.assert(fc.property(fc.bigInt(0n, 10n ** 17n), (micro) => readMicro(exact(micro)) === micro));
  assert.deepEqual([0n, 4_999n, 5_000n, 1_234_567_891n, 999_999_994_999n, 999_999_995_000n].map(rounded), [
    '0.00',
    '0.00',
    '0.01',
    '1,234.57',
    '999,999.99',
    '1,000,000',
  ]);
});

test('every assumption is said in words, with its three numbers and its source', () => {
  const said = statements(inputOf());
  assert.ok(said.every(({ words, source }) => /\d \/ [\d,]+ \/ \d/.test(words) && source.length > 10));
  assert.equal(said.length, parts.length + 5);
});
