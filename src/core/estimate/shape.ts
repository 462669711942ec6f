/** What the calculator is given and what it says. Money is in micro-units of its currency, so that nothing is lost. */
import type { Price } from '../../contracts/price.ts';
import type { Tier } from '../../contracts/usage.ts';

export const scenarios = ['low', 'expected', 'high'] as const;
export type Scenario = (typeof scenarios)[number];
export type Range<T> = Readonly<Record<Scenario, T>>;

/** Builds a range, one scenario after the other. */
export const rangeOf = <T>(make: (scenario: Scenario) => T): Range<T> => ({
  low: make('low'),
  expected: make('expected'),
  high: make('high'),
});

/** The parts of a task that models close, in their order. */
export const parts = ['intake', 'planning', 'steps', 'closing'] as const;
export type Part = (typeof parts)[number];

export const tierOf: Readonly<Record<Part, Tier>> = {
  intake: 'light',
  planning: 'strong',
  steps: 'mid',
  closing: 'mid',
};

/** Whole numbers: tokens, percent, minutes. Low is what costs least. */
export interface Assumptions {
  calls: Readonly<Record<Part, { input: Range<number>; output: Range<number> }>>;
  /** Of all steps, those that a model closes; the rest is code, services and people. */
  modelSteps: Range<number>;
  /** Of the input tokens, those that the provider has seen shortly before. Falls from low to high. */
  cachedInput: Range<number>;
  /** Calls that are made once more, as a share of all. */
  retries: Range<number>;
  /** Of all tasks, those about which a person is asked. */
  escalations: Range<number>;
  minutesEach: Range<number>;
}

/** What one part of a task takes of one tier, by what tasks have taken. */
export interface MeasuredLine {
  part: Part;
  tier: Tier;
  /** Thousandths of a token: of a task, or of one step where the part is `steps`. Repeats are in it. */
  input: Range<number>;
  output: Range<number>;
  /** Of a million tokens of input, those that were cached. */
  cached: number;
}

/** What the ledger knows of the tasks of the last days. Expected is the mean, low and high are percentiles. */
export interface Measured {
  runs: number;
  /** The day on which the first of them ended. */
  since: string;
  calls: number;
  failedCalls: number;
  /** What people were asked, in all of the runs together. */
  questions: number;
  lines: readonly MeasuredLine[];
}

export interface Money {
  currency: string;
  micro: bigint;
}

/** So much of `to` for one of `from`. Only ever given by a person. */
export interface Rate {
  from: string;
  to: string;
  micro: bigint;
}

export interface EstimateInput {
  tasksPerDay: number;
  stepsPerTask: number;
  daysPerMonth: number;
  /** The day whose prices count. */
  date: string;
  assumptions: Assumptions;
  /** Takes the place of what is assumed of tokens, retries and escalations. */
  measured: Measured | null;
  /** How many runs there were to measure, where somebody has looked. */
  found: number | null;
  /** Who says how long people take for a question. */
  minutesFrom: 'assumed' | 'configured';
  providers: readonly { name: string; currency: string; models: Readonly<Record<Tier, string>> }[];
  /** What a minute of a person, a month of support and the development, once, cost; null where nobody said it. */
  minuteCost: Money | null;
  support: Money | null;
  development: Money | null;
  rate: Rate | null;
}

export interface Tokens {
  /** All input, with what is cached. */
  input: Range<bigint>;
  cachedInput: Range<bigint>;
  output: Range<bigint>;
}

export interface Line {
  part: Part;
  tier: Tier;
  tokens: Tokens;
}

/** Null stands for what nobody can say: `n/a`. */
export interface ProviderEstimate {
  name: string;
  currency: string;
  parts: readonly { part: Part; tier: Tier; model: string; price: Price | null; money: Range<bigint> | null }[];
  tokens: Range<bigint> | null;
  /** For a million tokens of all kinds and models, as they are mixed here. */
  blended: Range<bigint | null>;
  people: Range<bigint> | null;
  support: bigint | null;
  month: Range<bigint> | null;
  development: bigint | null;
}

export interface Estimate {
  input: EstimateInput;
  tasks: bigint;
  steps: bigint;
  parts: Readonly<Record<Part, Tokens>>;
  /** The same by tier, as money is reckoned. */
  lines: readonly Line[];
  tokens: Tokens;
  escalations: { seconds: Range<bigint> };
  providers: readonly ProviderEstimate[];
}
