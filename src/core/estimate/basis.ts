/**
 * What an estimate begins with: price tables, what the configuration prices, and what the ledger knows of earlier tasks.
 * The command line and the chats begin alike.
 */
import type { EstimateDefinition } from '../../contracts/estimate-config.ts';
import type { ModelsDefinition } from '../../contracts/models-config.ts';
import type { PriceTable } from '../../contracts/price.ts';
import { tiers } from '../../contracts/usage.ts';
import type { PartUse, Spread, TaskUse } from '../store/task-use.ts';
import { assumptions } from './assumptions.ts';
import type { EstimateInput, Measured, MeasuredLine, Money, Range } from './shape.ts';

/** What does not change while a process lives. */
export interface Pricing {
  tables: readonly PriceTable[];
  definition: EstimateDefinition;
  /** Which models the configuration chooses. */
  models: ModelsDefinition;
}

/** `use` null: nobody has looked at the ledger. */
export interface Basis extends Pricing {
  use: TaskUse | null;
}

export interface Load {
  tasksPerDay: number;
  stepsPerTask: number;
  daysPerMonth?: number;
  /** The day whose prices count. */
  date: string;
}

/** Fewer runs than this say too little of the next ones. */
export const enoughRuns = 20;
/** The runs that are looked at: those of so many days, and of them the latest. */
export const lookedAt = { days: 30, most: 1_000 };
/** What may be asked for. */
export const bounds = { tasks: [0, 100_000], steps: [1, 100] } as const;

export function inputOf(
  { daysPerMonth = 30, ...load }: Load,
  { tables, definition, models, use }: Basis,
): EstimateInput {
  const { minute, minutesPerEscalation: minutes, support, development, rate } = definition;
  const money = (given: { amount: number; currency: string } | undefined): Money | null =>
    given ? { currency: given.currency, micro: micro(given.amount) } : null;
  return {
    ...load,
    daysPerMonth,
    assumptions: minutes === undefined ? assumptions : { ...assumptions, minutesEach: same(minutes) },
    minutesFrom: minutes === undefined ? 'assumed' : 'configured',
    measured: use && measuredBy(use),
    found: use?.runs ?? null,
    providers: tables.map((table) => ({
      name: table.provider,
      currency: table.currency,
      models: { ...table.models, ...chosenFor(table, models) },
    })),
    minuteCost: money(minute),
    support: money(support),
    development: money(development),
    rate: rate === undefined ? null : { from: 'USD', to: 'RUB', micro: micro(rate) },
  };
}

const micro = (amount: number): bigint => BigInt(Math.round(amount * 1e6));
const same = (value: number): Range<number> => ({ low: value, expected: value, high: value });

/** The models that the configuration names for a provider. */
const chosenFor = ({ provider }: PriceTable, models: ModelsDefinition) =>
  Object.fromEntries(
    tiers.flatMap((tier) => {
      const chosen = models[tier];
      return chosen?.provider === provider && chosen.model !== undefined ? [[tier, chosen.model] as const] : [];
    }),
  );

/** Null for too few runs. */
function measuredBy({ runs, since, calls, failed, questions, parts }: TaskUse): Measured | null {
  if (runs < enoughRuns || since === null) return null;
  return { runs, since, calls, failedCalls: failed, questions, lines: parts.map(lineOf) };
}

const lineOf = ({ part, tier, input, output, cached }: PartUse): MeasuredLine => ({
  part,
  tier,
  input: rangeIn(input),
  output: rangeIn(output),
  cached: Math.round(cached * 1e6),
});

/**
 * A month is the sum of its tasks, so that what is expected of it is the mean. A few long tasks can make the mean of all
 * larger than what nine of ten take: low and high then go as far as it does.
 */
const rangeIn = ({ low, mean, high }: Spread): Range<number> => {
  const thousandths = (tokens: number) => Math.round(tokens * 1_000);
  return {
    low: thousandths(Math.min(low, mean)),
    expected: thousandths(mean),
    high: thousandths(Math.max(high, mean)),
  };
};
