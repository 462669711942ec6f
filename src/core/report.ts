/** What became of the effects of a run: plainly, and of every one that happened or may have. */
import { type Contract, isRepeatable } from '../contracts/contract.ts';
import type { UndoReport } from '../contracts/event.ts';
import type { Known } from './move.ts';
import { type RunState, type StepState, workOf } from './state.ts';

export const contractOf = (state: RunState, known: Known, step: StepState): Contract | null => {
  const agent = state.plan?.steps.find(({ id }) => id === step.id)?.agent;
  const pinned = agent === undefined ? undefined : state.contracts[agent];
  return pinned === undefined ? null : known.contract(pinned);
};

/** The effect may have happened, and nobody found out. */
export const isUncertain = (step: StepState): boolean =>
  step.status !== 'completed' && step.status !== 'compensated' && step.attempts.some(({ end }) => end === 'unknown');

/** It was called again, by a person's word that it had not happened, and it had. */
const isDoneTwice = (step: StepState, contract: Contract): boolean =>
  !isRepeatable(contract) && step.attempts.filter(({ end }) => end === 'done').length > 1;

/** Whether a run that completed has something to tell all the same. */
export const hasDoneTwice = (state: RunState, known: Known): boolean =>
  workOf(state).some((step) => {
    const contract = contractOf(state, known, step);
    return contract !== null && isDoneTwice(step, contract);
  });

/** What became of every effect, each in one list. */
export function reportOf(state: RunState, known: Known): UndoReport {
  const effects = workOf(state).filter((step) => (contractOf(state, known, step)?.effect ?? 'read') !== 'read');
  const needsPerson = (step: StepState): boolean =>
    step.undo.status === 'failed' ||
    (isUncertain(step) && step.undo.status === 'none') ||
    isDoneTwice(step, contractOf(state, known, step)!);
  const refs = (steps: StepState[]) => steps.map(({ ref }) => ref);
  const clear = effects.filter((step) => !needsPerson(step));
  return {
    undone: refs(clear.filter(({ undo }) => undo.status === 'done')),
    stands: refs(clear.filter(({ status, undo }) => status === 'completed' && undo.status === 'none')),
    needsPerson: refs(effects.filter(needsPerson)),
  };
}
