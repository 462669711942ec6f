/**
 * The HTML that the platform takes, read without mercy: an unescaped "<" or "&", an unknown tag or bad nesting fails.
 * The platform lets some of this pass; the documentation of Bot API forbids it.
 */
import type { MessageEntity } from 'telegraf/types';
import { badContent } from './refusal.ts';

export interface Formatted {
  /** What a person reads. */
  text: string;
  entities: MessageEntity[];
}

type Kind = 'bold' | 'italic' | 'underline' | 'strikethrough' | 'spoiler' | 'code' | 'pre' | 'text_link' | 'blockquote';

const kinds: Record<string, Kind> = {
  b: 'bold',
  strong: 'bold',
  i: 'italic',
  em: 'italic',
  u: 'underline',
  ins: 'underline',
  s: 'strikethrough',
  strike: 'strikethrough',
  del: 'strikethrough',
  'tg-spoiler': 'spoiler',
  span: 'spoiler',
  code: 'code',
  pre: 'pre',
  a: 'text_link',
  blockquote: 'blockquote',
};

interface Open {
  tag: string;
  kind: Kind;
  offset: number;
  extra: { url?: string; language?: string };
}

export function parseHtml(html: string): Formatted {
  const open: Open[] = [];
  const entities: MessageEntity[] = [];
  let text = '';
  const fail = (what: string, at: number): never => {
    throw badContent(`can't parse entities: ${what} at byte offset ${Buffer.byteLength(html.slice(0, at))}`);
  };

  const start = (source: string, at: number) => {
    const [, tag = '', rest = ''] = /^<([a-zA-Z][a-zA-Z0-9-]*)((?:\s[\s\S]*)?)>$/.exec(source) ?? [];
    const name = tag.toLowerCase();
    const kind = Object.hasOwn(kinds, name) ? kinds[name]! : fail(`Unsupported start tag "${name}"`, at);
    const extra = attributesOf(name, rest, open.at(-1)) ?? fail(`Unsupported attributes of tag "${name}"`, at);
    if (!mayNest(kind, extra, open)) fail(`Tag "${name}" can't be inside of "${open.at(-1)!.tag}"`, at);
    open.push({ tag: name, kind, offset: text.length, extra });
  };

  const end = (source: string, at: number) => {
    const name = source.slice(2, -1).trim().toLowerCase();
    const last = open.pop() ?? fail('Unexpected end tag', at);
    if (name !== last.tag) fail(`Unmatched end tag, expected "</${last.tag}>", found "</${name}>"`, at);
    const length = text.length - last.offset;
    const outer = open.at(-1);
    if (last.extra.language !== undefined && outer) outer.extra.language = last.extra.language;
    else if (length > 0)
      entities.push({ type: last.kind, offset: last.offset, length, ...last.extra } as MessageEntity);
  };

  for (let at = 0; at < html.length; ) {
    if (html[at] === '<') {
      const close = html.indexOf('>', at);
      if (close < 0) fail('Unclosed start tag', at);
      const source = html.slice(at, close + 1);
      if (source.startsWith('</')) end(source, at);
      else start(source, at);
      at = close + 1;
    } else if (html[at] === '&') {
      const [source, character] = characterAt(html, at) ?? fail('Unescaped "&" or unknown entity', at);
      text += character;
      at += source.length;
    } else {
      text += html[at];
      at += 1;
    }
  }
  if (open.length > 0) {
    throw badContent(`can't parse entities: Can't find end tag corresponding to start tag "${open.at(-1)!.tag}"`);
  }
  return { text, entities: entities.sort((one, other) => one.offset - other.offset || other.length - one.length) };
}

/** "blockquote can't be nested"; "pre and code can't contain other entities", but for the language of a pre. */
function mayNest(kind: Kind, extra: Open['extra'], open: readonly Open[]): boolean {
  if (kind === 'blockquote' && open.some((outer) => outer.kind === 'blockquote')) return false;
  if (kind === 'code' && extra.language !== undefined) return open.at(-1)?.kind === 'pre';
  return !open.some((outer) => outer.kind === 'pre' || outer.kind === 'code');
}

/** What the attributes add to an entity; null when they are not for this tag. */
function attributesOf(tag: string, rest: string, outer: Open | undefined): Open['extra'] | null {
  const source = rest.trim();
  if (tag === 'a') {
    const [, href] = /^href="([^"<>]+)"$/.exec(source) ?? [];
    const url = href === undefined ? null : decode(href);
    return url === null ? null : { url };
  }
  if (tag === 'span') return source === 'class="tg-spoiler"' ? {} : null;
  if (tag === 'blockquote') return source === '' || source === 'expandable' ? {} : null;
  if (tag === 'code' && source !== '') {
    const [, language] = /^class="language-([^"<>&\s]+)"$/.exec(source) ?? [];
    return language === undefined || outer?.kind !== 'pre' ? null : { language };
  }
  return source === '' ? {} : null;
}

const named: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"' };

function characterAt(html: string, at: number): [string, string] | null {
  const [source, decimal, hex, name] =
    /^&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([a-z]+));/.exec(html.slice(at, at + 12)) ?? [];
  if (source === undefined) return null;
  if (name !== undefined) return Object.hasOwn(named, name) ? [source, named[name]!] : null;
  const code = decimal === undefined ? Number.parseInt(hex!, 16) : Number(decimal);
  return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff)
    ? [source, String.fromCodePoint(code)]
    : null;
}

function decode(value: string): string | null {
  let isRight = true;
  const decoded = value.replace(/&[^;&]*;?/g, (source) => {
    const found = characterAt(source, 0);
    if (found?.[0] !== source) isRight = false;
    return found?.[1] ?? '';
  });
  return isRight ? decoded : null;
}
