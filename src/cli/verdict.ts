/** An answer as it is typed: `approve`, `edit:{"reason":"damaged"}`. And what becomes of it, told truthfully. */
import { BatonError } from '../contracts/error.ts';
import { type Verb, type VoteAnswer, verbs, verbsWithValue } from '../contracts/escalation.ts';
import type { Json } from '../contracts/json.ts';
import { harmless } from '../core/cards/in-short.ts';
import { suggestion } from '../core/nearest.ts';
import { exit } from './exit.ts';

export interface Verdict {
  verb: Verb;
  value?: Json;
}

/** Throws `usage` for what is no answer at all. */
export function readVerdict(typed: string, from: string): Verdict {
  const colon = typed.indexOf(':');
  const word = colon < 0 ? typed : typed.slice(0, colon);
  const verb = verbs.find((one) => one === word);
  if (!verb) throw wrong(from, `${harmless(word)} is no answer; ${suggestion(word, verbs)}`);
  const takesValue = verbsWithValue.includes(verb);
  if (colon < 0) {
    if (takesValue) throw wrong(from, `${verb} needs a value: '${verb}:{"field":"value"}'`);
    return { verb };
  }
  if (!takesValue) throw wrong(from, `${verb} takes no value`);
  try {
    return { verb, value: JSON.parse(typed.slice(colon + 1)) as Json };
  } catch {
    throw wrong(from, `what follows ${verb}: is not JSON; put it in single quotes: '${verb}:{"field":"value"}'`);
  }
}

const wrong = (path: string, hint: string): BatonError =>
  new BatonError('usage', `${path}: ${hint}`, { problems: [{ code: 'usage', path, hint }] });

/** What the person is told, and what to leave with when it was not the last word. */
export function tellAnswer(answer: VoteAnswer, code: string): { lines: string[]; exitCode: number } {
  const said = (exitCode: number, ...lines: string[]) => ({ lines, exitCode });
  switch (answer.result) {
    case 'decided':
      return said(exit.completed);
    case 'counted':
      return said(
        exit.open,
        `Counted: ${answer.votes} of ${answer.quorum} approvals; ${code} stays open for the others.`,
      );
    case 'already_decided':
      return said(
        exit.notCompleted,
        `${code} is closed already: ${answer.outcome}${answer.by === null ? '' : ` by ${harmless(answer.by)}`}. Nothing was changed.`,
      );
    case 'already_voted':
      return said(exit.open, `You have voted on ${code} already; it stays open for the others.`);
    case 'not_allowed':
      return said(exit.open, `Not allowed: ${answer.why}. ${code} stays open.`);
    case 'invalid_value':
      return said(
        exit.usage,
        `This value does not fit, so ${code} stays open:`,
        ...answer.mismatches.map((one) => `  ${harmless(one.path)}: expected ${one.expected}, got ${one.received}`),
      );
    case 'unknown_question':
      return said(exit.usage, `There is no question ${harmless(code)}.`);
  }
}
