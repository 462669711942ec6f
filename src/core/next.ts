/**
 * What a run does next: a pure function of its state, its definitions and the time. The same journal gives the same
 * answer on every worker, so whoever takes a run over goes on exactly where the last one stood.
 */
import { fail } from '../contracts/error.ts';
import type { Event } from '../contracts/event.ts';
import type { JsonObject } from '../contracts/json.ts';
import { budgetMove } from './budget.ts';
import { evolveAll } from './evolve.ts';
import { execute } from './execute.ts';
import { append, call, type Known, type Move, nothing, together, wake } from './move.ts';
import { askOfRun, endingBy, questionTimers, withdrawals } from './questions.ts';
import { ownRetry, retryDelayMs } from './retry.ts';
import { seekPlan } from './seek-plan.ts';
import type { RunState } from './state.ts';
import { unwind } from './unwind.ts';

/** One look at the state. */
export function next(state: RunState, known: Known, now: number): Move {
  if (state.finished) return nothing;
  if (state.failing) return unwind(state, known, now);
  // Before there is a route there is nobody to ask, so only a hard limit counts.
  if (!state.route) return state.thought.over ? budgetMove(state, known, now)! : intake(state, now);
  const timers = together([questionTimers(state, now), deadline(state, known, now)]);
  if (timers.events.length > 0) return timers;
  const budget = budgetMove(state, known, now);
  if (budget) return together([timers, budget]);
  if (state.missing.length > 0) return together([timers, requirement(state, known, now)]);
  if (!state.plan) return together([timers, seekPlan(state, known, now)]);
  return together([timers, withdrawals(state, false), execute(state, known, now)]);
}

/**
 * Looks until nothing more follows. Events come one look at a time, since each may change what the next one says.
 * The bound is far above what a plan of the greatest size can need.
 */
export function advance(state: RunState, known: Known, now: number): Move & { state: RunState } {
  const events: Event[] = [];
  let at = state;
  for (let looks = 0; looks < 10_000; looks += 1) {
    const move = next(at, known, now);
    if (move.events.length === 0) return { ...move, events, state: at };
    events.push(...move.events);
    at = evolveAll(at, move.events, now);
  }
  throw new Error(`run ${state.run} does not come to rest`);
}

function intake(state: RunState, now: number): Move {
  const { failures, error, failedAt } = state.intake;
  if (failures === 0) return call({ kind: 'intake' });
  if (!error?.retryable || failures >= ownRetry.attempts) {
    return append({
      type: 'compensating',
      v: 1,
      because: error ?? fail('intake_failed', 'The task was not understood.'),
    });
  }
  const at = failedAt + retryDelayMs(ownRetry, failures, `${state.run}/intake`, error);
  return now < at ? wake(at) : call({ kind: 'intake' });
}

/** The run's own time limit, people's time included; it wins over every wait. */
function deadline(state: RunState, known: Known, now: number): Move {
  const { deadlineMs } = known.route(state.route!.definition);
  if (deadlineMs === null) return nothing;
  const at = state.createdAt + deadlineMs;
  const error = fail('deadline_exceeded', `It did not end within ${deadlineMs / 1000} s.`);
  return now < at ? wake(at) : append({ type: 'compensating', v: 1, because: error });
}

/** The task does not say everything its route needs: the person is asked, nothing is guessed. */
function requirement(state: RunState, known: Known, now: number): Move {
  const asked = Object.values(state.questions).findLast(({ question }) => question.kind === 'answer');
  if (asked && !asked.decision) return nothing;
  const ending = endingBy(asked, 'Nobody said in time what was missing.');
  if (ending) return ending;
  const route = known.route(state.route!.definition);
  const properties = (route.fields.properties ?? {}) as JsonObject;
  const wanted = Object.fromEntries(state.missing.map((field) => [field, properties[field] ?? {}]));
  return askOfRun(state, known, now, {
    kind: 'answer',
    schema: { type: 'object', properties: wanted, required: [...state.missing], additionalProperties: false },
  });
}
