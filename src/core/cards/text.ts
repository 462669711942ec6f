/**
 * Makes untrusted text harmless to the eye: what cannot be seen is spelt out, what could push other text away is
 * collapsed, and what is cut says how much was cut.
 */
import type { Words } from './words.ts';

/** No text is looked at further than this; the rest is counted. */
const maxLookedAt = 20_000;

const named = (character: string): string =>
  `[U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}]`;

// Joiners and presentation selectors that belong to an emoji are part of what is seen.
const emojiPart = /(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}]\u{FE0F}?)[\u{200D}\u{FE0F}]/uy;
const invisible = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Cn}\p{Default_Ignorable_Code_Point}\u{2800}]/gu;

function spellOut(text: string): string {
  return text.replace(invisible, (character, at: number) => {
    emojiPart.lastIndex = at;
    return emojiPart.test(text) ? character : named(character);
  });
}

// It begins where a gap begins: tried from each space of a long one, it would take quadratic time.
const breaks =
  /(?<![^\S\n\r\u2028\u2029\v\f])[^\S\n\r\u2028\u2029\v\f]*(?:\r\n|[\n\r\u2028\u2029\v\f\u0085])[\s\u0085]*/g;

/** Line breaks become one sign, with their number when there are several; wide gaps become one with theirs. */
const collapse = (text: string): string =>
  text
    .replace(breaks, (run) => {
      const count = run.match(/\r\n|[\n\r\u2028\u2029\v\f\u0085]/g)!.length;
      return count === 1 ? ' ↵ ' : ` ↵×${count} `;
    })
    .replace(/[\t\p{Zs}]+/gu, (gap) => (gap.length < 3 ? ' ' : ` ␣×${gap.length} `))
    .replace(/(\p{M}{3})\p{M}+/gu, '$1')
    .trim();

/** Text on one line in which every character that has no shape is spelt out: `[U+202E]`. */
export const visible = (text: string): string => spellOut(collapse(text));

/** Visible text with its lines, for a file. */
export const visibleLines = (text: string): string =>
  text
    .split(/\r\n|[\n\r\u2028\u2029\v\f\u0085]/)
    .map(visible)
    .join('\n');

/** Visible text of at most `max` characters, and how many more there are. */
export function shorten(text: string, max: number, words: Words): string {
  const looked = visible(cut(text, maxLookedAt));
  const shown = cut(looked, max);
  const more = looked.length - shown.length + Math.max(0, text.length - maxLookedAt);
  return more === 0 ? shown : `${shown}${words.moreCharacters(more)}`;
}

/** The first characters, never half of one. */
function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  const last = text.charCodeAt(max - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? max - 1 : max);
}

/** The first line that has text in it. */
export const firstLine = (text: string): string => text.split(/[\n\r\u2028\u2029]/).find((line) => line.trim()) ?? '';

/** The last digits of a run's id: enough to find it by. */
export const shortRun = (run: string): string => run.slice(-8);
