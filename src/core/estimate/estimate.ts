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
  type Line,
  type Money,
  type Part,
  type ProviderEstimate,
  parts,
  type Range,
  type Rate,
  rangeOf,
  type Scenario,
  type Tokens,
  tierOf,
} from './shape.ts';

const million = 1_000_000n;

const roundUp = (value: bigint, by: bigint): bigint => (value + by - 1n) / by;
const toNearest = (value: bigint, by: bigint): bigint => (2n * value + by) / (2n * by);
const add = (ranges: readonly Range<bigint>[]): Range<bigint> =>
  rangeOf((scenario) => ranges.reduce((sum, range) => sum + range[scenario], 0n));

export function estimate(input: EstimateInput, prices: readonly Price[]): Estimate {
  const { tasksPerDay, stepsPerTask, daysPerMonth } = input;
  const [tasks, steps, days] = [BigInt(tasksPerDay), BigInt(stepsPerTask), BigInt(daysPerMonth)];
  const lines = linesOf(input, tasks, steps, days);
  const tokens = {} as Record<Part, Tokens>;
  for (const part of parts) tokens[part] = together(lines.filter((line) => line.part === part));
  const seconds = secondsOf(input, tasks, days);
  return {
    input,
    tasks: tasks * days,
    steps: tasks * steps * days,
    parts: tokens,
    lines,
    tokens: together(lines),
    escalations: { seconds },
    providers: input.providers.map((provider) => priced(provider, lines, seconds, input, prices)),
  };
}

const together = (lines: readonly Line[]): Tokens => ({
  input: add(lines.map(({ tokens }) => tokens.input)),
  cachedInput: add(lines.map(({ tokens }) => tokens.cachedInput)),
  output: add(lines.map(({ tokens }) => tokens.output)),
});

/** What people take for what they are asked. */
function secondsOf({ assumptions, measured }: EstimateInput, tasks: bigint, days: bigint): Range<bigint> {
  const { escalations, minutesEach } = assumptions;
  return rangeOf((scenario) => {
    const [asked, of] = measured ? [measured.questions, measured.runs] : [escalations[scenario], 100];
    return roundUp(tasks * BigInt(asked) * BigInt(minutesEach[scenario]) * 60n, BigInt(of)) * days;
  });
}

function linesOf({ assumptions, measured }: EstimateInput, tasks: bigint, steps: bigint, days: bigint): Line[] {
  if (!measured) {
    return parts.map((part) => ({
      part,
      tier: tierOf[part],
      tokens: tokensOf(part, tasks, steps, days, assumptions),
    }));
  }
  return measured.lines.map(({ part, tier, input, output, cached }) => {
    const units = part === 'steps' ? tasks * steps : tasks;
    const daily = (of: Range<number>) => rangeOf((scenario) => roundUp(units * BigInt(of[scenario]), 1_000n));
    const given = daily(input);
    const taken = daily(output);
    return {
      part,
      tier,
      tokens: {
        input: rangeOf((scenario) => given[scenario] * days),
        cachedInput: rangeOf((scenario) => ((given[scenario] * BigInt(cached)) / million) * days),
        output: rangeOf((scenario) => taken[scenario] * days),
      },
    };
  });
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
  tokens: readonly Line[],
  seconds: Range<bigint>,
  { date, minuteCost, support, development, rate }: EstimateInput,
  prices: readonly Price[],
): ProviderEstimate {
  const known = prices.filter((price) => price.provider === name && price.currency === currency);
  const lines = tokens.map(({ part, tier, tokens: taken }) => {
    const model = models[tier];
    const price = priceOn(date, model, known);
    return { part, tier, model, price, money: price && moneyOf(taken, price) };
  });
  const own = (money: Money | null) =>
    money && isConvertible(money, currency, rate) ? convert(money, currency, rate) : null;
  // Reckoned where the minute has its price: a converted one would be rounded for every minute again.
  const spent = (scenario: Scenario) =>
    minuteCost && own({ ...minuteCost, micro: toNearest(seconds[scenario] * minuteCost.micro, 60n) });
  const people = own(minuteCost) === null ? null : rangeOf((scenario) => spent(scenario) ?? 0n);
  const [supported, developed] = [own(support), own(development)];
  const all = lines.flatMap(({ money }) => money ?? []);
  const sum = all.length === lines.length ? add(all) : null;
  return {
    name,
    currency,
    parts: lines,
    tokens: sum,
    blended: rangeOf((scenario) => {
      const count = tokens.reduce((n, { tokens: one }) => n + one.input[scenario] + one.output[scenario], 0n);
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

/** Whether an amount can be told in a currency: nobody may have given a rate. */
export const isConvertible = ({ currency }: Pick<Money, 'currency'>, into: string, rate: Rate | null): boolean =>
  currency === into || (rate !== null && [rate.from, rate.to].every((one) => one === currency || one === into));

/** An amount in another currency, by the rate that was given. Throws where there is none. */
export function convert({ currency, micro }: Money, into: string, rate: Rate | null): bigint {
  if (currency === into) return micro;
  if (rate?.from === currency && rate.to === into) return toNearest(micro * rate.micro, million);
  if (rate?.to === currency && rate.from === into) return toNearest(micro * million, rate.micro);
  throw new RangeError(`There is no rate from ${currency} to ${into}.`);
}
