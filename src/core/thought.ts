/**
 * What models have done for a run, folded from its journal: what they proposed, what they took, which limit that has
 * reached, and what they put in words. Plain data.
 */
import type { Failure } from '../contracts/error.ts';
import type { Briefing } from '../contracts/escalation.ts';
import type { EventOf } from '../contracts/event.ts';
import type { Json, JsonObject, Value } from '../contracts/json.ts';
import { type Cost, isUnbilled, type ModelCall } from '../contracts/usage.ts';

export type Scope = EventOf<'budget_reached'>['scope'];
export type Reached = Pick<EventOf<'budget_reached'>, 'scope' | 'unit'>;
export type Refused = Pick<EventOf<'plan_refused'>, 'findings' | 'by'> & { plan: Value };

/** Who made a plan begins with this when it was a person: no provider has such a name. */
export const byPerson = 'person ';

/** What a run has taken, money in micro-units by currency. */
export interface Spent {
  calls: number;
  tokens: number;
  money: Readonly<Record<string, number>>;
  /** Calls that cost something nobody can tell: no price is known, or the provider did not say what it took. */
  unpriced: number;
}

export interface Thought {
  /** One agent that closes the task in one pass, as the provider saw it. */
  onePass: { agent: string; input: JsonObject } | null;
  /** Every plan that was turned down, oldest first. */
  refused: readonly Refused[];
  /** Plans before this index do not count any more: a person said "try again". */
  countFrom: number;
  /** A person's plan that nobody has looked at yet. */
  given: { plan: Json; by: string } | null;
  /** Tries that came to no plan at all, since the last one that did. */
  failures: number;
  error: Failure | null;
  failedAt: number;
  /** Every call of a model, and the step that it was made for. */
  calls: readonly { call: ModelCall; ref: string | null }[];
  spent: Spent;
  /** The soft limit that people must be asked about. */
  reached: Reached | null;
  /** The hard limit at which the run stops. */
  over: Reached | null;
  /** Soft limits that people let it pass. */
  allowed: readonly Scope[];
  /** By what they are about; null where a model had no words. */
  words: Readonly<Record<string, Briefing | null>>;
  /** Providers that could not, and who stood in for them; each pair once. */
  standIns: readonly { provider: string; instead: string }[];
}

export const noThought: Thought = {
  onePass: null,
  refused: [],
  countFrom: 0,
  given: null,
  failures: 0,
  error: null,
  failedAt: 0,
  calls: [],
  spent: { calls: 0, tokens: 0, money: {}, unpriced: 0 },
  reached: null,
  over: null,
  allowed: [],
  words: {},
  standIns: [],
};

const plus = (spent: Spent, cost: Cost | null | undefined): Spent =>
  cost
    ? { ...spent, money: { ...spent.money, [cost.currency]: (spent.money[cost.currency] ?? 0) + cost.micros } }
    : spent;

/** What an agent's own price adds. */
export const paying = (thought: Thought, cost: Cost | undefined): Thought =>
  cost ? { ...thought, spent: plus(thought.spent, cost) } : thought;

/** One call of a model more. */
export function counting(thought: Thought, { call, ref }: EventOf<'model_called'>): Thought {
  const { usage, cost, error, instead, provider } = call;
  const before = thought.spent;
  const isUnpriced = cost === null && !(usage === null && isUnbilled(error));
  const spent = plus(
    {
      ...before,
      calls: before.calls + 1,
      tokens: before.tokens + (usage ? usage.input + usage.output : 0),
      unpriced: before.unpriced + (isUnpriced ? 1 : 0),
    },
    cost,
  );
  const isNew =
    instead && !thought.standIns.some((one) => one.provider === provider && one.instead === instead.provider);
  const standIns = isNew ? [...thought.standIns, { provider, instead: instead.provider }] : thought.standIns;
  return { ...thought, calls: [...thought.calls, { call, ref: ref ?? null }], spent, standIns };
}

/** A plan that does not hold. */
export const refusing = (thought: Thought, { plan, findings, by }: EventOf<'plan_refused'>): Thought => ({
  ...thought,
  refused: [...thought.refused, { plan, findings, by }],
  given: null,
  failures: 0,
  error: null,
});

/** No plan came of it. */
export const failing = (thought: Thought, { error }: EventOf<'plan_failed'>, at: number): Thought => ({
  ...thought,
  given: null,
  failures: thought.failures + 1,
  error,
  failedAt: at,
});

export const reaching = (thought: Thought, { scope, unit, limit }: EventOf<'budget_reached'>): Thought =>
  limit === 'hard' ? { ...thought, over: { scope, unit } } : { ...thought, reached: { scope, unit } };

export const wording = (thought: Thought, { about, words }: EventOf<'worded'>): Thought => ({
  ...thought,
  words: { ...thought.words, [about]: words },
});
