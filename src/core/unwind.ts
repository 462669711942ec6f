/**
 * A run that cannot complete: nothing starts, what runs is waited for, what is open is withdrawn, and what was done is
 * taken back in the reverse order of completion. The report says plainly what was undone, what stands, and what only a
 * person can clear up.
 */
import { isRepeatable } from '../contracts/contract.ts';
import { fail } from '../contracts/error.ts';
import { digest } from './digest.ts';
import { idempotencyKey } from './effect.ts';
import { runningCalls } from './execute.ts';
import { append, type Known, type Move, together, wake } from './move.ts';
import { withdrawals } from './questions.ts';
import { contractOf, isUncertain, reportOf } from './report.ts';
import { resolve } from './resolve.ts';
import { retryDelayMs } from './retry.ts';
import { openQuestions, type RunState, runningAttempts, type StepState, workOf } from './state.ts';
import { closed } from './wording.ts';

/** What a failing run does now. */
export function unwind(state: RunState, known: Known, now: number): Move {
  const running = runningAttempts(state);
  if (running.length > 0 || openQuestions(state).length > 0) {
    return together([withdrawals(state, true), runningCalls(running)]);
  }
  const target = undoTargets(state, known).find(({ undo }) => undo.status === 'none' || undo.status === 'running');
  if (!target) return closed(state, known, finish(state, known));
  if (!state.compensating) return append({ type: 'compensating', v: 1, because: state.failing!.error });
  return takeBack(state, known, now, target);
}

/** Compensable effects that happened or may have, latest first. */
function undoTargets(state: RunState, known: Known): StepState[] {
  const done = [...state.completed].reverse().map((ref) => state.steps[ref]!);
  const open = workOf(state).filter(isUncertain);
  return [...open, ...done].filter((step) => contractOf(state, known, step)?.effect === 'compensable');
}

function takeBack(state: RunState, known: Known, now: number, step: StepState): Move {
  const { undo } = contractOf(state, known, step)!;
  const pinned = known.contract(state.contracts[undo!.agent]!);
  const last = step.undo.attempts.at(-1);
  if (last) {
    const error = last.error ?? fail('unexpected', 'The undo ended without an error.');
    // An undo is repeatable by registration, so an unknown end is no reason to stop.
    if (!error.retryable || !isRepeatable(pinned) || step.undo.attempts.length >= pinned.retry.attempts) {
      return append({ type: 'undo_failed', v: 1, ref: step.ref, error });
    }
    const seed = `${state.run}/${step.ref}/undo`;
    const at = last.endedAt + retryDelayMs(pinned.retry, step.undo.attempts.length, seed, error);
    if (now < at) return wake(at);
  }
  const made = step.attempts.at(-1);
  const input = resolve(undo!.input, (root) => {
    if (root === 'input') return made && known.content(made.input);
    return root === 'output' && step.output ? known.content(step.output) : undefined;
  });
  if (!input.ok) {
    const why = `Its undo reads ${input.missing}, which nobody knows.`;
    return append({ type: 'undo_failed', v: 1, ref: step.ref, error: fail('reference_missing', why) });
  }
  return append({
    type: 'attempt_started',
    v: 1,
    ref: step.ref,
    revision: step.revision,
    attempt: step.undo.attempts.length + 1,
    undo: true,
    agent: undo!.agent,
    key: idempotencyKey(state.run, step.ref, step.revision, true),
    input: { inline: input.value },
    digest: digest(input.value),
    permission: { kind: 'undo' },
  });
}

function finish(state: RunState, known: Known): Move {
  const { error } = state.failing!;
  return append({
    type: 'finished',
    v: 1,
    status: error.code === 'cancelled' ? 'cancelled' : 'failed',
    reason: error,
    answer: null,
    report: state.plan ? reportOf(state, known) : null,
  });
}
