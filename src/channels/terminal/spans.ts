/**
 * Styled text measured in the columns of a terminal, and the one gate to it: whatever a row is made of, a character
 * that has no shape of its own (a control, a change of direction, an escape) is spelt out here and never obeyed.
 */
import { eastAsianWidth } from 'get-east-asian-width';

export type Style = 'bold' | 'dim' | 'green' | 'red' | 'yellow' | 'cyan';
export type Span = readonly [text: string, style?: Style];
export type Row = readonly Span[];

/** One sign as a person sees it, with the columns that it takes. */
export interface Sign {
  text: string;
  width: number;
  style: Style | undefined;
}

const invisible = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Cn}\p{Default_Ignorable_Code_Point}\u{2800}]/u;
const emoji = /^\p{RGI_Emoji}$/v;
const mark = /^\p{M}$/u;
const maxMarks = 3;
const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** What a person takes for one character. */
export const graphemes = (text: string): string[] =>
  /^[\x20-\x7e]*$/.test(text) ? [...text] : Array.from(segmenter.segment(text), ({ segment }) => segment);

const spelt = (character: string): string =>
  `[U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}]`;

/** One grapheme without anything that a terminal would obey. */
function harmless(grapheme: string): string {
  if (grapheme === '\n' || grapheme === '\r\n' || grapheme === '\r') return '↵';
  if (grapheme === '\t') return ' ';
  if (emoji.test(grapheme)) return grapheme;
  let marks = 0;
  return [...grapheme]
    .filter((character) => !mark.test(character) || ++marks <= maxMarks)
    .map((character) => (invisible.test(character) ? spelt(character) : character))
    .join('');
}

/** The columns of one harmless grapheme; marks stand over what they belong to. */
function columnsOf(grapheme: string): number {
  if (grapheme.length > 1 && emoji.test(grapheme)) return 2;
  let width = 0;
  for (const character of grapheme) {
    const code = character.codePointAt(0)!;
    // The second and third part of a Korean syllable join the first.
    if (mark.test(character) || (code >= 0x1160 && code <= 0x11ff)) continue;
    width += eastAsianWidth(code);
  }
  return width;
}

const signCache = new Map<string, { text: string; width: number }>();
const maxCached = 4_000;

function measured(grapheme: string): { text: string; width: number } {
  const known = signCache.get(grapheme);
  if (known) return known;
  const text = harmless(grapheme);
  const sign = { text, width: columnsOf(text) };
  if (signCache.size >= maxCached) signCache.clear();
  signCache.set(grapheme, sign);
  return sign;
}

/** The signs of a row. */
export const signsOf = (row: Row): Sign[] =>
  row.flatMap(([text, style]) => graphemes(text).map((one) => ({ ...measured(one), style })));

export const widthOf = (row: Row): number => signsOf(row).reduce((sum, { width }) => sum + width, 0);
export const textWidth = (text: string): number => widthOf([[text]]);

/** Signs as spans, neighbours of one style together. */
function spansOf(signs: readonly Sign[]): Span[] {
  const spans: [string, Style?][] = [];
  for (const { text, style } of signs) {
    const last = spans.at(-1);
    if (last && last[1] === style) last[0] += text;
    else spans.push(style === undefined ? [text] : [text, style]);
  }
  return spans;
}

/** The row within so many columns; what is cut off is said by `…`. */
export function fit(row: Row, width: number): Row {
  const signs = signsOf(row);
  if (signs.reduce((sum, one) => sum + one.width, 0) <= width) return spansOf(signs);
  const kept: Sign[] = [];
  let taken = 1;
  for (const sign of signs) {
    if (taken + sign.width > width) break;
    kept.push(sign);
    taken += sign.width;
  }
  return width < 1 ? [] : spansOf([...kept, { text: '…', width: 1, style: kept.at(-1)?.style }]);
}

/** The row on as many rows as it needs, broken between words where that is possible; all but the first are indented. */
export function wrap(row: Row, width: number, indent = 0): Row[] {
  const room = Math.max(width, 8);
  const hang = Math.min(indent, Math.floor(room / 2));
  const rows: Sign[][] = [];
  let line: Sign[] = [];
  let taken = 0;
  for (const sign of signsOf(row)) {
    if (taken + sign.width > room) {
      const at = line.findLastIndex(({ text }) => text === ' ');
      // A word that begins the row is longer than it, and is cut.
      const cut = at > (rows.length > 0 ? hang : 0) && line.length - at < room / 2 ? at + 1 : line.length;
      const rest = line.slice(cut);
      rows.push(line.slice(0, cut));
      line = [...Array.from({ length: hang }, () => ({ text: ' ', width: 1, style: undefined })), ...rest];
      taken = line.reduce((sum, one) => sum + one.width, 0);
      if (rest.length === 0 && sign.text === ' ') continue;
    }
    line.push(sign);
    taken += sign.width;
  }
  rows.push(line);
  return rows.map((signs) => spansOf(trimmed(signs)));
}

const trimmed = (signs: Sign[]): Sign[] => signs.slice(0, signs.findLastIndex(({ text }) => text !== ' ') + 1);

/** Spaces behind the text up to so many columns. */
export const padded = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - textWidth(text)));
