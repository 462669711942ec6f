/** The steps of a plan: which of them may go on now, which are skipped, and how a `forEach` step unfolds. */
import { fail } from '../contracts/error.ts';
import type { Json } from '../contracts/json.ts';
import { dependenciesOf, type PlanStep, referencesOf, stepOfReference } from '../contracts/plan.ts';
import { proceed } from './begin.ts';
import { giveUp } from './give-up.ts';
import { append, call, type Known, type Move, together } from './move.ts';
import { hasDoneTwice, reportOf } from './report.ts';
import { holds, lookUp, resolve } from './resolve.ts';
import { scopeOf } from './scope.ts';
import {
  isSettled,
  itemsOf,
  openQuestions,
  type RunningAttempt,
  type RunState,
  runningAttempts,
  type StepState,
} from './state.ts';
import { closed } from './wording.ts';

/** The calls of attempts that the journal says are running. */
export const runningCalls = (running: readonly RunningAttempt[]): Move =>
  call(
    ...running.map(
      ({ step, attempt, undo }) =>
        ({ kind: 'attempt', ref: step.ref, revision: attempt.revision, attempt: attempt.attempt, undo }) as const,
    ),
  );

/** What the plan wants now. */
export function execute(state: RunState, known: Known, now: number): Move {
  const plan = state.plan!;
  const running = runningAttempts(state);
  let room = known.route(state.route!.definition).concurrency - running.length;
  const moves = [runningCalls(running)];
  for (const entry of plan.steps) {
    const step = state.steps[entry.id]!;
    if (isSettled(step)) continue;
    for (const move of movesOf(state, known, now, entry, step, () => room)) {
      // A run that fails starts nothing, not even what would have started in the same look.
      if (move.events.some(({ type }) => type === 'step_failed')) return move;
      moves.push(move);
      room -= move.events.filter(({ type }) => type === 'attempt_started').length;
    }
  }
  const isOpen = running.length > 0 || openQuestions(state).length > 0;
  const isDone = !isOpen && plan.steps.every(({ id }) => isSettled(state.steps[id]!));
  if (isDone) moves.push(closed(state, known, answer(state, known)));
  return together(moves);
}

/** What a step that is not settled does. Items come one by one, since each that starts takes room from the next. */
function movesOf(
  state: RunState,
  known: Known,
  now: number,
  entry: PlanStep,
  step: StepState,
  room: () => number,
): Iterable<Move> {
  if (step.items !== null) return itemMoves(state, known, now, entry, step, room);
  const move = room() > 0 ? stepMove(state, known, now, entry, step) : null;
  return move ? [move] : [];
}

/** Items of a list start one after the other, while there is room. */
function* itemMoves(
  state: RunState,
  known: Known,
  now: number,
  entry: PlanStep,
  step: StepState,
  room: () => number,
): Generator<Move> {
  const items = itemsOf(state, step);
  let busy = items.filter(({ status }) => status === 'running' || status === 'waiting').length;
  for (const item of items) {
    if (item.status !== 'pending') continue;
    if (busy >= entry.forEach!.concurrency || room() <= 0) return;
    busy += 1;
    yield proceed(state, known, now, item);
  }
}

/** What a step does that is no list, or not yet; null while it does nothing. */
function stepMove(state: RunState, known: Known, now: number, entry: PlanStep, step: StepState): Move | null {
  if (step.status !== 'pending' || !isReady(state, entry)) return null;
  if (step.attempts.length > 0 || step.givenInput !== undefined) return proceed(state, known, now, step);
  const skip = skipping(state, known, entry, step);
  if (skip) return append({ type: 'skipped', v: 1, ref: step.ref, because: skip });
  return entry.forEach ? expand(state, known, now, entry, step) : proceed(state, known, now, step);
}

const isReady = (state: RunState, entry: PlanStep): boolean =>
  dependenciesOf(entry).every((id) => isSettled(state.steps[id]!) && state.steps[id]!.status !== 'failed');

function skipping(state: RunState, known: Known, entry: PlanStep, step: StepState): 'condition' | 'dependency' | null {
  const reads = [...referencesOf(entry.input), ...(entry.forEach ? [entry.forEach.in.$ref] : [])];
  const isSkipped = (id: string | null) => id !== null && state.steps[id]?.status === 'skipped';
  if (reads.map(stepOfReference).some(isSkipped)) return 'dependency';
  return entry.when && !holds(entry.when, scopeOf(state, known, step)) ? 'condition' : null;
}

function expand(state: RunState, known: Known, now: number, entry: PlanStep, step: StepState): Move {
  const { in: list, max } = entry.forEach!;
  const value = lookUp(list.$ref, scopeOf(state, known, step));
  if (!Array.isArray(value)) {
    const mismatches = [
      { path: list.$ref, expected: 'a list', received: value === undefined ? 'nothing' : typeof value },
    ];
    const error = fail('contract_violation', 'forEach needs a list.', { side: 'input', mismatches });
    return giveUp(state, known, now, { step, error, input: null });
  }
  if (value.length > max) {
    const error = fail('value_too_large', `forEach is limited to ${max} items and got ${value.length}.`);
    return giveUp(state, known, now, { step, error, input: null });
  }
  return append({ type: 'expanded', v: 1, ref: step.ref, items: value.length });
}

/** The plan is done: the run completes with its answer. What a skipped step would have given is null there. */
function answer(state: RunState, known: Known): Move {
  const scope = scopeOf(state, known, null);
  const resolved = resolve(state.plan!.answer, (root, id) => scope(root, id) ?? (root === 'steps' ? {} : undefined));
  const value: Json = resolved.ok ? resolved.value : null;
  const report = hasDoneTwice(state, known) ? reportOf(state, known) : null;
  return append({ type: 'finished', v: 1, status: 'completed', reason: null, answer: { inline: value }, report });
}
