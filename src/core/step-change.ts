/** The two changes of a step that every fold is made of. */
import { isSettled, itemsOf, type RunState, type StepState } from './state.ts';

/** Replaces a part of one step. */
export const withStep = (state: RunState, ref: string, change: Partial<StepState>): RunState => ({
  ...state,
  steps: { ...state.steps, [ref]: { ...state.steps[ref]!, ...change } },
});

/** Settles a step as completed, and its `forEach` step with it when it was the last item. */
export function complete(state: RunState, ref: string, at: number, change: Partial<StepState>): RunState {
  const done = withStep(state, ref, { ...change, status: 'completed', error: null, settledAt: at });
  return settleParent({ ...done, completed: [...done.completed, ref] }, ref, at);
}

/** Settles a step as skipped, and its `forEach` step with it when it was the last item. */
export const skip = (state: RunState, ref: string, at: number): RunState =>
  settleParent(withStep(state, ref, { status: 'skipped', settledAt: at }), ref, at);

function settleParent(state: RunState, ref: string, at: number): RunState {
  const { id, item } = state.steps[ref]!;
  if (item === null) return state;
  const parent = state.steps[id]!;
  if (isSettled(parent) || !itemsOf(state, parent).every(isSettled)) return state;
  return withStep(state, id, { status: 'completed', settledAt: at });
}
