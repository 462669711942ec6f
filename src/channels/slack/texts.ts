/** Foreign text on its way into Slack: never markup, never longer than it may be, and what is cut says so. */
import type { SlackWords } from './words.ts';

/** A text with no more lines than this is no flood. */
const maxLines = 40;

/**
 * The three characters that Slack's markup is made of, where a text is read as markup
 * (https://docs.slack.dev/messaging/formatting-message-text): nothing in it is a mention, a link or a broadcast then.
 */
export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** What turns the order of characters around would let a text look like another one: it is left out. */
const turns = /[\u202A-\u202E\u2066-\u2069\u200E\u200F\u061C]/g;

/** At most `max` characters with the note, in few lines; never half of a character. */
export function fit(text: string, max: number, words: Pick<SlackWords, 'cut'>): string {
  const shown = text.toWellFormed().replace(turns, '').replaceAll('\u0000', '\uFFFD');
  const lines = shown.split('\n');
  const few = lines.length > maxLines ? lines.slice(0, maxLines).join('\n') : shown;
  if (few.length === shown.length && shown.length <= max) return shown;
  const room = Math.max(1, Math.min(few.length, max - words.cut(shown.length).length));
  const kept = whole(few, room);
  return `${kept}${words.cut(shown.length - kept.length)}`.slice(0, max);
}

/** A text of one line, cut with an ellipsis alone: for headings and labels. */
export function label(text: string, max: number): string {
  const shown = text.toWellFormed().replace(turns, '').replace(/\s+/g, ' ').trim();
  return shown.length <= max ? shown || '–' : `${whole(shown, max - 1)}…`;
}

/** Escaped text of at most `max` characters, however much of it had to be escaped. */
export function escapedWithin(text: string, max: number): string {
  const all = escaped(text);
  if (all.length <= max) return all;
  let room = max - 1;
  let shown = '';
  for (const character of text) {
    const next = escaped(character);
    room -= next.length;
    if (room < 0) break;
    shown += next;
  }
  return `${shown}…`;
}

function whole(text: string, max: number): string {
  const last = text.charCodeAt(max - 1);
  return text.slice(0, text.length > max && last >= 0xd800 && last <= 0xdbff ? max - 1 : max);
}

/**
 * What a person wrote, as they meant it: Slack sends mentions, links and its three special characters in a markup of
 * its own. Mentions of the app itself are its address on the letter, and no part of it.
 */
export function readText(text: string, bot: string): string {
  return text
    .replace(/<([@#!][^<>\n]+|[a-z][a-z0-9+.-]*:[^<>\n]+)>/gi, (_, inside: string) => meant(inside, bot))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .trim();
}

function meant(inside: string, bot: string): string {
  const bar = inside.indexOf('|');
  const [target, named] = bar < 0 ? [inside, ''] : [inside.slice(0, bar), inside.slice(bar + 1)];
  if (target === `@${bot}`) return '';
  if (target.startsWith('@')) return named === '' ? target : `@${named.replace(/^@/, '')}`;
  if (target.startsWith('#')) return named === '' ? target : `#${named}`;
  if (target.startsWith('!')) return named === '' ? `@${target.slice(1).split('^')[0]}` : named;
  if (/^(mailto|tel):/.test(target)) return named === '' ? target.slice(target.indexOf(':') + 1) : named;
  return named === '' || target.endsWith(named) ? target : `${named} (${target})`;
}
