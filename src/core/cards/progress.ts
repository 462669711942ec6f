/** The one message that follows a run: a line a step, and what it waits for. */
import type { Card, CardLine } from '../../contracts/card.ts';
import { openQuestions, type RunState, statusOf } from '../state.ts';
import { plain } from './facts.ts';
import { type Material, material, stepLines } from './steps.ts';
import { firstLine, shortRun } from './text.ts';
import { type KnownToCards, secretsOf } from './veil.ts';

const maxTitleCharacters = 120;

/** Where the run stands. */
export function progressCard(state: RunState, known: KnownToCards): Card {
  const of = material(state, known, secretsOf(state, known));
  return {
    kind: 'progress',
    title: taskTitle(of),
    facts: [{ label: of.words.facts.run, text: shortRun(state.run) }],
    lines: [...stepLines(of), ...statusLine(of)],
    code: null,
    buttons: [],
  };
}

/** The task's first line. */
export const taskTitle = ({ state, words, secrets }: Pick<Material, 'state' | 'words' | 'secrets'>): string =>
  plain(firstLine(state.task.text), { secrets }, words, maxTitleCharacters) || words.noTask;

const marks = { completed: 'done', failed: 'failed', cancelled: 'failed', waiting: 'waiting' } as const;

function statusLine({ state, words }: Material): CardLine[] {
  const status = statusOf(state);
  const general = openQuestions(state).filter(({ question }) => question.step === null);
  const detail = general.map(({ question }) => words.waitsFor(question.code)).join(', ');
  const mark = status in marks ? marks[status as keyof typeof marks] : 'running';
  return [{ mark, text: words.status[status], ...(detail !== '' && { detail }) }];
}
