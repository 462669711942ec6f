/** A card as lines of text. Its texts were made harmless when it was made; here they only find their place. */
import type { Card, CardLine } from '../../contracts/card.ts';

export type Style = 'bold' | 'dim' | 'green' | 'red' | 'yellow' | 'cyan';

/** Sets a text off from the others, where that can be seen. */
export type Paint = (style: Style, text: string) => string;

const marks: Record<CardLine['mark'], { sign: string; style: Style }> = {
  waiting: { sign: '?', style: 'yellow' },
  running: { sign: '…', style: 'cyan' },
  done: { sign: '✓', style: 'green' },
  failed: { sign: '✗', style: 'red' },
  skipped: { sign: '–', style: 'dim' },
  undone: { sign: '↩', style: 'yellow' },
  note: { sign: '·', style: 'dim' },
};

/** One line with its mark. */
export function renderLine({ mark, text, detail }: CardLine, paint: Paint): string {
  const { sign, style } = marks[mark];
  return `  ${paint(style, sign)} ${text}${detail === undefined ? '' : `  ${paint('dim', detail)}`}`;
}

/** Title, facts in a column, lines. */
export function renderCard({ title, facts, lines }: Card, paint: Paint): string[] {
  const width = Math.max(0, ...facts.map(({ label }) => label.length));
  return [
    paint('bold', title),
    ...facts.map(({ label, text }) => `  ${paint('dim', label.padEnd(width))}  ${text}`),
    ...lines.map((line) => renderLine(line, paint)),
  ];
}
