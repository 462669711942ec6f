/**
 * A run without a plan: a provider makes one, what speaks against it goes back to it a bounded number of times, and
 * when that leads nowhere a person writes one.
 */
import type { JsonSchema } from '../contracts/json.ts';
import { maxPlanSteps } from '../contracts/plan.ts';
import { digest } from './digest.ts';
import { call, type Known, type Move, nothing, wake } from './move.ts';
import { askOfRun, endingBy, lastQuestion } from './questions.ts';
import { ownRetry, retryDelayMs } from './retry.ts';
import type { RunState } from './state.ts';
import { byPerson, type Thought } from './thought.ts';
import { briefed } from './wording.ts';

/** How often one provider may try before a person is asked. */
const maxTries = 3;

export function seekPlan(state: RunState, known: Known, now: number): Move {
  const { given, error, failures, failedAt } = state.thought;
  if (given) return call({ kind: 'plan' });
  const asked = lastQuestion(state, null, 'plan');
  if (asked && !asked.decision) return nothing;
  const ending = endingBy(asked, 'Nobody said in time what the plan should be.');
  if (ending) return ending;
  if (error) {
    // A form that was wrong has been put right once already, with what was wrong in it.
    const mayRepeat = error.retryable && error.code !== 'model_malformed' && failures < ownRetry.attempts;
    if (!mayRepeat) return askForPlan(state, known, now);
    const at = failedAt + retryDelayMs(ownRetry, failures, `${state.run}/plan`, error);
    return now < at ? wake(at) : call({ kind: 'plan' });
  }
  return isStuck(state.thought, known.content) ? askForPlan(state, known, now) : call({ kind: 'plan' });
}

/** Tried often enough, or the same plan came twice: more tries would only cost more. What a person wrote goes back to people. */
export function isStuck(thought: Thought, content: Known['content']): boolean {
  const tries = thought.refused.slice(thought.countFrom);
  const last = tries.at(-1);
  if (!last) return false;
  const same = (one: typeof last) => digest(content(one.plan)) === digest(content(last.plan));
  return last.by.startsWith(byPerson) || tries.length >= maxTries || tries.slice(0, -1).some(same);
}

function askForPlan(state: RunState, known: Known, now: number): Move {
  const { refused, error } = state.thought;
  const last = refused.at(-1);
  return briefed(state, known, `plan/${refused.length}/${state.thought.failures}`, (briefing) =>
    askOfRun(state, known, now, {
      kind: 'plan',
      schema: planForm,
      ...(error && { error }),
      ...(last && { findings: last.findings, proposed: known.content(last.plan) }),
      ...(briefing && { briefing }),
    }),
  );
}

/** What a person writes; the proof says the rest. */
const planForm: JsonSchema = {
  type: 'object',
  properties: {
    goal: { type: 'string', maxLength: 500 },
    steps: { type: 'array', items: { type: 'object' }, minItems: 1, maxItems: maxPlanSteps },
    answer: {},
  },
  required: ['goal', 'steps', 'answer'],
  additionalProperties: false,
};
