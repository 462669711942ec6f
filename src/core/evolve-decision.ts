/** Folds what closed a question. What it means for the run follows from the kind of the question and the outcome. */
import { givesOutput } from '../contracts/escalation.ts';
import type { EventOf } from '../contracts/event.ts';
import { isSettled, type RunState } from './state.ts';
import { complete, skip, withStep } from './step-change.ts';

export function evolveDecision(state: RunState, { decision }: EventOf<'decided'>, at: number): RunState {
  const asked = state.questions[decision.escalation];
  if (!asked || asked.decision) return { ...state, folded: state.folded + 1 };
  const next: RunState = {
    ...state,
    folded: state.folded + 1,
    questions: { ...state.questions, [decision.escalation]: { ...asked, decision, decidedAt: at } },
  };
  const { kind, step: ref } = asked.question;
  if (kind === 'answer') {
    if (decision.outcome !== 'answer') return next;
    return { ...next, missing: [], fields: { ...next.fields, ...(decision.value as typeof next.fields) } };
  }
  const step = ref === null ? undefined : next.steps[ref];
  // A late result may have set the step going again before its question could be withdrawn.
  if (!ref || !step || isSettled(step) || step.attempts.some(({ end }) => end === null)) return next;
  if (kind === 'approve') {
    if (decision.outcome !== 'edit') return withStep(next, ref, { status: 'pending' });
    // Another input is another effect: a new revision, a new key, and its resource is looked at again.
    return withStep(next, ref, {
      status: 'pending',
      givenInput: decision.value!,
      revision: step.revision + 1,
      resource: null,
    });
  }
  if (decision.outcome === 'skip') return skip(next, ref, at);
  if (givesOutput(decision.outcome)) {
    return complete(next, ref, at, { output: { inline: decision.value! }, outputBy: decision.by });
  }
  const countFrom = decision.outcome === 'retry' ? step.attempts.length : step.countFrom;
  return withStep(next, ref, { status: 'pending', countFrom });
}
