/** What a limit that was reached means for a run: at a soft one people are asked, at a hard one it stops. */
import { fail } from '../contracts/error.ts';
import { runningCalls } from './execute.ts';
import { append, type Known, type Move, together } from './move.ts';
import { ask, lastQuestion } from './questions.ts';
import { type RunState, runningAttempts } from './state.ts';

/** Null: nothing stands in the way. While people are asked, what runs goes on and nothing more starts. */
export function budgetMove(state: RunState, known: Known, now: number): Move | null {
  const { reached, over } = state.thought;
  if (over) {
    const message = `The hard limit of ${over.unit} for a ${over.scope} is reached.`;
    return append({ type: 'compensating', v: 1, because: fail('budget_exceeded', message) });
  }
  if (!reached) return null;
  const asked = lastQuestion(state, null, 'budget');
  const outcome = asked?.decision?.outcome;
  if (asked && !outcome) return runningCalls(runningAttempts(state));
  if (outcome === 'stop' || outcome === 'expired') {
    const because =
      outcome === 'stop'
        ? fail('stopped', 'A person stopped the task.')
        : fail('expired', 'Nobody said in time whether it may cost more.');
    return append({ type: 'compensating', v: 1, because });
  }
  const terms = known.route(state.route!.definition).questions;
  const error = fail('budget_soft', `The soft limit of ${reached.unit} for a ${reached.scope} is reached.`);
  const question = {
    kind: 'budget',
    step: null,
    subject: null,
    digest: null,
    schema: null,
    terms,
    evidence: [],
  } as const;
  return together([runningCalls(runningAttempts(state)), ask(state, known, now, { ...question, evidence: [], error })]);
}
