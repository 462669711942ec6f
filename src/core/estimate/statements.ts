/** What an estimate rests on, in words: what was measured, or what is assumed, each with its source. */
import { grouped } from './amount.ts';
import {
  type Assumptions,
  type EstimateInput,
  type Measured,
  type MeasuredLine,
  type Range,
  scenarios,
} from './shape.ts';

export interface Statement {
  key: string;
  words: string;
  source: string;
}

/** Each with its low, expected and high number. */
export const statements = (input: EstimateInput): Statement[] => [
  ...(input.measured ? measuredStatements(input.measured) : assumedStatements(input.assumptions)),
  {
    key: 'minutesEach',
    words: `Each takes people ${say(input.assumptions.minutesEach)} minutes.`,
    source:
      input.minutesFrom === 'configured'
        ? 'the configuration, estimate.minutesPerEscalation'
        : 'assumed; reading one card and deciding, up to looking into the matter',
  },
];

const say = (given: Range<number>) => scenarios.map((one) => given[one].toLocaleString('en')).join(' / ');
/** Of each hundred, to the tenth. */
const ofHundred = (some: number, all: number): string =>
  ((100 * some) / Math.max(all, 1)).toFixed(1).replace(/\.0$/, '');

const measuredParts = { intake: 'Intake', planning: 'Planning', steps: 'A step', closing: 'Closing and briefings' };

function measuredStatements({ runs, since, calls, failedCalls, questions, lines }: Measured): Statement[] {
  const whole = (range: Range<number>) =>
    scenarios.map((one) => grouped(BigInt(Math.round(range[one] / 1_000)))).join(' / ');
  const line = ({ part, tier, input, output, cached }: MeasuredLine): Statement => ({
    key: `${part}.${tier}`,
    words: `${measuredParts[part]} (${tier}): ${whole(input)} tokens in, ${ofHundred(cached, 1e6)} % of them cached, ${whole(output)} out, ${part === 'steps' ? 'for each step' : 'a task'}.`,
    source: 'measured; the mean, and what a tenth of all tasks stays below and a tenth goes beyond',
  });
  return [
    {
      key: 'measured',
      words: `From ${grouped(BigInt(runs))} runs since ${since} that asked models.`,
      source: 'the ledger and the journals of this deployment; --assume takes the assumptions instead',
    },
    ...lines.map(line),
    {
      key: 'retries',
      words: `Calls that failed: ${ofHundred(failedCalls, calls)} % of ${grouped(BigInt(calls))}; what they took is in the tokens above.`,
      source: 'measured',
    },
    {
      key: 'escalations',
      words: `Escalations: people are asked ${ofHundred(questions, runs)} times in 100 tasks.`,
      source: 'measured',
    },
  ];
}

function assumedStatements({ calls, modelSteps, cachedInput, retries, escalations }: Assumptions): Statement[] {
  const tokens = ({ input, output }: { input: Range<number>; output: Range<number> }) =>
    `${say(input)} tokens in, ${say(output)} out`;
  return [
    {
      key: 'intake',
      words: `Intake: one call of the light model a task, ${tokens(calls.intake)}.`,
      source: 'assumed; with the four routes of this repository it is 1,600 tokens in, and the task comes on top',
    },
    {
      key: 'planning',
      words: `Planning: one call of the strong model a task, ${tokens(calls.planning)}.`,
      source:
        'assumed; with the agents of one route of this repository it is 3,300 to 4,100 tokens in, and a plan has 260 to 470; the task and what is put right come on top, and reasoning is billed as output. A route with a plan of its own needs none',
    },
    {
      key: 'modelSteps',
      words: `Steps that a model closes (mid): ${say(modelSteps)} % of all; code, services and people close the rest without tokens.`,
      source: 'assumed; in one process of this repository, the brief, 3 of 7 agents are models, and in the others none',
    },
    {
      key: 'steps',
      words: `Such a step: one call of the mid model, ${tokens(calls.steps)}.`,
      source: 'assumed; the schemas of a contract are 260 to 1,900 characters, and its data come on top',
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
  ];
}
