/** What a typed line is: one of the terminal's verbs, an answer to a question, or else a task. */
import { type Verb, verbs, verbsWithValue } from '../../contracts/escalation.ts';
import { readEstimate } from '../../contracts/estimate-words.ts';
import type { Json } from '../../contracts/json.ts';

export const commands = [
  'help',
  'status',
  'why',
  'cancel',
  'retry',
  'runs',
  'inbox',
  'show',
  'cost',
  'estimate',
] as const;
export type Command = (typeof commands)[number];

/** Those that are about a run. */
export const aboutRun: readonly Command[] = ['why', 'cancel', 'retry', 'show', 'cost'];

export type Typed =
  | { kind: 'nothing' }
  | { kind: 'task'; text: string }
  /** `target`: the run that is meant, a code, or the numbers of an estimate. */
  | { kind: 'command'; command: Command; target: string | null }
  | { kind: 'answer'; verb: Verb; code: string | null; value?: Json }
  /** An answer whose value does not read. */
  | { kind: 'malformed'; verb: Verb }
  /** A word that is nearly a verb: nothing is begun on a slip of the finger. */
  | { kind: 'nearly'; word: string; meant: string };

const code = /^[0-9a-z]{4}-[0-9a-z]{4}$/;
const runPart = /^[0-9a-f-]{4,36}$/i;

export const isCode = (word: string): boolean => code.test(word);

/** Whether a word may name a run or a question; a word of a sentence is neither. */
const isTarget = (word: string): boolean => isCode(word) || (runPart.test(word) && /\d/.test(word));

export type Nearest = (word: string, known: readonly string[]) => string | null;

/** `nearest` finds the known word that was meant, or null. */
export function readTyped(line: string, nearest: Nearest): Typed {
  const text = line.trim();
  if (text === '') return { kind: 'nothing' };
  const numbers = readEstimate(text);
  if (numbers) return { kind: 'command', command: 'estimate', target: numbers.join(' ') };
  const [first = '', ...rest] = text.split(/\s+/);
  const word = first.toLowerCase();
  const command = commands.find((one) => one === word);
  if (command && fitsCommand(command, rest)) return { kind: 'command', command, target: rest[0] ?? null };
  const answer = readAnswer(text);
  if (answer) return answer;
  if (isCode(word) && rest.length === 0) return { kind: 'command', command: 'inbox', target: word };
  const mayBeVerb = rest.length === 0 || (rest.length === 1 && isTarget(rest[0]!));
  const meant = mayBeVerb && !command ? nearest(word, [...commands, ...verbs]) : null;
  return meant === null || meant === word ? { kind: 'task', text } : { kind: 'nearly', word: first, meant };
}

function fitsCommand(command: Command, rest: readonly string[]): boolean {
  if (rest.length === 0) return true;
  if (rest.length > 1) return false;
  return command === 'inbox' || aboutRun.includes(command) ? isTarget(rest[0]!) : false;
}

/** `approve`, `approve ab12-cd34`, `edit:{…}`, `edit ab12-cd34 {…}`. */
function readAnswer(text: string): Typed | null {
  const [, word = '', named, value] =
    /^(\w+)(?:\s+([0-9a-z]{4}-[0-9a-z]{4}))?\s*:?\s*(\{.*|\[.*|".*)?$/s.exec(text) ?? [];
  const verb = verbs.find((one) => one === word.toLowerCase());
  if (!verb) return null;
  const target = named ?? null;
  if (value === undefined) return { kind: 'answer', verb, code: target };
  if (!verbsWithValue.includes(verb)) return { kind: 'malformed', verb };
  try {
    return { kind: 'answer', verb, code: target, value: JSON.parse(value) as Json };
  } catch {
    return { kind: 'malformed', verb };
  }
}
