/**
 * What the calculator assumes, and where each number comes from. Nothing here was measured on a provider: the sizes of
 * the repository's own data are, and what is made of them is an estimate. Change a number, and the sentence follows.
 */
import { type Assumptions, type Range, scenarios } from './shape.ts';

const range = (low: number, expected: number, high: number): Range<number> => ({ low, expected, high });

export const assumptions: Assumptions = {
  calls: {
    intake: { input: range(1_000, 1_500, 3_000), output: range(100, 200, 400) },
    planning: { input: range(3_000, 5_000, 10_000), output: range(600, 1_200, 3_000) },
    steps: { input: range(1_000, 2_000, 5_000), output: range(150, 300, 800) },
    closing: { input: range(1_000, 2_000, 4_000), output: range(150, 300, 600) },
  },
  modelSteps: range(20, 40, 80),
  cachedInput: range(50, 25, 0),
  retries: range(1, 5, 15),
  escalations: range(5, 15, 40),
  minutesEach: range(1, 3, 10),
};

export interface Statement {
  key: string;
  words: string;
  source: string;
}

/** Each assumption in words, with its low, expected and high number, and its source. */
export function statements({
  calls,
  modelSteps,
  cachedInput,
  retries,
  escalations,
  minutesEach,
}: Assumptions): Statement[] {
  const say = (given: Range<number>) => scenarios.map((one) => given[one].toLocaleString('en')).join(' / ');
  const tokens = ({ input, output }: { input: Range<number>; output: Range<number> }) =>
    `${say(input)} tokens in, ${say(output)} out`;
  return [
    {
      key: 'intake',
      words: `Intake: one call of the light model a task, ${tokens(calls.intake)}.`,
      source:
        'assumed; the three routes of this repository are 1,285 characters of JSON, some 400 tokens, and instructions and the task come on top',
    },
    {
      key: 'planning',
      words: `Planning: one call of the strong model a task, ${tokens(calls.planning)}.`,
      source:
        'assumed; its 21 contracts are 13,245 characters, some 4,000 tokens, and its plans 1,019 to 1,819, some 300 to 600; reasoning is billed as output. A route with a plan of its own needs none',
    },
    {
      key: 'modelSteps',
      words: `Steps that a model closes (mid): ${say(modelSteps)} % of all; code, services and people close the rest without tokens.`,
      source: 'assumed; in the three processes of this repository it is none',
    },
    {
      key: 'steps',
      words: `Such a step: one call of the mid model, ${tokens(calls.steps)}.`,
      source: 'assumed; the schemas of a contract are 260 to 1,300 characters, and its data come on top',
    },
    {
      key: 'closing',
      words: `Closing: one call of the mid model a task, ${tokens(calls.closing)}.`,
      source: 'assumed; the trace of a short run and a summary of a few lines',
    },
    {
      key: 'cachedInput',
      words: `Cached input: ${say(cachedInput)} % of input tokens.`,
      source: 'assumed; instructions, routes and contracts repeat, a task and its data do not; high counts no cache',
    },
    {
      key: 'retries',
      words: `Retries: ${say(retries)} % of calls are made, and paid, once more.`,
      source: 'assumed; time limits, broken connections and answers that break their contract',
    },
    {
      key: 'escalations',
      words: `Escalations: a person is asked about ${say(escalations)} % of tasks.`,
      source: 'assumed; it depends on your rules of approval more than on anything else',
    },
    {
      key: 'minutesEach',
      words: `Each takes people ${say(minutesEach)} minutes.`,
      source: 'assumed; reading one card and deciding, up to looking into the matter',
    },
  ];
}
