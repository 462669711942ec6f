/**
 * Paints on a terminal: above, what stays; below it, rows that are painted again in place. Only rows that changed are
 * written, and no row ever wraps by itself, so that what is counted here is what stands there.
 */
import { type Row, type Style, signsOf, widthOf } from './spans.ts';

/** What is painted in place; the cursor stands in the row `at`, in the column `column`. */
export interface Live {
  rows: readonly Row[];
  at: number;
  column: number;
}

export interface Painter {
  /** Writes rows that stay, above the live ones. */
  print(rows: readonly Row[]): void;
  show(live: Live): void;
  /** The window has another size: what stands there has been wrapped anew by the terminal. */
  resized(columns: number): void;
  /** Takes the live rows away. */
  clear(): void;
}

const codes: Record<Style, readonly [number, number]> = {
  bold: [1, 22],
  dim: [2, 22],
  green: [32, 39],
  red: [31, 39],
  yellow: [33, 39],
  cyan: [36, 39],
};

const esc = '\u001b[';
const hideCursor = `${esc}?25l${esc}?7l`;
const showCursor = `${esc}?7h${esc}?25h`;
const none: Live = { rows: [], at: 0, column: 0 };

/** A row as it is written. The signs were made harmless when they were measured. */
export function painted(row: Row, coloured: boolean): string {
  const text = signsOf(row);
  if (!coloured) return text.map((sign) => sign.text).join('');
  let written = '';
  let style: Style | undefined;
  for (const sign of text) {
    if (sign.style !== style) {
      if (style) written += `${esc}${codes[style][1]}m`;
      if (sign.style) written += `${esc}${codes[sign.style][0]}m`;
      style = sign.style;
    }
    written += sign.text;
  }
  return style ? `${written}${esc}${codes[style][1]}m` : written;
}

export function createPainter(write: (text: string) => void, coloured: boolean): Painter {
  let shown: Live = none;
  let lines: string[] = [];
  /** Rows between the first live one and the cursor, when wrapping has made them more than was painted. */
  let above = 0;
  let stale = false;

  const up = (count: number) => (count > 0 ? `${esc}${count}A` : '');
  const toTop = () => `${up(above)}\r`;

  const place = ({ rows, at, column }: Live) => `${up(rows.length - 1 - at)}\r${column > 0 ? `${esc}${column}C` : ''}`;

  const fresh = (live: Live): string => {
    lines = live.rows.map((row) => painted(row, coloured));
    return live.rows.length === 0 ? '' : `${lines.join('\r\n')}${place(live)}`;
  };

  const changed = (live: Live): string => {
    const next = live.rows.map((row) => painted(row, coloured));
    let written = toTop();
    next.forEach((line, i) => {
      if (i > 0) written += '\r\n';
      if (line !== lines[i]) written += `${line}${esc}K`;
    });
    if (next.length < lines.length) written += `${next.length > 0 ? '\r\n' : ''}${esc}J${next.length > 0 ? up(1) : ''}`;
    lines = next;
    return `${written}${place(live)}`;
  };

  const same = (live: Live) =>
    !stale &&
    live.at === shown.at &&
    live.column === shown.column &&
    live.rows.length === lines.length &&
    live.rows.every((row, i) => painted(row, coloured) === lines[i]);

  const settle = (live: Live) => {
    shown = live;
    above = live.at;
    stale = false;
  };

  return {
    print: (rows) => {
      const text = rows.map((row) => `${painted(row, coloured)}\r\n`).join('');
      write(`${hideCursor}${toTop()}${esc}J${text}${fresh(shown)}${showCursor}`);
      settle(shown);
    },
    show: (live) => {
      if (same(live)) return;
      write(`${hideCursor}${stale ? `${toTop()}${esc}J${fresh(live)}` : changed(live)}${showCursor}`);
      settle(live);
    },
    resized: (columns) => {
      const rowsOf = (row: Row) => Math.max(1, Math.ceil(widthOf(row) / columns));
      above =
        shown.rows.slice(0, shown.at).reduce((sum, row) => sum + rowsOf(row), 0) + Math.floor(shown.column / columns);
      stale = true;
    },
    clear: () => {
      if (shown.rows.length > 0) write(`${toTop()}${esc}J`);
      lines = [];
      settle(none);
    },
  };
}
