/**
 * What a month costs: tokens of each part of a task, then money by the prices of each provider. Pure, in whole numbers.
 *
 * Tokens and seconds are rounded up for a day, so that a month is exactly as many times a day as it has days. Money is
 * rounded once a line, to the nearest micro-unit, and a sum is the sum of its lines.
 */
import type { Price } from '../../contracts/price.ts';
import {
  type Assumptions,
  type Estimate,
  type EstimateInput,
  type Money,
  type Part,
  type ProviderEstimate,
  parts,
  type Range,
  type Rate,
  rangeOf,
  type Tokens,
  tierOf,
} from './shape.ts';

const million = 1_000_000n;

const roundUp = (value: bigint, by: bigint): bigint => (value + by - 1n) / by;
const toNearest = (value: bigint, by: bigint): bigint => (2n * value + by) / (2n * by);
const add = (ranges: readonly Range<bigint>[]): Range<bigint> =>
  rangeOf((scenario) => ranges.reduce((sum, range) => sum + range[scenario], 0n));

/** Throws when two amounts are in currencies between which nobody gave a rate: that is the caller's to rule out. */
export function estimate(input: EstimateInput, prices: readonly Price[]): Estimate {
  const { tasksPerDay, stepsPerTask, daysPerMonth, assumptions } = input;
  const [tasks, days] = [BigInt(tasksPerDay), BigInt(daysPerMonth)];
  const tokens = {} as Record<Part, Tokens>;
  for (const part of parts) tokens[part] = tokensOf(part, tasks, BigInt(stepsPerTask), days, assumptions);
  const seconds = rangeOf((scenario) => {
    const { escalations, minutesEach } = assumptions;
    return roundUp(tasks * BigInt(escalations[scenario]) * BigInt(minutesEach[scenario]) * 60n, 100n) * days;
  });
  return {
    input,
    tasks: tasks * days,
    steps: tasks * BigInt(stepsPerTask) * days,
    parts: tokens,
    tokens: {
      input: add(parts.map((part) => tokens[part].input)),
      cachedInput: add(parts.map((part) => tokens[part].cachedInput)),
      output: add(parts.map((part) => tokens[part].output)),
    },
    escalations: { seconds },
    providers: input.providers.map((provider) => priced(provider, tokens, seconds, input, prices)),
  };
}

function tokensOf(part: Part, tasks: bigint, steps: bigint, days: bigint, assumed: Assumptions): Tokens {
  const { calls, modelSteps, cachedInput, retries } = assumed;
  const daily = (tokens: Range<number>) =>
    rangeOf((scenario) => {
      // In hundredths, twice: the share of steps and the repeats are percentages.
      const once = part === 'steps' ? tasks * steps * BigInt(modelSteps[scenario]) : tasks * 100n;
      return roundUp(once * BigInt(100 + retries[scenario]) * BigInt(tokens[scenario]), 10_000n);
    });
  const [input, output] = [daily(calls[part].input), daily(calls[part].output)];
  return {
    input: rangeOf((scenario) => input[scenario] * days),
    cachedInput: rangeOf((scenario) => ((input[scenario] * BigInt(cachedInput[scenario])) / 100n) * days),
    output: rangeOf((scenario) => output[scenario] * days),
  };
}

function priced(
  { name, currency, models }: EstimateInput['providers'][number],
  tokens: Readonly<Record<Part, Tokens>>,
  seconds: Range<bigint>,
  { date, minuteCost, support, development, rate }: EstimateInput,
  prices: readonly Price[],
): ProviderEstimate {
  const known = prices.filter((price) => price.provider === name && price.currency === currency);
  const lines = parts.map((part) => {
    const model = models[tierOf[part]];
    const price = priceOn(date, model, known);
    return { part, model, price, money: price && moneyOf(tokens[part], price) };
  });
  const own = (money: Money | null) => money && convert(money, currency, rate);
  const minute = own(minuteCost);
  const people = minute === null ? null : rangeOf((scenario) => toNearest(seconds[scenario] * minute, 60n));
  const [supported, developed] = [own(support), own(development)];
  const all = lines.flatMap(({ money }) => money ?? []);
  const sum = all.length === lines.length ? add(all) : null;
  return {
    name,
    currency,
    parts: lines,
    tokens: sum,
    blended: rangeOf((scenario) => {
      const count = parts.reduce((n, part) => n + tokens[part].input[scenario] + tokens[part].output[scenario], 0n);
      return sum === null || count === 0n ? null : toNearest(sum[scenario] * million, count);
    }),
    people,
    support: supported,
    month: sum && add([sum, ...(people ? [people] : []), ...(supported === null ? [] : [rangeOf(() => supported)])]),
    development: developed,
  };
}

/** The newest price that counts on that day; the first one of all, where none does yet. */
function priceOn(date: string, model: string, prices: readonly Price[]): Price | null {
  const own = prices.filter((price) => price.model === model).sort((a, b) => (a.from < b.from ? -1 : 1));
  return own.findLast(({ from }) => from <= date) ?? own[0] ?? null;
}

const moneyOf = ({ input, cachedInput, output }: Tokens, price: Price): Range<bigint> =>
  rangeOf((scenario) => {
    const fresh = input[scenario] - cachedInput[scenario];
    const whole = fresh * price.input + cachedInput[scenario] * price.cachedInput + output[scenario] * price.output;
    return toNearest(whole, million);
  });

/** An amount in another currency, by the rate that was given. */
export function convert({ currency, micro }: Money, into: string, rate: Rate | null): bigint {
  if (currency === into) return micro;
  if (rate?.from === currency && rate.to === into) return toNearest(micro * rate.micro, million);
  if (rate?.to === currency && rate.from === into) return toNearest(micro * million, rate.micro);
  throw new RangeError(`There is no rate from ${currency} to ${into}.`);
}
