/** What a limit that was reached means for a run: at a soft one people are asked, at a hard one it stops. */
import { fail } from '../contracts/error.ts';
import { runningCalls } from './execute.ts';
import { append, type Known, type Move, together } from './move.ts';
import { askOfRun, endingBy, lastQuestion } from './questions.ts';
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
  const running = runningCalls(runningAttempts(state));
  if (asked && !asked.decision) return running;
  const ending = endingBy(asked, 'Nobody said in time whether it may cost more.');
  if (ending) return ending;
  const error = fail('budget_soft', `The soft limit of ${reached.unit} for a ${reached.scope} is reached.`);
  return together([running, askOfRun(state, known, now, { kind: 'budget', schema: null, error })]);
}
