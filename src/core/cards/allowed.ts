/** By whose leave an attempt started. */
import type { AttemptState } from '../state.ts';
import { decisionText } from './question.ts';
import { contractOf, type Material } from './steps.ts';

/** `id` is the step's in the plan. A person's leave is their decision, with the question's code. */
export function allowedText({ permission }: AttemptState, id: string, of: Material): string {
  const { allowed, effects } = of.words;
  if (permission.kind === 'escalation') {
    const asked = of.state.questions[permission.id];
    return asked ? `${decisionText(asked, of) ?? permission.id} (${asked.question.code})` : permission.id;
  }
  if (permission.kind !== 'effect') return allowed[permission.kind];
  return allowed.effect(effects[contractOf(of, id)?.effect ?? 'read']);
}
