/** An open question on the terminal: what it is about, and how to answer it later. */
import { type Question, type Verb, verbsWithValue } from '../contracts/escalation.ts';
import type { JsonSchema } from '../contracts/json.ts';
import { harmless } from '../core/cards/in-short.ts';
import { renderCard } from '../core/cards/lines.ts';
import { questionCard } from '../core/cards/question.ts';
import type { Material } from '../core/cards/steps.ts';
import type { QuestionState } from '../core/state.ts';
import { invocation } from '../own.ts';
import type { Terminal } from './terminal.ts';

/** The names of the fields that a value may have. */
export const fieldsOf = (schema: JsonSchema | null): string[] => Object.keys((schema?.properties ?? {}) as object);

export const questionLines = (asked: QuestionState, of: Material, paint: Terminal['paint']): string[] => [
  '',
  ...renderCard(questionCard(asked, of.state, of.known), paint),
  '',
];

/** The commands that answer it. */
export const howToAnswer = ({ code, policy, schema, kind }: Question): string[] => [
  `Waiting for an answer to ${code}. Give it with:`,
  ...policy.verbs.map(
    (verb) => `  ${invocation} decide ${code} ${example(verb, kind === 'answer' ? fieldsOf(schema) : [])}`,
  ),
];

function example(verb: Verb, fields: readonly string[]): string {
  if (verb === 'answer') {
    const pairs = fields.map((field) => `${JSON.stringify(harmless(field))}:"…"`).join(',');
    return `'answer:{${pairs || '"field":"…"'}}'`;
  }
  return verbsWithValue.includes(verb) ? `'${verb}:{"field":"…"}'` : verb;
}
