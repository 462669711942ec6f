/** When a model is asked for words, and what happens meanwhile: nothing is ever decided by them, and nothing fails for want of them. */
import type { Briefing } from '../contracts/escalation.ts';
import { call, type Known, type Move } from './move.ts';
import type { RunState } from './state.ts';

/** The name of the words at the end of a run. */
export const closing = 'closing';

/** Puts the state in words before people are asked, where there is a model to do it; then asks. */
export function briefed(state: RunState, known: Known, about: string, then: (briefing: Briefing | null) => Move): Move {
  if (!mayWord(state, known)) return then(null);
  const words = state.thought.words[about];
  return words === undefined ? call({ kind: 'word', about }) : then(words);
}

/** Puts the end in words before it is told; what one agent closed in one pass needs none. */
export const closed = (state: RunState, known: Known, end: Move): Move =>
  state.plan && !state.short && mayWord(state, known) && !(closing in state.thought.words)
    ? call({ kind: 'word', about: closing })
    : end;

/** A run that is short of money spends none on words. */
const mayWord = ({ thought, cancelled }: RunState, known: Known): boolean =>
  known.words && thought.over === null && thought.reached === null && cancelled === null;
