/** An estimate as programs read it: tokens as numbers, money as exact decimal text. */
import type { Price } from '../../contracts/price.ts';
import { exact } from './amount.ts';
import { convert } from './estimate.ts';
import { type Estimate, type ProviderEstimate, parts, type Range, rangeOf, type Tokens } from './shape.ts';
import { statements } from './statements.ts';

const numbers = (given: Range<bigint>) => rangeOf((scenario) => Number(given[scenario]));
const tokens = ({ input, cachedInput, output }: Tokens) => ({
  input: numbers(input),
  cachedInput: numbers(cachedInput),
  output: numbers(output),
});

export function estimateJson(estimate: Estimate): object {
  const { input, escalations } = estimate;
  return {
    tasksPerDay: input.tasksPerDay,
    stepsPerTask: input.stepsPerTask,
    daysPerMonth: input.daysPerMonth,
    date: input.date,
    tasks: Number(estimate.tasks),
    steps: Number(estimate.steps),
    tokens: {
      ...Object.fromEntries(parts.map((part) => [part, tokens(estimate.parts[part])])),
      all: tokens(estimate.tokens),
    },
    peopleSeconds: numbers(escalations.seconds),
    rate: input.rate && { from: input.rate.from, to: input.rate.to, rate: exact(input.rate.micro) },
    providers: estimate.providers.map((provider) => providerJson(provider, estimate)),
    measured: input.measured && {
      runs: input.measured.runs,
      since: input.measured.since,
      calls: input.measured.calls,
      failedCalls: input.measured.failedCalls,
      questions: input.measured.questions,
    },
    assumptions: statements(input),
  };
}

function providerJson(provider: ProviderEstimate, { input: { rate } }: Estimate): object {
  const { name, currency } = provider;
  const sums = (into: string) => {
    const text = (micro: bigint | null) => (micro === null ? null : exact(convert({ currency, micro }, into, rate)));
    const money = (given: Range<bigint | null> | null) => given && rangeOf((scenario) => text(given[scenario]));
    return {
      currency: into,
      tokens: money(provider.tokens),
      blendedPerMillion: money(provider.blended),
      people: money(provider.people),
      support: text(provider.support),
      month: money(provider.month),
      development: text(provider.development),
    };
  };
  return {
    provider: name,
    ...sums(currency),
    parts: provider.parts.map(({ part, tier, model, price, money }) => ({
      part,
      tier,
      model,
      price: price && priceJson(price),
      money: money && rangeOf((scenario) => exact(money[scenario])),
    })),
    converted: rate && sums(rate.from === currency ? rate.to : rate.from),
  };
}

const priceJson = ({ input, cachedInput, output, from, source, certainty }: Price) => ({
  input: exact(input),
  cachedInput: exact(cachedInput),
  output: exact(output),
  from,
  source,
  certainty,
});
