/** What stands on the screen below what stays: runs under way, the question in front or the form, and the line. Pure. */
import { cardRows, type Look, runRows } from './blocks.ts';
import type { Line } from './editor.ts';
import { keysOf } from './focus.ts';
import { type Filling, formRows } from './form.ts';
import { type Input, inputRows } from './input.ts';
import type { Live } from './painter.ts';
import type { Asked, RunView } from './service.ts';
import { fit, type Row, textWidth, wrap } from './spans.ts';

export interface Scene {
  runs: readonly RunView[];
  /** The question in front, its place among all, and whether it takes keys yet. */
  asked: { asked: Asked; at: number; all: number; armed: boolean; inFull: boolean } | null;
  filling: Filling | null;
  line: Line;
  choices: readonly string[];
  /** How many questions wait behind the line. */
  waiting: number;
  /** Said until the next key. */
  notice: readonly Row[];
  draining: boolean;
}

const promptRows = 8;
const maxChoices = 8;

export function arrange(scene: Scene, look: Look, height: number): Live {
  // The last row of the window stays free, so that nothing scrolls while it is painted.
  const most = Math.max(3, height - 1);
  const { columns } = look;
  const notice = scene.notice.flatMap((row) => wrap(row, columns, 2));
  const bottom = bottomOf(scene, look, Math.max(2, most - notice.length));
  const head = scene.asked && !scene.filling ? questionRows(scene.asked, columns) : [];
  const taken = bottom.rows.length + notice.length + head.length;
  const blocks = blockRows(scene.runs, Math.max(0, most - taken), look);
  const above = [...blocks, ...head, ...notice];
  const rows = [...above, ...bottom.rows];
  const from = Math.max(0, rows.length - most);
  return { rows: rows.slice(from), at: above.length + bottom.at - from, column: bottom.column };
}

/** The rows in which something is typed or pressed, with the cursor. */
function bottomOf(scene: Scene, look: Look, most: number): Input {
  const { columns, words } = look;
  if (scene.filling) {
    const head = wrap(
      [
        ['? ', 'yellow'],
        [scene.filling.asked.card.title, 'bold'],
      ],
      columns,
      2,
    );
    const form = formRows(scene.filling, columns, Math.max(3, most - head.length), words);
    return { rows: [...head, ...form.rows], at: head.length + form.at, column: form.column };
  }
  if (scene.draining) return { rows: wrap([[words.draining, 'dim']], columns), at: 0, column: 0 };
  if (scene.asked) {
    const rows = keyRows(scene.asked, look);
    return { rows, at: rows.length - 1, column: 0 };
  }
  const input = inputRows([['› ', 'cyan']], scene.line, columns, Math.min(promptRows, most));
  const waits: Row[] =
    scene.waiting > 0
      ? [
          fit(
            [
              ['? ', 'yellow'],
              [words.waitingLine(scene.waiting), 'dim'],
            ],
            columns,
          ),
        ]
      : [];
  const offered = scene.choices.slice(0, maxChoices).map((choice): Row => fit([[`  ${choice}`, 'dim']], columns));
  return { rows: [...waits, ...input.rows, ...offered], at: waits.length + input.at, column: input.column };
}

/** Whether the card of a question fits on the screen whole; if not, it is printed above, where it can be scrolled. */
export const fitsWhole = (asked: Asked, columns: number, height: number): boolean =>
  cardRows(asked.card, columns).length <= height - 4;

function questionRows({ asked, inFull }: NonNullable<Scene['asked']>, columns: number): Row[] {
  const card = inFull ? asked.card : { ...asked.card, facts: [], lines: [] };
  return [[], ...cardRows(card, columns, ['?', 'yellow'])];
}

function keyRows({ asked, at, all, armed }: NonNullable<Scene['asked']>, { columns, words }: Look): Row[] {
  if (!armed) return [[]];
  const keys = [
    ...keysOf(asked).map(({ key, label }) => `[${key}] ${label}`),
    ...(all > 1 ? [`[Tab] ${words.next} (${words.position(at + 1, all)})`] : []),
    `[Esc] ${words.later}`,
  ];
  const rows: string[] = [];
  for (const key of keys) {
    const last = rows.at(-1);
    if (last !== undefined && textWidth(last) + textWidth(key) + 3 <= columns)
      rows[rows.length - 1] = `${last}   ${key}`;
    else rows.push(key);
  }
  return rows.map((row) => fit([[row, 'bold']], columns));
}

/** The newest runs have the most room; of the older ones a row stays, and of those that have none, their number. */
function blockRows(runs: readonly RunView[], room: number, look: Look): Row[] {
  if (runs.length === 0 || room < 1) return [];
  const shown = runs.slice(-room);
  const hidden = runs.length - shown.length;
  const visible = hidden > 0 ? shown.slice(1) : shown;
  let left = room - (hidden > 0 ? 1 : 0) - visible.length;
  const blocks = visible.toReversed().map((view) => {
    const rows = runRows(view, left + 1, look);
    left -= rows.length - 1;
    return rows;
  });
  const more: Row[] = hidden > 0 ? [fit([[look.words.moreRuns(hidden + 1), 'dim']], look.columns)] : [];
  return [...more, ...blocks.toReversed().flat()];
}
