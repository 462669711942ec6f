/**
 * How alike two names of companies or people are, whatever the alphabet, the case, the legal form and the order of the
 * words: `ООО «Змей Горыныч»` is `Gorynych Zmey LLC`.
 *
 * Names are brought to one spelling first, then compared by edits (Levenshtein). Romanisation is not one-to-one, so
 * spellings between which people waver become the same: `Khrustalyov`, `Hrustalev` and `Хрусталёв`.
 */
import { distance } from 'fastest-levenshtein';

const latin: Record<string, string> = {
  ...{ а: 'a', б: 'b', в: 'v', г: 'g', д: 'd', е: 'e', ё: 'e', ж: 'zh', з: 'z', и: 'i', й: 'i', к: 'k', л: 'l' },
  ...{ м: 'm', н: 'n', о: 'o', п: 'p', р: 'r', с: 's', т: 't', у: 'u', ф: 'f', х: 'kh', ц: 'ts', ч: 'ch', ш: 'sh' },
  ...{ щ: 'shch', ъ: '', ы: 'y', ь: '', э: 'e', ю: 'yu', я: 'ya', і: 'i', ї: 'i', є: 'e', ґ: 'g', ў: 'u' },
  ...{ ß: 'ss', ø: 'o', ł: 'l', æ: 'ae', œ: 'oe', đ: 'd', þ: 'th', ð: 'd', ı: 'i' },
};

/** Spelt in more than one way by those who write it in Latin letters. In this order. */
const wavering: [RegExp, string][] = [
  [/shch|stch|sch/g, 'sh'],
  [/kh/g, 'h'],
  [/ph/g, 'f'],
  [/tch/g, 'ch'],
  [/tz|cz/g, 'ts'],
  [/x/g, 'ks'],
  [/[yij]+o(?=v\b)/g, 'e'],
  [/[yij]+(?=[aeou])/g, ''],
  [/c(?!h)|q/g, 'k'],
  [/w/g, 'v'],
  [/[yj]/g, 'i'],
  [/(.)\1+/g, '$1'],
];

/** Words that say what kind of company it is and nothing of which. Cyrillic ones as they come out in Latin letters. */
const legalForms = new Set(
  (
    'ooo oao zao pao ao nao ip too chp tov ooo llc llp lp ltd limited inc incorporated corp corporation co company ' +
    'plc gmbh ag kg ug se sa sas sarl srl spa bv nv oy oyj ab as aps pte pty doo sro zoo sp kft group holding ' +
    'obshchestvo s ogranichennoi otvetstvennostyu aktsionernoe publichnoe zakrytoe individualnyi predprinimatel the and und i'
  ).split(' '),
);

/** Words that half the companies of the world have in their names. They count half. */
const common = new Set(
  'trading trade export eksport import invest investment logistics logistik shiping consulting service services group'.split(
    ' ',
  ),
);

/** The words of a name in one spelling, without legal forms. */
export function words(name: string): string[] {
  const plain = [...name.normalize('NFKC').toLowerCase()]
    .map((letter) => latin[letter] ?? letter.normalize('NFKD').replace(/\p{M}/gu, ''))
    .join('');
  const all = plain
    // `S.A.` and `z o.o.` are one word each.
    .replace(/(?<=\b\p{L})[.\s]+(?=\p{L}\b)/gu, '')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
  const telling = all.filter((word) => !legalForms.has(word));
  // A name made of nothing else is still a name.
  return (telling.length > 0 ? telling : all).map(settle);
}

const settle = (word: string): string => wavering.reduce((at, [from, to]) => at.replace(from, to), word);

const weigh = (all: readonly string[]): number =>
  all.reduce((sum, word) => sum + word.length * (common.has(word) ? 0.5 : 1), 0);

const alike = (a: string, b: string): number => {
  const longest = Math.max(a.length, b.length);
  return longest === 0 ? 0 : 1 - distance(a, b) / longest;
};

/** A name inside a longer one is near, and never the same. */
const insideCounts = 0.95;
/** So much of the listed name must be there when words of it are left out. */
const leastShare = 0.7;

/** How alike a name is to a listed one, between 0 and 1; 1 says that they are the same but for spelling. */
export function similarity(name: string, listed: string): number {
  const [a, b] = [words(name), words(listed)];
  const sorted = alike([...a].sort().join(' '), [...b].sort().join(' '));
  // Written as one word, or with a hyphen too many.
  const joined = insideCounts * alike(a.join(''), b.join(''));
  const shorter = weigh(a) >= leastShare * weigh(b) ? inside(a, b) : 0;
  return Math.max(sorted, joined, insideCounts * Math.max(shorter, inside(b, a)));
}

/** How well each word of the shorter name is found in the longer one. One word alone proves nothing. */
function inside(short: string[], long: string[]): number {
  if (short.length < 2 || short.length > long.length) return 0;
  return (
    short.reduce((at, word) => at + Math.max(...long.map((one) => alike(word, one))) * weigh([word]), 0) / weigh(short)
  );
}
