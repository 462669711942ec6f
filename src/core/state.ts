/**
 * The state of a run: what folding its journal gives. Plain data; nothing here is stored.
 *
 * A step and an item of a `forEach` step are the same thing, a `StepState`; an item's ref is `probe[3]`, and its parent
 * `probe` is settled when all of its items are.
 */
import type { Failure } from '../contracts/error.ts';
import type { Decision, Evidence, Question } from '../contracts/escalation.ts';
import type { EventOf, Permission } from '../contracts/event.ts';
import type { Json, JsonObject, Value } from '../contracts/json.ts';
import type { Plan, PlanStep } from '../contracts/plan.ts';
import { type AttemptEnd, isFinal, type RunStatus, type StepStatus } from '../contracts/run.ts';
import type { Actor, Task } from '../contracts/task.ts';
import type { Thought } from './thought.ts';

export interface AttemptState {
  attempt: number;
  revision: number;
  agent: string;
  key: string;
  input: Value;
  digest: string;
  permission: Permission;
  startedAt: number;
  /** Null while it runs. */
  end: AttemptEnd | null;
  endedAt: number;
  durationMs: number;
  output: Value | null;
  error: Failure | null;
}

export interface Undo {
  status: 'none' | 'running' | 'done' | 'failed';
  attempts: AttemptState[];
  error: Failure | null;
}

export interface StepState {
  ref: string;
  /** The id in the plan. */
  id: string;
  item: number | null;
  status: StepStatus;
  /** Counts the inputs that people gave. */
  revision: number;
  /** The input that a person gave instead of the plan's. */
  givenInput: Json | undefined;
  /** The person who gave the output. */
  outputBy: Actor | null;
  /** The number of items, for a `forEach` step that has started. */
  items: number | null;
  attempts: AttemptState[];
  /** Attempts before this index do not count against the retry policy: a person said "not done, try again". */
  countFrom: number;
  output: Value | null;
  error: Failure | null;
  resource: { name: string; held: boolean; evidence: Evidence[] } | null;
  undo: Undo;
  settledAt: number;
}

export interface QuestionState {
  question: Question;
  askedAt: number;
  reminded: boolean;
  /** How many further tiers may decide. */
  tiers: number;
  /** When its time was lengthened, since nobody could be shown it; 0: never. */
  extendedAt: number;
  decision: Decision | null;
  decidedAt: number;
  /** It authorises nothing any more. */
  voided: boolean;
}

export interface RunState {
  run: string;
  seq: number;
  createdAt: number;
  task: Task;
  route: { name: string; definition: string; provider: string } | null;
  fields: JsonObject;
  missing: string[];
  language: 'en' | 'ru';
  intake: { failures: number; error: Failure | null; failedAt: number };
  /** What models have done for it. */
  thought: Thought;
  plan: Plan | null;
  /** The short way: one agent closes the task in one pass. */
  short: boolean;
  revision: number;
  contracts: Readonly<Record<string, string>>;
  steps: Readonly<Record<string, StepState>>;
  /** Refs in the order in which they completed. */
  completed: readonly string[];
  questions: Readonly<Record<string, QuestionState>>;
  /** How many signals have been folded. */
  folded: number;
  cancelled: { by: Actor | null } | null;
  /** Set once the run cannot complete any more: nothing starts, and what was done is taken back. */
  failing: { error: Failure; step: string | null } | null;
  compensating: boolean;
  finished: (Pick<EventOf<'finished'>, 'status' | 'reason' | 'answer' | 'report'> & { at: number }) | null;
}

export const settledStatuses: readonly StepStatus[] = ['completed', 'failed', 'skipped', 'compensated'];
export const isSettled = (step: StepState): boolean => settledStatuses.includes(step.status);

/** A step that has not begun. */
export const newStep = (ref: string, id: string, item: number | null): StepState => ({
  ref,
  id,
  item,
  status: 'pending',
  revision: 0,
  givenInput: undefined,
  outputBy: null,
  items: null,
  attempts: [],
  countFrom: 0,
  output: null,
  error: null,
  resource: null,
  undo: { status: 'none', attempts: [], error: null },
  settledAt: 0,
});

export const itemRef = (id: string, item: number): string => `${id}[${item}]`;

/** The plan's entry of a step or item. */
export function planStepOf(state: RunState, step: StepState): PlanStep {
  const found = state.plan?.steps.find(({ id }) => id === step.id);
  if (!found) throw new Error(`step ${step.ref} is not in the plan`);
  return found;
}

/** The items of a `forEach` step, in order. */
export const itemsOf = (state: RunState, step: StepState): StepState[] =>
  Array.from({ length: step.items ?? 0 }, (_, i) => state.steps[itemRef(step.id, i)]!);

/** Everything that can be attempted: plain steps and items, not the `forEach` steps around them. */
export const workOf = (state: RunState): StepState[] =>
  Object.values(state.steps).filter((step) => step.item !== null || step.items === null);

export interface RunningAttempt {
  step: StepState;
  attempt: AttemptState;
  undo: boolean;
}

/** Attempts without an end. */
export function runningAttempts(state: RunState): RunningAttempt[] {
  const running: RunningAttempt[] = [];
  for (const step of Object.values(state.steps)) {
    for (const attempt of step.attempts) if (attempt.end === null) running.push({ step, attempt, undo: false });
    for (const attempt of step.undo.attempts) if (attempt.end === null) running.push({ step, attempt, undo: true });
  }
  return running;
}

export const openQuestions = (state: RunState): QuestionState[] =>
  Object.values(state.questions).filter(({ decision }) => decision === null);

/** The status that lists show. */
export function statusOf(state: RunState): RunStatus {
  if (state.finished) return state.finished.status;
  if (state.compensating) return 'compensating';
  if (openQuestions(state).length > 0 && runningAttempts(state).length === 0) return 'waiting';
  if (state.plan) return 'running';
  return state.route ? 'planning' : 'received';
}

export const isOver = (state: RunState): boolean => isFinal(statusOf(state));
