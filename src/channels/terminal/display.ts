/** Paints a scene when there is a reason to: at once after a key, soon after a change, and on while something runs. */
import { arrange, type Scene } from './arrange.ts';
import type { Look } from './blocks.ts';
import { createPainter } from './painter.ts';
import { type Row, wrap } from './spans.ts';
import type { TerminalWords } from './words.ts';

export interface Screen {
  write(text: string): void;
  columns(): number;
  rows(): number;
  coloured: boolean;
}

export interface Display {
  look(): Look;
  /** Rows that stay. */
  print(rows: readonly Row[]): void;
  paint(): void;
  soon(): void;
  resized(): void;
  /** An empty window, painted anew. */
  wipe(): void;
  /** Takes the live rows away and paints no more. */
  end(): void;
}

const soonMs = 30;
const tickMs = 100;

/** `scene` gives what to paint and in how many milliseconds it is worth another look. */
export function createDisplay(
  screen: Screen,
  words: TerminalWords,
  scene: (look: Look) => { scene: Scene; againInMs: number | null },
): Display {
  const painter = createPainter(screen.write, screen.coloured);
  let timer: NodeJS.Timeout | null = null;
  let due = 0;
  let ended = false;

  const look = (): Look => ({ columns: screen.columns(), now: Date.now(), words });

  const later = (ms: number) => {
    if (timer && due <= Date.now() + ms) return;
    if (timer) clearTimeout(timer);
    due = Date.now() + ms;
    timer = setTimeout(paint, ms);
  };

  const paint = () => {
    if (timer) clearTimeout(timer);
    timer = null;
    if (ended) return;
    const at = look();
    const { scene: now, againInMs } = scene(at);
    painter.show(arrange(now, at, screen.rows()));
    const moves = now.runs.some(({ tree }) => tree.length === 0 || tree.some(({ mark }) => mark === 'running'));
    if (moves) later(tickMs);
    if (againInMs !== null) later(againInMs);
  };

  return {
    look,
    print: (rows) => painter.print(rows.flatMap((row) => (row.length === 0 ? [row] : wrap(row, screen.columns(), 2)))),
    paint,
    soon: () => {
      if (!ended) later(soonMs);
    },
    resized: () => {
      painter.resized(screen.columns());
      paint();
    },
    wipe: () => {
      painter.clear();
      screen.write('\u001b[2J\u001b[H');
      paint();
    },
    end: () => {
      if (timer) clearTimeout(timer);
      ended = true;
      painter.clear();
    },
  };
}
