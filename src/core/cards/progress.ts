/** The one message that follows a run: a line a step, and what it waits for. */
import type { Card, CardLine } from '../../contracts/card.ts';
import { openQuestions, type RunState, statusOf } from '../state.ts';
import { standInTexts } from './spent.ts';
import { type Material, material, stepLines, taskTitle } from './steps.ts';
import { shortRun } from './text.ts';
import type { KnownToCards } from './veil.ts';

/** Where the run stands. */
export function progressCard(state: RunState, known: KnownToCards): Card {
  const of = material(state, known);
  return {
    kind: 'progress',
    language: of.language,
    title: taskTitle(of),
    facts: [{ label: of.words.facts.run, text: shortRun(state.run) }],
    lines: [...stepLines(of), ...standInTexts(of).map((text) => ({ mark: 'note' as const, text })), ...statusLine(of)],
    code: null,
    buttons: [],
  };
}

const marks = { completed: 'done', failed: 'failed', cancelled: 'failed', waiting: 'waiting' } as const;

function statusLine({ state, words }: Material): CardLine[] {
  const status = statusOf(state);
  const general = openQuestions(state).filter(({ question }) => question.step === null);
  const detail = general.map(({ question }) => words.waitsFor(question.code)).join(', ');
  const mark = status in marks ? marks[status as keyof typeof marks] : 'running';
  return [{ mark, text: words.status[status], ...(detail !== '' && { detail }) }];
}
