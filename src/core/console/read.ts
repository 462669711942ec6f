/** What something written to Baton is: one of its verbs, an answer to a question by its code, or anything else. Pure. */
import { type Verb, verbs, verbsWithValue } from '../../contracts/escalation.ts';
import { readEstimate } from '../../contracts/estimate-words.ts';
import type { Json } from '../../contracts/json.ts';
import { nearest } from '../nearest.ts';

export const consoleVerbs = [
  'help',
  'status',
  'why',
  'cancel',
  'retry',
  'runs',
  'inbox',
  'cost',
  'trace',
  'estimate',
] as const;
export type ConsoleVerb = (typeof consoleVerbs)[number];
/** Those that take a run, or nothing. */
export type RunVerb = Exclude<ConsoleVerb, 'estimate'>;

/** Those that are about a run. */
const aboutRun: readonly ConsoleVerb[] = ['status', 'why', 'cancel', 'retry', 'cost', 'trace'];

const synonyms: Readonly<Record<string, ConsoleVerb>> = {
  start: 'help',
  помощь: 'help',
  справка: 'help',
  статус: 'status',
  почему: 'why',
  отмена: 'cancel',
  отменить: 'cancel',
  повтори: 'retry',
  повторить: 'retry',
  запуски: 'runs',
  вопросы: 'inbox',
  стоимость: 'cost',
  трасса: 'trace',
  смета: 'estimate',
  оценка: 'estimate',
};

export type Said =
  | { kind: 'verb'; verb: RunVerb; target: string | null }
  /** The numbers as they were written. */
  | { kind: 'estimate'; given: string[] }
  /** A decision names its question: a free "yes" decides nothing. */
  | { kind: 'answer'; verb: Verb; code: string; value?: Json }
  | { kind: 'malformed'; verb: Verb }
  | { kind: 'nearly'; word: string; meant: string }
  | { kind: 'text'; text: string };

const isCode = (word: string): boolean => /^[0-9a-z]{4}-[0-9a-z]{4}$/.test(word);
const isRunPart = (word: string): boolean => /^[0-9a-f-]{4,36}$/i.test(word) && /\d/.test(word);

/**
 * A command that holds no task: apps send `/task` by itself when it is picked from a menu, and a link to Baton sends
 * `/start` with whatever the link carries.
 */
const asksForNothing = /^\/(?:task(?:@\w+)?|start(?:@\w+)?\s.*)$/is;

/** Reads it. A leading slash is how some platforms write verbs; what begins with `task` is a task whatever follows. */
export function readSaid(given: string): Said {
  const text = given.trim();
  const [, taken] = /^\/?task(?:@\w+)?\s+(.+)$/is.exec(text) ?? [];
  if (taken !== undefined) return { kind: 'text', text: taken };
  if (asksForNothing.test(text)) return { kind: 'verb', verb: 'help', target: null };
  const [first = '', ...rest] = text
    .replace(/^\/(\w+)@\w+/, '$1')
    .replace(/^\//, '')
    .split(/\s+/);
  const word = first.toLowerCase();
  const verb = consoleVerbs.find((one) => one === word) ?? (Object.hasOwn(synonyms, word) ? synonyms[word] : undefined);
  const numbers = readEstimate([first, ...rest].join(' '));
  if (numbers) return { kind: 'estimate', given: numbers };
  // Nobody begins a task with a slash and a verb.
  if (verb === 'estimate') return text.startsWith('/') ? { kind: 'estimate', given: rest } : { kind: 'text', text };
  if (verb && rest.length === 0) return { kind: 'verb', verb, target: null };
  if (verb && rest.length === 1 && aboutRun.includes(verb) && (isRunPart(rest[0]!) || isCode(rest[0]!))) {
    return { kind: 'verb', verb, target: rest[0]!.toLowerCase() };
  }
  const answer = readAnswer(text.replace(/^\//, ''));
  if (answer) return answer;
  const mayBeVerb = rest.length === 0 && word.length > 2 && !verb;
  const meant = mayBeVerb ? nearest(word, [...consoleVerbs]) : null;
  return meant === null || meant === word ? { kind: 'text', text } : { kind: 'nearly', word: first, meant };
}

/** `approve ab12-cd34`, `edit ab12-cd34 {…}`. */
function readAnswer(text: string): Said | null {
  const [, word = '', code, value] = /^(\w+)\s+([0-9a-z]{4}-[0-9a-z]{4})\s*:?\s*(.+)?$/is.exec(text) ?? [];
  const verb = verbs.find((one) => one === word.toLowerCase());
  if (!verb || code === undefined) return null;
  const named = code.toLowerCase();
  if (value === undefined) return { kind: 'answer', verb, code: named };
  if (!verbsWithValue.includes(verb)) return { kind: 'malformed', verb };
  try {
    return { kind: 'answer', verb, code: named, value: JSON.parse(value) as Json };
  } catch {
    return { kind: 'malformed', verb };
  }
}
