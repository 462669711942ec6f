/**
 * A JSON value as labelled facts: verbatim, but cut where it is long, and never what is hidden. Short facts of the upper
 * level come first, so that a long list cannot push them away; what is left out is counted.
 */
import type { Card } from '../../contracts/card.ts';
import type { ErrorCode, Failure } from '../../contracts/error.ts';
import type { Json } from '../../contracts/json.ts';
import { isMoney, moneyText } from './money.ts';
import { shorten, visible, visibleLines } from './text.ts';
import type { Path, Veil } from './veil.ts';
import type { Words } from './words.ts';

type Fact = Card['facts'][number];

interface Limits {
  facts: number;
  elements: number;
  depth: number;
  /** Of one text, in characters. */
  text: number;
}

const onCard: Limits = { facts: 30, elements: 5, depth: 6, text: 300 };
/** Nobody reads more than this in a file either; it is bounded, since what agents and people give is. */
const inFile: Limits = { facts: 2_000, elements: 1_000, depth: 20, text: 100_000 };
const maxFileCharacters = 300_000;
const maxLabelCharacters = 80;

/** Untrusted text without secrets, visible, and cut at `max` characters. */
export function plain(text: string, veil: Pick<Veil, 'secrets'>, words: Words, max = onCard.text): string {
  return shorten(masked(text, veil, words), max, words);
}

const masked = (text: string, { secrets }: Pick<Veil, 'secrets'>, words: Words): string =>
  secrets.reduce((at, secret) => at.replaceAll(secret, words.hidden), text);

/** One scalar as text. */
export function scalarText(value: string | number | boolean | null, veil: Veil, words: Words): string {
  if (value === null) return words.none;
  if (value === '') return words.emptyText;
  if (typeof value === 'string') return plain(value, veil, words);
  return veil.secrets.includes(String(value)) ? words.hidden : String(value);
}

/** Codes that say it all: what core adds to them in a message is the same in other words. */
const plainCodes: readonly ErrorCode[] = ['rejected', 'expired', 'stopped', 'cancelled'];
export const isPlain = ({ code }: Failure): boolean => plainCodes.includes(code);

/** Why something failed: what its code means, the code itself, and the agent's own reason or what is known of the place. */
export function reasonText(failure: Failure, veil: Pick<Veil, 'secrets'>, words: Words): string {
  const { code, message, said } = failure;
  const more = said ?? (isPlain(failure) ? '' : message);
  return `${words.failures[code]} (${code})${more === '' ? '' : `: ${plain(more, veil, words)}`}`;
}

/** The facts of a value; `root` labels a value that has no fields. */
export const factsOf = (value: Json, veil: Veil, words: Words, root = words.value): Fact[] =>
  collect(value, veil, words, root, onCard).facts;

/** The same in full, with the lines of its texts; null when the facts show all of it. */
export function factsInFull(value: Json, veil: Veil, words: Words, root = words.value): Fact[] | null {
  if (!collect(value, veil, words, root, onCard).isCut) return null;
  const { facts } = collect(value, veil, words, root, inFile);
  let room = maxFileCharacters;
  return facts.map(({ label, text }) => {
    const shown = cutAt(text, room, words);
    room = Math.max(0, room - text.length);
    return { label, text: shown };
  });
}

const cutAt = (text: string, max: number, words: Words): string =>
  text.length <= max ? text : `${text.slice(0, max).toWellFormed()}${words.moreCharacters(text.length - max)}`;

function collect(value: Json, veil: Veil, words: Words, root: string, limits: Limits) {
  const facts: Fact[] = [];
  let left = 0;
  let isCut = false;
  const add = (path: Path, text: string) => {
    if (facts.length < limits.facts) facts.push({ label: labelOf(path, veil, words) || root, text });
    else left += 1;
  };
  const addText = (path: Path, text: string) => {
    const open = masked(text, veil, words);
    if (limits === inFile) return add(path, visibleLines(cutAt(open, limits.text, words)));
    // Of what is far too long nothing needs to be counted.
    if (open.length > limits.text * 10 || visible(open).length > limits.text) isCut = true;
    add(path, scalarText(text, veil, words));
  };
  const addRest = (path: Path, text: string) => {
    isCut = true;
    add(path, text);
  };
  const walk = (at: Json, path: Path) => {
    if (veil.hides(path)) return add(path, words.hidden);
    if (typeof at === 'string' && at !== '') return addText(path, at);
    if (at === null || typeof at !== 'object') return add(path, scalarText(at, veil, words));
    const money = moneyText(at, words);
    if (money !== null && !hidesMoney(at, veil, path)) return add(path, money);
    const entries = Object.entries(at);
    if (entries.length === 0) return add(path, Array.isArray(at) ? words.emptyList : words.emptyObject);
    if (path.length >= limits.depth) return addRest(path, words.moreFields(entries.length));
    const shown = Array.isArray(at) ? entries.slice(0, limits.elements) : shortFirst(entries);
    for (const [key, inner] of shown) walk(inner, [...path, key]);
    if (shown.length < entries.length) addRest(path, words.moreElements(entries.length - shown.length));
  };
  walk(value, []);
  if (left > 0) facts.push({ label: root, text: words.moreFields(left) });
  return { facts, isCut: isCut || left > 0 };
}

const isNested = (value: Json): boolean => value !== null && typeof value === 'object' && !isMoney(value);

/** A hidden part of it, or a secret that its digits are, is for the walk through its fields to hide. */
const hidesMoney = (money: object, veil: Veil, path: Path): boolean =>
  Object.entries(money).some(([key, part]) => veil.hides([...path, key]) || veil.secrets.includes(String(part)));

const shortFirst = (entries: [string, Json][]): [string, Json][] => [
  ...entries.filter(([, value]) => !isNested(value)),
  ...entries.filter(([, value]) => isNested(value)),
];

/** `items[2].price`. Keys are as untrusted as values. */
export function labelOf(path: Path, veil: Veil, words: Words): string {
  const joined = path.map((part, i) => (/^\d+$/.test(part) ? `[${part}]` : i === 0 ? part : `.${part}`)).join('');
  return plain(joined, veil, words, maxLabelCharacters);
}

/** The fields that an edit changed, as `before → after`. */
export function changesOf(before: Json, after: Json, veil: Veil, words: Words): Fact[] {
  const [old, now] = [leaves(before, veil, words), leaves(after, veil, words)];
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((label) => {
    const [was, is] = [old.get(label), now.get(label)];
    if (was?.raw === is?.raw) return [];
    return [{ label, text: words.change(was?.text ?? words.none, is?.text ?? words.none) }];
  });
}

/** Every scalar with its label. `raw` tells two hidden or cut values apart and is never shown. */
function leaves(value: Json, veil: Veil, words: Words): Map<string, { raw: string; text: string }> {
  const found = new Map<string, { raw: string; text: string }>();
  const walk = (at: Json, path: Path) => {
    const nested = isNested(at) && Object.keys(at as object).length > 0;
    if (nested && !veil.hides(path)) {
      for (const [key, inner] of Object.entries(at as object)) walk(inner, [...path, key]);
      return;
    }
    const [fact] = factsOf(at, { ...veil, hides: (inner) => veil.hides([...path, ...inner]) }, words);
    found.set(labelOf(path, veil, words) || words.value, { raw: JSON.stringify(at), text: fact!.text });
  };
  walk(value, []);
  return found;
}
