/** What mrkdwn becomes before a person’s eyes, and what in it pings or links. */
import { isObject } from './check.ts';
import type { Ping } from './types.ts';

export type NameOf = (id: string) => string;
type Found = Pick<Ping, 'kind' | 'sequence' | 'at'>;

const sequences = /<([^<>]+)>/g;

function kindOf(inside: string): Ping['kind'] | undefined {
  if (/^!(channel|here|everyone)\b/.test(inside)) return 'broadcast';
  if (inside.startsWith('!subteam^')) return 'group';
  if (inside.startsWith('!date^')) return 'date';
  if (/^@[UWB]/.test(inside)) return 'user';
  if (/^#C/.test(inside)) return 'channel';
  return inside.includes('|') || /^[a-z][a-z0-9+.-]*:/i.test(inside) ? 'link' : undefined;
}

/** The control sequences of a text: whatever of these came from outside was not escaped. */
export const pingsOf = (text: string, at: string): Found[] =>
  [...text.matchAll(sequences)].flatMap(([sequence, inside = '']) => {
    const kind = kindOf(inside);
    return kind === undefined ? [] : [{ kind, sequence, at }];
  });

/** The same anywhere in blocks or a view: in mrkdwn, in markdown, and as elements of rich text. */
export function pingsIn(value: unknown, at: string): Found[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => pingsIn(item, `${at}/${index}`));
  if (!isObject(value)) return [];
  if (value.type === 'mrkdwn' || value.type === 'markdown') return pingsOf(String(value.text), `${at}/text`);
  if (value.type === 'broadcast') return [{ kind: 'broadcast', sequence: `<!${String(value.range)}>`, at }];
  if (value.type === 'user') return [{ kind: 'user', sequence: `<@${String(value.user_id)}>`, at }];
  if (value.type === 'usergroup') return [{ kind: 'group', sequence: `<!subteam^${String(value.usergroup_id)}>`, at }];
  return Object.entries(value).flatMap(([name, content]) => pingsIn(content, `${at}/${name}`));
}

function shown(sequence: string, inside: string, nameOf: NameOf): string {
  const kind = kindOf(inside);
  const bar = inside.indexOf('|');
  const [target, label] = bar < 0 ? [inside, undefined] : [inside.slice(0, bar), inside.slice(bar + 1)];
  if (kind === 'broadcast') return `@${target.slice(1)}`;
  if (kind === 'group') return label ?? `@${target.slice('!subteam^'.length)}`;
  if (kind === 'date') return label ?? target;
  if (kind === 'user') return `@${nameOf(target.slice(1))}`;
  if (kind === 'channel') return `#${nameOf(target.slice(1))}`;
  return kind === 'link' ? (label ?? target.replace(/^mailto:/, '')) : sequence;
}

const unescaped = (text: string) => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

const opening = '(^|[\\s(\\[{"\'«—–-])';
const closing = '(?=$|[\\s)\\]}"\'».,:;!?…—–-])';
const marks = ['\\*', '_', '~'].map(
  (mark) => new RegExp(`${opening}${mark}(\\S|\\S[^\\n]*?\\S)${mark}${closing}`, 'gmu'),
);

/** Without the marks of bold, italic and struck text; code keeps what is in it. */
const formatted = (text: string) => marks.reduce((result, mark) => result.replace(mark, '$1$2'), text);

const prose = (text: string, nameOf: NameOf) =>
  unescaped(formatted(text.replace(sequences, (sequence, inside: string) => shown(sequence, inside, nameOf))));

/** mrkdwn as a person reads it. */
export const readMrkdwn = (text: string, nameOf: NameOf): string =>
  text
    .split(/(```[\s\S]*?```|`[^`\n]+`)/)
    .map((part, index) => {
      if (index % 2 === 0) return prose(part, nameOf);
      const code = part.startsWith('```') ? part.slice(3, -3) : part.slice(1, -1);
      return unescaped(code.replace(sequences, (sequence, inside: string) => shown(sequence, inside, nameOf)));
    })
    .join('');

/** What Slack makes of what a person types: escaped, with links, addresses and people found. */
export function typedText(text: string, people: readonly { id: string; name: string }[]): string {
  const safe = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return safe
    .replace(/https?:\/\/[^\s]+[^\s.,;:!?)]/g, '<$&>')
    .replace(/(?<![\w.@/|])[\w.+-]+@[\w-]+\.[\w.-]*\w/g, '<mailto:$&|$&>')
    .replace(/(?<![\w<])@(here|channel|everyone)\b/g, '<!$1>')
    .replace(/(?<![\w<.])@([\w.-]*\w)/g, (typed, name: string) => {
      const person = people.find((one) => one.name === name || one.id === name);
      return person ? `<@${person.id}>` : typed;
    });
}
