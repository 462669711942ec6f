/**
 * Makes plain words of what a model wrote: no markup, nothing unseen, and nothing that can be followed, called or
 * tapped, unless it stands in the facts. A model that was talked into something can then mislead nobody by a link.
 */

const host = '(?:[\\p{L}\\p{N}](?:[\\p{L}\\p{N}-]*[\\p{L}\\p{N}])?\\.)+(?:xn--[a-z\\d-]+|\\p{L}{2,})';
const followed = [
  // An address with its scheme
  '[a-z][a-z0-9+.-]*:\\/\\/[^\\s<>"`]+',
  '(?:mailto|tel|tg|sms|data|javascript|slack):[^\\s<>"`]+',
  // A host or an e-mail address, which chats turn into links by themselves
  `(?:[\\p{L}\\p{N}._%+-]+@)?${host}(?::\\d+)?(?:[\\/?#][^\\s<>"\`]*)?`,
  '\\d{1,3}(?:\\.\\d{1,3}){3}(?:[:\\/][^\\s<>"`]*)?',
  // A mention, and a command of a chat
  '(?<![\\p{L}\\p{N}])[@＠][\\p{L}\\p{N}_.-]+',
  '(?<![\\p{L}\\p{N}\\/.:])\\/[a-z][a-z0-9_]+(?![\\p{L}\\p{N}\\/])',
].join('|');
const pattern = new RegExp(followed, 'giu');

/** Without the punctuation that follows it in a sentence. */
const bare = (token: string): string => token.replace(/[.,;:!?)\]}»”"'…]+$/u, '');

function withoutForeign(text: string, facts: string): string {
  const known = new Set([...facts.matchAll(pattern)].map(([token]) => bare(token).toLowerCase()));
  const once = (of: string) =>
    of.replace(pattern, (token) => {
      const named = bare(token);
      return known.has(named.toLowerCase()) ? token : `…${token.slice(named.length)}`;
    });
  // What is taken out may leave something behind that is one as well; each time there is less.
  let [before, after] = [text, once(text)];
  while (after !== before) [before, after] = [after, once(after)];
  return after;
}

const withoutMarkup = (text: string): string =>
  text
    .replace(/!?\[([^\]\n]*)\]\([^)\s]*\)/g, '$1')
    .replace(/<(?:\/?[a-z][^<>]*|[!@#][^<>]*)>/gi, ' ')
    .replace(/^[ \t]*(?:#{1,6}|>|[-*+•])[ \t]+/gm, '')
    .replace(/`+|~~|\*+(?=\S)|(?<=\S)\*+/g, '')
    .replace(/(?<![\p{L}\p{N}_])_+([^_\n]+)_+(?![\p{L}\p{N}_])/gu, '$1');

const unseen = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Cn}\p{Default_Ignorable_Code_Point}]/gu;

/** At most so many characters, to the end of a sentence where one is near, and never half of a character. */
function bounded(text: string, max: number): string {
  if (text.length <= max) return text;
  const cut = text.slice(0, max - 1).replace(/[\uD800-\uDBFF]$/, '');
  const sentence = /^[\s\S]*[.!?…](?=\s)/.exec(cut)?.[0] ?? '';
  if (sentence.length >= max / 2) return sentence;
  return `${cut.replace(/\s+\S*$/, '')}…`;
}

/** Plain words of at most `max` characters; links, mentions and commands only as far as the facts have them. */
export function plainWords(text: string, facts: string, max: number): string {
  // What is unseen goes first: it could keep a link from being recognised.
  const seen = text
    .toWellFormed()
    .replace(/\s+/g, (gap) => (gap.includes('\n') ? '\n' : ' '))
    .replace(/[^\S\n]/g, ' ');
  const visible = seen.replace(unseen, (character) => (character === '\n' ? '\n' : ''));
  const words = withoutForeign(withoutMarkup(visible), facts).replace(/\s+/g, ' ').trim();
  // Cut off, a link is another link.
  return withoutForeign(bounded(words, max), facts);
}
