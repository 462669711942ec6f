/** Asks the person at the terminal for an answer to a question. What they cannot say now, they say later. */
import { type Verb, verbsWithValue } from '../contracts/escalation.ts';
import type { Json, JsonObject, JsonSchema } from '../contracts/json.ts';
import { harmless } from '../core/cards/in-short.ts';
import type { QuestionState } from '../core/state.ts';
import { fieldsOf } from './question.ts';
import type { Verdict } from './verdict.ts';

/** One line from the person, or null when there is nobody any more. */
export type Ask = (question: string) => Promise<string | null>;

/** The person's answer, or null for "later". `words` are the route's own words for its fields. */
export async function promptVerdict(
  { question }: QuestionState,
  ask: Ask,
  words: Readonly<Record<string, string>>,
): Promise<Verdict | null> {
  const { kind, policy, schema } = question;
  if (kind === 'answer') {
    const value = await promptFields(schema ?? {}, ask, words);
    return value && { verb: 'answer', value };
  }
  const choices = [...policy.verbs, 'later'];
  for (;;) {
    const typed = (await ask(`${choices.join(' / ')} > `))?.trim().toLowerCase();
    if (typed === undefined || 'later'.startsWith(typed || 'l')) return null;
    const meant = policy.verbs.filter((verb) => verb.startsWith(typed));
    const verb: Verb | undefined =
      policy.verbs.find((one) => one === typed) ?? (meant.length === 1 ? meant[0] : undefined);
    if (!verb) continue;
    if (!verbsWithValue.includes(verb)) return { verb };
    const value = await promptJson(ask, verb === 'edit' ? 'The fields to change, as JSON' : 'What came of it, as JSON');
    if (value !== undefined) return { verb, value };
  }
}

/** Undefined when the person thought better of it. */
async function promptJson(ask: Ask, what: string): Promise<Json | undefined> {
  for (;;) {
    const typed = (await ask(`${what} (empty: back) > `))?.trim();
    if (!typed) return undefined;
    try {
      return JSON.parse(typed) as Json;
    } catch {
      // Asked again: the prompt says what is wanted.
    }
  }
}

/** Field by field. Null when the person leaves one empty. */
async function promptFields(schema: JsonSchema, ask: Ask, words: Readonly<Record<string, string>>) {
  const value: JsonObject = {};
  for (const field of fieldsOf(schema)) {
    const typed = (await ask(`${harmless(words[field] ?? field)} (empty: later) > `))?.trim();
    if (!typed) return null;
    value[field] = fieldValue(typed, (schema.properties as Record<string, JsonSchema>)[field] ?? {});
  }
  return value;
}

/** A text stays a text where one is wanted; elsewhere what reads as JSON is that. Whether it fits is checked later. */
function fieldValue(typed: string, { type }: JsonSchema): Json {
  if (type === 'string') return typed;
  try {
    return JSON.parse(typed) as Json;
  } catch {
    return typed;
  }
}
