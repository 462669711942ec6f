/** A line being edited, as rows with the place of the cursor. Pure. */
import type { Line } from './editor.ts';
import { type Row, type Style, signsOf, widthOf } from './spans.ts';

export interface Input {
  rows: Row[];
  /** The cursor's place among the rows. */
  at: number;
  column: number;
}

/** `head` stands before the text, and its width before each further row; of more than `most` rows those around the cursor. */
export function inputRows(head: Row, line: Line, columns: number, most: number, style?: Style): Input {
  const indent = widthOf(head);
  // One column stays free for the cursor behind the last sign.
  const room = Math.max(4, columns - indent - 1);
  const rows: string[] = [''];
  let width = 0;
  let cursor = { at: 0, column: 0 };
  line.signs.forEach((sign, i) => {
    const parts = signsOf([[sign]]);
    const taken = parts.reduce((sum, one) => sum + one.width, 0);
    if (width + taken > room && width > 0) {
      rows.push('');
      width = 0;
    }
    if (i === line.at) cursor = { at: rows.length - 1, column: width };
    rows[rows.length - 1] += parts.map(({ text }) => text).join('');
    width += taken;
  });
  if (line.at >= line.signs.length) cursor = { at: rows.length - 1, column: width };
  const from = Math.max(0, Math.min(cursor.at - Math.floor(most / 2), rows.length - most));
  const shown = rows.slice(from, from + most);
  const text = (row: string): Row => (style === undefined ? [[row]] : [[row, style]]);
  return {
    rows: shown.map((row, i) => [...(i === 0 ? head : [[' '.repeat(indent)] as const]), ...text(row)]),
    at: cursor.at - from,
    column: indent + cursor.column,
  };
}
