/**
 * A step that does not close by itself. Where its route has somebody for it, people say how it goes on: try again, skip
 * it, give what it would have given, or stop. Otherwise, and when nobody answers in time, it fails the run.
 */
import type { Contract } from '../contracts/contract.ts';
import type { Failure } from '../contracts/error.ts';
import { type Verb, verbsOf } from '../contracts/escalation.ts';
import type { Json, JsonSchema } from '../contracts/json.ts';
import { append, type Known, type Move, nothing } from './move.ts';
import { ask, lastQuestion } from './questions.ts';
import { planStepOf, type RunState, type StepState } from './state.ts';
import { briefed } from './wording.ts';

export const failStep = (ref: string, error: Failure): Move => append({ type: 'step_failed', v: 1, ref, error });

/** The agent's own no is an answer, not a failure: asking a person would not change it. */
const isAnswer = ({ code }: Failure): boolean => code === 'agent_refused';

/** `input` is what it was, or would have been, called with; null where that could not be built. */
export function giveUp(
  state: RunState,
  known: Known,
  now: number,
  { step, error, input }: { step: StepState; error: Failure; input: Json },
): Move {
  const terms = known.route(state.route!.definition).failures;
  if (terms === null || isAnswer(error)) return failStep(step.ref, error);
  const asked = lastQuestion(state, step.ref, 'failure');
  const since = step.attempts.at(-1)?.endedAt ?? 0;
  if (asked && asked.askedAt >= since && asked.question.subject?.revision === step.revision) {
    if (!asked.decision) return nothing;
    if (asked.decision.outcome === 'expired') return failStep(step.ref, error);
  }
  const entry = planStepOf(state, step);
  const digest = state.contracts[entry.agent]!;
  return briefed(state, known, `failure/${step.ref}/${step.revision}.${step.attempts.length}`, (briefing) =>
    ask(state, known, now, {
      kind: 'failure',
      step: step.ref,
      subject: { step: step.ref, revision: step.revision, agent: entry.agent, contract: digest, input },
      digest: null,
      schema: givenSchema(known.contract(digest), entry.forEach !== undefined && step.item === null),
      terms,
      evidence: [],
      error,
      verbs: verbsOf.failure.filter((verb: Verb) => verb !== 'skip' || entry.optional === true),
      ...(briefing && { briefing }),
    }),
  );
}

/** What a person gives instead has the shape of what the step gives. */
const givenSchema = ({ output }: Contract, isList: boolean): JsonSchema =>
  isList ? { type: 'array', items: { ...output, $id: 'element' } } : output;
