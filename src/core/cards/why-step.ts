/** Why a step stands where it stands, a sentence a reason. */
import { type Contract, isRepeatable } from '../../contracts/contract.ts';
import type { Failure } from '../../contracts/error.ts';
import { dependenciesOf } from '../../contracts/plan.ts';
import { type AttemptState, planStepOf, type QuestionState, type RunState, type StepState } from '../state.ts';
import { allowedText } from './allowed.ts';
import { conditionText } from './condition.ts';
import { isPlain, reasonText } from './facts.ts';
import { deciders, decisionText } from './question.ts';
import { skipOf } from './skipped.ts';
import { contractOf, type Material, stepTitle } from './steps.ts';
import { clock } from './times.ts';
import { lowerFirst } from './words/plural.ts';

/** A sentence, and when it became true. */
interface Note {
  at: number;
  text: string;
}

/** An answer that came from a worker which no longer had the run. */
export interface Late {
  at: number;
  ref: string;
  attempt: number;
}

/** The reasons of one step or item, in the order of time. */
export function notesOf(step: StepState, of: Material, late: readonly Late[]): string[] {
  const { words } = of;
  const undoError = step.undo.error;
  // What one commit brought has one time: an error comes before its question, and a decision before what it allows.
  const notes = [
    ...triedNotes(step, of),
    ...questionNotes(step, of),
    ...(step.item === null ? permissionNotes(step, of) : []),
    ...againNotes(step, of),
    ...(isTold(step.error, step) ? [] : [{ at: step.settledAt, text: reasonText(step.error!, of, words) }]),
    ...late.filter(({ ref }) => ref === step.ref).map(({ at, attempt }) => ({ at, text: words.why.late(attempt) })),
  ];
  return [
    ...(step.item === null ? beforeNotes(step, of) : []),
    ...notes.sort((a, b) => a.at - b.at).map(({ text }) => text),
    ...(undoError ? [`${words.undoFailed}: ${reasonText(undoError, of, words)}`] : []),
  ];
}

/** What it came after, and what its condition said. An item's are its step's. */
function beforeNotes(step: StepState, of: Material): string[] {
  const { why } = of.words;
  const entry = planStepOf(of.state, step);
  const titles = (ids: readonly string[]) => ids.map((id) => stepTitle(of, id)).join('; ');
  const skip = skipOf(step, of.state);
  if (skip?.because === 'dependency') return [why.dependency(titles(skip.steps))];
  const condition = entry.when && step.status !== 'pending' ? conditionText(entry.when, entry, of) : null;
  if (skip?.because === 'condition') return condition === null ? [] : [why.notHeld(condition)];
  const before = dependenciesOf(entry);
  return [
    ...(before.length > 0 ? [why.after(titles(before))] : []),
    ...(condition === null ? [] : [why.held(condition)]),
  ];
}

const questionsOf = (step: StepState, { questions }: RunState): QuestionState[] =>
  Object.values(questions).filter(({ question }) => question.step === step.ref);

/** Why people were asked, and what they said. */
const questionNotes = (step: StepState, of: Material): Note[] =>
  questionsOf(step, of.state).flatMap((asked): Note[] => {
    const { askedAt, decidedAt, extendedAt, question, voided } = asked;
    const decided = decisionText(asked, of);
    const open = `${lowerFirst(of.words.facts.deciders)}: ${deciders(asked, of)}`;
    return [
      ...askedBecause(asked, step, of).map((text) => ({ at: askedAt, text })),
      ...(extendedAt > 0
        ? [{ at: extendedAt, text: of.words.why.extended(clock(question.expiresAt!, askedAt, of.words)) }]
        : []),
      { at: decided === null ? askedAt : decidedAt, text: `${decided ?? open} (${question.code})` },
      ...(voided ? [{ at: decidedAt, text: of.words.voided }] : []),
    ];
  });

function askedBecause({ question }: QuestionState, step: StepState, of: Material): string[] {
  const { known, words } = of;
  const { asked } = words.why;
  if (question.kind === 'uncertain') return [asked.uncertain];
  // What an attempt ended with is told with the attempt; a circle, or an input that is not there, is told here.
  if (question.kind === 'failure') return isTold(question.error, step) ? [] : [reasonText(question.error!, of, words)];
  if (question.kind !== 'approve') return [];
  if (question.evidence.length > 0) return [asked.earlier];
  const rules = known.route(question.definition).approvals.filter(({ agent }) => agent === question.subject?.agent);
  return [rules.length > 0 ? asked.rule : asked.irreversible];
}

/** An attempt ended with it, or a decision says it. */
const isTold = (error: Failure | null | undefined, { attempts }: StepState): boolean =>
  !error || isPlain(error) || attempts.some((one) => one.error?.message === error.message);

/** What allowed it where no person was asked; a person's word is told with the question. */
function permissionNotes(step: StepState, of: Material): Note[] {
  const first = step.attempts[0] ?? of.state.steps[`${step.id}[0]`]?.attempts[0];
  if (!first || first.permission.kind === 'escalation') return [];
  return [{ at: first.startedAt, text: `${of.words.trace.allowed} ${allowedText(first, step.id, of)}` }];
}

/** Every attempt that did not go well. */
const triedNotes = (step: StepState, of: Material): Note[] =>
  step.attempts.flatMap(({ attempt, endedAt, error }): Note[] =>
    error ? [{ at: endedAt, text: of.words.why.tried(attempt, reasonText(error, of, of.words)) }] : [],
  );

/** Why there was another one. */
function againNotes(step: StepState, of: Material): Note[] {
  const contract = contractOf(of, step.id);
  return step.attempts.flatMap((from, i): Note[] => {
    const to = step.attempts[i + 1];
    if (!from.error || !to || !contract) return [];
    return [{ at: to.startedAt, text: of.words.why.again[causeOf(step, from, to, contract, of.state)] }];
  });
}

function causeOf(step: StepState, from: AttemptState, to: AttemptState, contract: Contract, state: RunState) {
  const isDecided = questionsOf(step, state).some(
    ({ decision, decidedAt }) =>
      decision?.outcome === 'retry' && decidedAt >= from.endedAt && decidedAt <= to.startedAt,
  );
  if (isDecided) return 'decided';
  return from.end === 'unknown' && isRepeatable(contract) ? 'harmless' : 'nothing';
}
