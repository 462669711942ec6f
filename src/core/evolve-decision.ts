/** Folds what closed a question. What it means for the run follows from the kind of the question and the outcome. */
import { type Decision, givesOutput } from '../contracts/escalation.ts';
import type { EventOf } from '../contracts/event.ts';
import { isSettled, type RunState } from './state.ts';
import { complete, skip, withStep } from './step-change.ts';
import { byPerson } from './thought.ts';

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
  if (kind === 'plan') return planDecided(next, decision);
  if (kind === 'budget') return decision.outcome === 'approve' ? budgetAllowed(next) : next;
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

/** A plan that a person wrote is looked at; without one the provider begins anew. */
function planDecided(state: RunState, { outcome, by, value }: Decision): RunState {
  const { thought } = state;
  if (outcome === 'edit') {
    const given = { plan: value!, by: `${byPerson}${by?.person ?? ''}` };
    return { ...state, thought: { ...thought, given, error: null, failures: 0 } };
  }
  if (outcome !== 'retry') return state;
  return { ...state, thought: { ...thought, countFrom: thought.refused.length, error: null, failures: 0 } };
}

/** What did not start for want of money starts now, and that it did not counts against nobody. */
function budgetAllowed(state: RunState): RunState {
  const { thought } = state;
  const allowed = thought.reached ? [...thought.allowed, thought.reached.scope] : thought.allowed;
  const waiting = Object.values(state.steps).filter(({ attempts }) => attempts.at(-1)?.error?.code === 'budget_soft');
  return waiting.reduce((next, { ref, attempts }) => withStep(next, ref, { countFrom: attempts.length }), {
    ...state,
    thought: { ...thought, reached: null, allowed },
  } satisfies RunState as RunState);
}
