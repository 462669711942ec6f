/**
 * The terminal without a person before it: lines come in through a pipe, and each change of a run is a line. Nothing is
 * coloured and nothing is painted twice. An answer is given to the question that comes next, so that a script can be
 * written in the order in which it happens.
 */
import type { CardLine } from '../../contracts/card.ts';
import { cardRows, overRows, plainLine, shortRun } from './blocks.ts';
import { type Board, createBoard } from './board.ts';
import { waitingRows } from './deeds.ts';
import { createLines } from './lines.ts';
import { painted } from './painter.ts';
import type { Asked, RunView, Service } from './service.ts';
import type { Row } from './spans.ts';
import type { Typed } from './typed.ts';
import type { TerminalWords } from './words.ts';

export interface PlainSettings {
  service: Service;
  words: TerminalWords;
  lines: AsyncIterable<string>;
  out: (line: string) => void;
  /** The wish that this ends; what runs goes on elsewhere. */
  signal: AbortSignal;
}

/** How it ended, worst first: interrupted, a question left open, a run that did not complete, a line not understood. */
export type PlainEnd = 'interrupted' | 'open' | 'not_completed' | 'misread' | 'completed';

/** Wider than any line: whoever reads a pipe breaks lines as they like. */
const columns = 100_000;

export async function runPlain({ service, words, lines, out, signal }: PlainSettings): Promise<PlainEnd> {
  const shown = new Set<string>();
  let failed = false;
  let misread = false;
  let wake = () => {};
  const say = (rows: readonly Row[], run?: string) => {
    const before = run === undefined ? '' : `${shortRun(run)}  `;
    for (const row of rows) if (row.length > 0) out(`${before}${painted(row, false)}`);
  };
  const look = () => ({ columns, now: Date.now(), words });

  const changed = (view: RunView, news: readonly CardLine[]) => {
    say(
      news.flatMap((line) => plainLine(line, columns)),
      view.run,
    );
    for (const asked of view.questions) {
      if (shown.has(asked.code)) continue;
      shown.add(asked.code);
      say([...cardRows(asked.card, columns, ['?']), ...waysToAnswer(asked)], view.run);
    }
    wake();
  };
  const over = (view: RunView, own: boolean) => {
    failed ||= own && view.status !== 'completed';
    say(overRows({ ...view, tree: [] }, look()), view.run);
    wake();
  };
  const broken = (error: unknown) => {
    failed = true;
    say([[[words.databaseAway(service.reason(error))]]]);
    wake();
  };
  const board: Board = createBoard(service, { changed, over, broken }, signal);
  const reader = createLines({
    service,
    words,
    columns: () => columns,
    watch: board.watch,
    moved: board.moved,
    bring: () => {},
    latest: board.latest,
    questions: board.questions,
    fill: ({ code }, verb) => {
      misread = true;
      say([[[words.needsValue(`${verb} ${code}`)]]]);
    },
  });

  /** Resolves as soon as it holds, looking after each change; or when this is to end. */
  const until = async (holds: () => boolean) => {
    while (!signal.aborted && !holds()) {
      const { promise, resolve } = Promise.withResolvers<void>();
      wake = resolve;
      signal.addEventListener('abort', () => resolve(), { once: true });
      await promise;
    }
  };

  const act = async (typed: Typed) => {
    misread ||= typed.kind === 'nearly' || typed.kind === 'malformed';
    if (typed.kind === 'answer' && typed.code === null) {
      await until(() => board.questions().length > 0 || board.pending() === 0);
      return reader.act({ ...typed, code: board.questions()[0]?.code ?? null });
    }
    return reader.act(typed);
  };

  say([[[words.ready(service.examples.map(({ title }) => title).join(', '))]]]);
  const waiting = await service.inbox();
  if (waiting.length > 0) say([[[words.waits(waiting.length)]], ...waitingRows(waiting)]);
  for await (const line of lines) {
    if (signal.aborted) break;
    try {
      say(await act(reader.read(line)));
    } catch (error) {
      broken(error);
    }
  }
  await until(() => board.stuck().length >= board.pending());
  if (signal.aborted && board.pending() > 0) return 'interrupted';
  const open = board.stuck();
  if (open.length > 0)
    say([[[words.leftOpen(open.flatMap(({ questions }) => questions.map(({ code }) => code)).join(', '))]]]);
  if (open.length > 0) return 'open';
  return failed ? 'not_completed' : misread ? 'misread' : 'completed';
}

const waysToAnswer = ({ code, choices, form }: Asked): Row[] => [
  [[`  ${choices.map(({ verb }) => (form(verb) ? `${verb} ${code} {…}` : `${verb} ${code}`)).join(' | ')}`]],
];
