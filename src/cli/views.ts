/** The two ways to show a run: lines for a person, or its events as JSON lines for a program. */

import { material } from '../core/cards/steps.ts';
import type { View } from './follow.ts';
import { jsonLines } from './json.ts';
import { progressLines } from './progress.ts';
import { howToAnswer, questionLines } from './question.ts';
import type { Terminal } from './terminal.ts';

/** For a person. */
export const createProgressView = ({ out, err, paint }: Terminal): View => ({
  entry: ({ events }, state, known) => {
    const of = material(state, known);
    for (const line of events.flatMap((event) => progressLines(event, of, paint))) out(line);
  },
  question: (asked, state, known) => questionLines(asked, material(state, known), paint).forEach(out),
  say: (lines) => lines.forEach(err),
  later: ({ question }) => howToAnswer(question).forEach(out),
});

/** For a program: nothing but the events on stdout. */
export const createJsonView = ({ out, err }: Terminal): View => ({
  entry: (entry, state, known) => jsonLines(entry, material(state, known)).forEach(out),
  question: () => {},
  say: (lines) => lines.forEach(err),
  later: ({ question }) => howToAnswer(question).forEach(err),
});
