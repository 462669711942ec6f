/** Runs and cards as rows: what is under way, what is over, and what is asked. Pure. */
import type { Card, CardLine } from '../../contracts/card.ts';
import type { RunView, TreeLine } from './service.ts';
import { fit, padded, type Row, type Span, type Style, textWidth, widthOf, wrap } from './spans.ts';
import type { TerminalWords } from './words.ts';

export interface Look {
  columns: number;
  now: number;
  words: TerminalWords;
}

const marks: Record<CardLine['mark'], Span> = {
  waiting: ['?', 'yellow'],
  running: ['…', 'cyan'],
  done: ['✓', 'green'],
  failed: ['✗', 'red'],
  skipped: ['–', 'dim'],
  undone: ['↩', 'yellow'],
  note: ['·', 'dim'],
};

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const frameMs = 100;

/** The last digits of an id: enough to name a run by. */
export const shortRun = (run: string): string => run.slice(-8);

/** The mark of a line; what runs is seen to run. */
const markOf = ({ mark }: CardLine, now: number): Span =>
  mark === 'running' ? [frames[Math.floor(now / frameMs) % frames.length]!, 'cyan'] : marks[mark];

/** `✓ Look the order up  16 ms`: of a row that is too long, the text is cut before what is behind it. */
function treeRow(line: TreeLine, { duration }: RunView, { columns, now }: Look): Row {
  const indent = '  '.repeat(line.depth + 1);
  const mark = markOf(line, now);
  const since = line.since === null ? [] : [duration(Math.max(0, now - line.since))];
  const detail = [...since, ...(line.detail === undefined ? [] : [line.detail])].join(', ');
  const head: Row = [[indent], mark, [' ']];
  const room = columns - widthOf(head);
  const behind = detail === '' ? 0 : textWidth(detail) + 2;
  const text = behind < room / 2 ? fit([[line.text]], room - behind) : [[line.text] as const];
  return fit([...head, ...text, ...(detail === '' ? [] : [[`  ${detail}`, 'dim'] as const])], columns);
}

const headRow = ({ title, run }: RunView, columns: number): Row => {
  const id = `  ${shortRun(run)}`;
  return [...fit([[title, 'bold']], columns - id.length), [id, 'dim']];
};

/** A run under way in at most `most` rows: what is settled is left out first. */
export function runRows(view: RunView, most: number, look: Look): Row[] {
  const head = headRow(view, look.columns);
  const lines = view.tree.length > 0 ? view.tree : [statusLine(view)];
  if (most < 3) {
    const detail = `${view.statusText}, ${view.duration(Math.max(0, look.now - view.begunAt))}`;
    return [[...fit(head, Math.max(8, look.columns - textWidth(detail) - 2)), [`  ${detail}`, 'dim'] as const]];
  }
  if (lines.length < most) return [head, ...lines.map((line) => treeRow(line, view, look))];
  const room = most - 2;
  const urgent = lines.filter(({ mark }) => mark === 'failed' || mark === 'running' || mark === 'waiting');
  const kept = new Set([...urgent, ...lines].slice(0, room));
  const left = lines.length - kept.size;
  return [
    head,
    ...lines.filter((line) => kept.has(line)).map((line) => treeRow(line, view, look)),
    fit([[`  ${look.words.moreSteps(left)}`, 'dim']], look.columns),
  ];
}

const statusLine = ({ statusText }: RunView): TreeLine => ({
  depth: 0,
  mark: 'running',
  text: statusText,
  since: null,
});

/** A run that is over, as it stays on the screen. */
export function overRows(view: RunView, look: Look): Row[] {
  const { summary } = view;
  return [
    headRow(view, look.columns),
    ...view.tree.map((line) => treeRow(line, view, look)),
    ...(summary ? cardRows(summary, look.columns, resultMark(view)) : []),
    [],
  ];
}

const resultMark = ({ status }: RunView): Span => (status === 'completed' ? marks.done : marks.failed);

const maxLabel = 20;

/** A card: its title, its facts in two columns, its lines. */
export function cardRows(card: Card, columns: number, mark?: Span): Row[] {
  const widest = Math.max(0, ...card.facts.map(({ label }) => textWidth(label)));
  const label = Math.min(widest, maxLabel, Math.floor(columns / 3));
  const title: Row = mark ? [mark, [' '], [card.title, 'bold']] : [[card.title, 'bold']];
  return [
    ...wrap(title, columns, mark ? 2 : 0),
    ...card.facts.flatMap((fact) => {
      const shown = textWidth(fact.label) > label ? `${fact.label} ` : padded(fact.label, label);
      return wrap([['  '], [shown, 'dim'], ['  '], [fact.text]], columns, label + 4);
    }),
    ...card.lines.flatMap((line) => plainLine(line, columns)),
  ];
}

/** One line of a card or of news, on as many rows as it needs. */
export function plainLine(line: CardLine, columns: number): Row[] {
  const detail: Span[] = line.detail === undefined ? [] : [[`  ${line.detail}`, 'dim' satisfies Style]];
  return wrap([['  '], marks[line.mark], [' '], [line.text], ...detail], columns, 4);
}
