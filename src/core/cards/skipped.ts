/** Why a step was skipped: by a person, by its condition, or because what it reads was skipped. */
import { type PlanStep, referencesOf, stepOfReference } from '../../contracts/plan.ts';
import { planStepOf, type QuestionState, type RunState, type StepState } from '../state.ts';

export type Skip =
  | { because: 'person'; asked: QuestionState }
  | { because: 'condition' }
  | { because: 'dependency'; steps: string[] };

/** Null for a step that was not skipped. */
export function skipOf(step: StepState, state: RunState): Skip | null {
  if (step.status !== 'skipped') return null;
  const asked = Object.values(state.questions).find(
    ({ question, decision }) => question.step === step.ref && decision?.outcome === 'skip',
  );
  if (asked) return { because: 'person', asked };
  const steps = readsOf(planStepOf(state, step)).filter((id) => state.steps[id]?.status === 'skipped');
  return steps.length > 0 ? { because: 'dependency', steps } : { because: 'condition' };
}

/** The steps whose outputs a step reads. */
const readsOf = ({ input, forEach }: PlanStep): string[] => [
  ...new Set(
    [...referencesOf(input), ...(forEach ? [forEach.in.$ref] : [])].map(stepOfReference).filter((id) => id !== null),
  ),
];
