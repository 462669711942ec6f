/** What the references of a step may read: the task's fields, the outputs of other steps, its own item. */
import type { Json } from '../contracts/json.ts';
import type { Known } from './move.ts';
import { lookUp, type Scope } from './resolve.ts';
import { itemsOf, planStepOf, type RunState, type StepState } from './state.ts';

/** The output of a settled step; a `forEach` step's is the list of its items' outputs, without the skipped ones. */
function outputOf(state: RunState, known: Pick<Known, 'content'>, id: string): Json | undefined {
  const step = state.steps[id];
  if (!step) return undefined;
  if (step.items !== null) {
    return itemsOf(state, step).flatMap(({ output }) => (output ? [known.content(output)] : []));
  }
  return step.output ? known.content(step.output) : undefined;
}

/** The scope of a step, or of the run's answer when there is no step. */
export function scopeOf(state: RunState, known: Pick<Known, 'content'>, step: StepState | null): Scope {
  const scope: Scope = (root, id) => {
    if (root === 'task.fields') return state.fields;
    if (root === 'steps' && id !== null) return outputOf(state, known, id);
    if (root === 'item' && step?.item != null) {
      const list = lookUp(planStepOf(state, step).forEach!.in.$ref, scope);
      return Array.isArray(list) ? list[step.item] : undefined;
    }
    return undefined;
  };
  return scope;
}
