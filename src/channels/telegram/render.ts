/**
 * A card as a message in Telegram's HTML. Only `<`, `>`, `&` and quotes mean anything there, and all of them are escaped
 * in every text (core.telegram.org/bots/api#html-style). The length that counts is the one without markup, in UTF-16
 * units; what does not fit is left out by whole lines, says so, and goes along as a file.
 */
import type { Card, CardLine } from '../../contracts/card.ts';
import { limits } from './limits.ts';
import { buttonData } from './read.ts';

export interface Rendered {
  html: string;
  /** The same without markup, for when the markup is refused. */
  text: string;
  keyboard: { text: string; callback_data: string }[][];
  /** The whole card, when the message does not hold it. */
  whole: string | null;
}

const signs: Record<CardLine['mark'], string> = {
  waiting: '⏳',
  running: '…',
  done: '✓',
  failed: '✗',
  skipped: '–',
  undone: '↩',
  note: '·',
};

export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** A line as pieces of text, each plain or set off. */
type Piece = [text: string, tag?: 'b' | 'i'];
type Line = Piece[];

const textOf = (line: Line): string => line.map(([text]) => text).join('');
const htmlOf = (line: Line): string =>
  line.map(([text, tag]) => (tag ? `<${tag}>${escaped(text)}</${tag}>` : escaped(text))).join('');

/**
 * Where not all of a card fits: no piece of it may push the rest out, and the last lines together with the title must
 * fit whatever they say.
 */
const longest = { title: 300, piece: 800, pieceOfTail: 250 } as const;
const linesOfTail = 3;

/** Never half of a character. */
export function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  const last = text.charCodeAt(max - 2);
  return `${text.slice(0, last >= 0xd800 && last <= 0xdbff ? max - 2 : max - 1)}…`;
}

/** The title, then a line a fact and a line a step. */
function linesOf({ title, facts, lines }: Card): [Line, ...Line[]] {
  const known: Line[] = facts.map(({ label, text }) => [[`${label}: `, 'i'], [text]]);
  const steps: Line[] = lines.map(({ mark, text, detail }) => [
    [`${signs[mark]} ${text}`],
    ...(detail === undefined ? [] : [[`  ${detail}`, 'i'] as Piece]),
  ]);
  return [[[title, 'b']], ...known, ...steps].map((line) =>
    (line as Line).map(([text, ...tag]): Piece => [text.toWellFormed(), ...tag]),
  ) as [Line, ...Line[]];
}

const cutLine = (line: Line, max: number): Line => line.map(([text, ...tag]): Piece => [cut(text, max), ...tag]);

/** `more` says that there is more, and where it is. */
export function renderCard(card: Card, more: string): Rendered {
  const all = linesOf(card);
  const full = all.map(textOf).join('\n');
  const values = (card.whole ?? []).map(({ label, text }) => `${label}: ${text}`);
  const isWhole = full.length <= limits.text && values.length === 0;
  const room = limits.text - more.length - 1;
  const shown = isWhole ? all : [...(full.length <= room ? all : within(all, room)), [[more, 'i'] as Piece]];
  return {
    html: shown.map(htmlOf).join('\n'),
    text: shown.map(textOf).join('\n'),
    keyboard: keyboardOf(card),
    whole: isWhole ? null : [full, ...(values.length > 0 ? ['', ...values] : [])].join('\n').toWellFormed(),
  };
}

/**
 * The lines that fit. How a question was closed, and what a run waits for, stands at the end; so the last lines are kept
 * and the ones before them are left out.
 */
function within([title, ...rest]: readonly [Line, ...Line[]], room: number): Line[] {
  const head = cutLine(title, longest.title);
  const tail = rest.slice(-linesOfTail).map((line) => cutLine(line, longest.pieceOfTail));
  const kept: Line[] = [];
  let left = room - [head, ...tail].reduce((sum, line) => sum + textOf(line).length + 1, 0) - 2;
  for (const line of rest.slice(0, -linesOfTail).map((one) => cutLine(one, longest.piece))) {
    const length = textOf(line).length + 1;
    if (length > left) return [head, ...kept, [['…']], ...tail];
    left -= length;
    kept.push(line);
  }
  return [head, ...kept, ...tail];
}

function keyboardOf({ buttons, code }: Card): Rendered['keyboard'] {
  if (code === null) return [];
  const keys = buttons.map(({ verb, label }) => ({ text: cut(label, 60), callback_data: buttonData(verb, code) }));
  return Array.from({ length: Math.ceil(keys.length / limits.buttonsARow) }, (_, row) =>
    keys.slice(row * limits.buttonsARow, (row + 1) * limits.buttonsARow),
  );
}
