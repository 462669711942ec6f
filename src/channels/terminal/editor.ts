/** A line being edited: pure, one key to the next line. Positions count what a person takes for one character. */
import { graphemes } from './spans.ts';

/** A key as node:readline names it. */
export interface Key {
  name?: string | undefined;
  sequence?: string | undefined;
  ctrl?: boolean | undefined;
  meta?: boolean | undefined;
  shift?: boolean | undefined;
}

export interface Line {
  readonly signs: readonly string[];
  /** How many signs stand before the cursor. */
  readonly at: number;
}

export const emptyLine: Line = { signs: [], at: 0 };

/** A text with the cursor behind it. */
export function lineOf(text: string): Line {
  const signs = graphemes(text);
  return { signs, at: signs.length };
}

export const textOf = ({ signs }: Line): string => signs.join('');

export function inserted({ signs, at }: Line, text: string): Line {
  const before = signs.slice(0, at).join('') + text;
  // A mark that is typed joins the character before it.
  const joined = graphemes(before);
  return { signs: graphemes(before + signs.slice(at).join('')), at: joined.length };
}

const without = ({ signs }: Line, from: number, to: number): Line => ({
  signs: [...signs.slice(0, from), ...signs.slice(to)],
  at: from,
});

const isWord = (sign: string): boolean => /[\p{L}\p{N}_]/u.test(sign);

function wordLeft({ signs, at }: Line): number {
  let to = at;
  while (to > 0 && !isWord(signs[to - 1]!)) to -= 1;
  while (to > 0 && isWord(signs[to - 1]!)) to -= 1;
  return to;
}

function wordRight({ signs, at }: Line): number {
  let to = at;
  while (to < signs.length && !isWord(signs[to]!)) to += 1;
  while (to < signs.length && isWord(signs[to]!)) to += 1;
  return to;
}

/** The line after a key, or null for a key that does not edit. */
export function edited(line: Line, key: Key): Line | null {
  const { signs, at } = line;
  const move = (to: number): Line => ({ signs, at: Math.min(Math.max(to, 0), signs.length) });
  const { name = '', ctrl = false, meta = false, sequence = '' } = key;
  const byWord = ctrl || meta;
  switch (name) {
    case 'left':
      return move(byWord ? wordLeft(line) : at - 1);
    case 'right':
      return move(byWord ? wordRight(line) : at + 1);
    case 'home':
      return move(0);
    case 'end':
      return move(signs.length);
    case 'backspace':
      return without(line, byWord ? wordLeft(line) : Math.max(0, at - 1), at);
    case 'delete':
      return without(line, at, byWord ? wordRight(line) : Math.min(signs.length, at + 1));
  }
  if (ctrl) return edits[name]?.(line) ?? null;
  if (meta) return name === 'b' ? move(wordLeft(line)) : name === 'f' ? move(wordRight(line)) : null;
  return isTyped(sequence) ? inserted(line, sequence) : null;
}

const edits: Record<string, (line: Line) => Line> = {
  a: ({ signs }) => ({ signs, at: 0 }),
  e: ({ signs }) => ({ signs, at: signs.length }),
  b: ({ signs, at }) => ({ signs, at: Math.max(0, at - 1) }),
  f: ({ signs, at }) => ({ signs, at: Math.min(signs.length, at + 1) }),
  h: (line) => without(line, Math.max(0, line.at - 1), line.at),
  k: (line) => without(line, line.at, line.signs.length),
  u: (line) => without(line, 0, line.at),
  w: (line) => without(line, wordLeft(line), line.at),
};

/** Text, as opposed to a key that has a name of its own. */
const isTyped = (sequence: string): boolean => sequence !== '' && !/^[\p{Cc}]/u.test(sequence);

// Where the keys of a Russian keyboard are on a Latin one: whoever sees `[a]` presses the same key on both.
const russian = 'йцукенгшщзхъфывапролджэячсмитьбю';
const latin = "qwertyuiop[]asdfghjkl;'zxcvbnm,.";

/** The Latin letter of a key that stands for a choice. */
export function letterOf({ sequence = '', ctrl, meta }: Key): string {
  if (ctrl || meta) return '';
  const typed = sequence.toLowerCase();
  const at = russian.indexOf(typed);
  return typed !== '' && at >= 0 ? latin[at]! : typed;
}
