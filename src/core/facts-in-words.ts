/**
 * The facts that a model may put in words, as lines of text: what people would be shown of the run, with the same
 * places hidden. A model is told no more than they are.
 */
import type { Card } from '../contracts/card.ts';
import { progressCard } from './cards/progress.ts';
import { summaryCard } from './cards/summary.ts';
import type { KnownToCards } from './cards/veil.ts';
import { wordsIn } from './cards/words.ts';
import { evolveAll } from './evolve.ts';
import type { Known } from './move.ts';
import { next } from './next.ts';
import type { RunState } from './state.ts';
import { closing } from './wording.ts';

const maxCharacters = 6_000;

/** What the closing is about is the run as it will have ended; a briefing is about where it stands. */
export function factsInWords(about: string, state: RunState, known: Known & KnownToCards, now: number): string {
  const card = about === closing ? summaryCard(ended(state, known, now), known) : progressCard(state, known);
  const trouble = about === closing ? [] : troubleOf(about, state);
  return [...linesOf(card), ...trouble].join('\n').slice(0, maxCharacters);
}

/** The run as the next look ends it. */
function ended(state: RunState, known: Known, now: number): RunState {
  const silent = evolveAll(state, [{ type: 'worded', v: 1, about: closing, words: null }], now);
  return evolveAll(silent, next(silent, known, now).events, now);
}

const linesOf = ({ title, facts, lines }: Card): string[] => [
  title,
  ...facts.map(({ label, text }) => `${label}: ${text}`),
  ...lines.map(({ mark, text, detail }) => `[${mark}] ${text}${detail ? `: ${detail}` : ''}`),
];

/** Why people are asked: codes, meanings and places, no values. */
function troubleOf(about: string, state: RunState): string[] {
  const { failures } = wordsIn('en');
  const [, ref = ''] = about.split('/');
  const tries = state.steps[ref]?.attempts ?? [];
  const error = tries.at(-1)?.error ?? state.thought.error;
  const findings = state.thought.refused.at(-1)?.findings ?? [];
  return [
    ...(state.steps[ref] ? [`Step in question: ${ref}, tried ${tries.length} times`] : []),
    ...(error ? [`Error: ${error.code} (${failures[error.code]})`] : []),
    ...(error?.mismatches ?? []).map(
      ({ path, expected, received }) => `Mismatch at ${path}: ${expected}, got ${received}`,
    ),
    ...findings.map(({ code, path, hint }) => `Finding: ${code} at ${path}: ${hint}`),
  ];
}
