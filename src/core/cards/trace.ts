/** The trace of a run as text: every attempt in the order of the plan, then the questions, then how it ended. */

import { type AttemptState, type StepState, statusOf } from '../state.ts';
import { allowedText } from './allowed.ts';
import { reasonText } from './facts.ts';
import { contractOf, harmless, inShort } from './in-short.ts';
import { type Paint, renderCard } from './lines.ts';
import { questionCard } from './question.ts';
import { modelCallText } from './spent.ts';
import { type Material, nameOf, stepTitle } from './steps.ts';
import { summaryCard } from './summary.ts';
import { duration, moment } from './times.ts';
import { hiddenInput, redactions } from './veil.ts';
import { recognisedText } from './why.ts';
import { lowerFirst } from './words/plural.ts';

/** Longer values are cut; `--json` has them whole. */
const maxValueCharacters = 2_000;

/** The trace as a file. */
export const traceText = (of: Material): string => `${traceLines(of, (_style, text) => text).join('\n')}\n`;

export function traceLines(of: Material, paint: Paint): string[] {
  const { state } = of;
  const steps = Object.values(state.steps).filter(
    ({ attempts, status }) => attempts.length > 0 || status !== 'pending',
  );
  return [
    ...headLines(of, paint),
    ...modelTrace(of, null),
    ...steps.flatMap((step) => ['', ...stepTrace(step, of, paint)]),
    ...Object.values(state.questions).flatMap((asked) => [
      '',
      ...renderCard(questionCard(asked, state, of.known), paint),
    ]),
    ...(state.finished ? ['', ...renderCard({ ...summaryCard(state, of.known), lines: [] }, paint)] : []),
  ];
}

function headLines(of: Material, paint: Paint): string[] {
  const { state, words } = of;
  const { run, createdAt, finished } = state;
  const recognised = recognisedText(of);
  const took = finished ? `, ${lowerFirst(words.facts.took)} ${duration(finished.at - createdAt, words)}` : '';
  return [
    paint('bold', `${words.facts.run} ${run}`),
    `  ${words.status[statusOf(state)]}, ${words.trace.begun} ${moment(createdAt, words)}${took}`,
    ...(recognised === null ? [] : [`  ${recognised}`]),
  ];
}

/** The calls of models for a step, or for the run as a whole. */
const modelTrace = ({ state, words }: Material, ref: string | null): string[] =>
  state.thought.calls
    .filter((one) => one.ref === ref)
    .map(({ call }) => `  ${harmless(modelCallText(call, words), 300)}  ${duration(call.durationMs, words)}`);

function stepTrace(step: StepState, of: Material, paint: Paint): string[] {
  const undos = step.undo.attempts.flatMap((one) => attemptTrace(step, one, true, of));
  const given = step.outputBy ? [`  ${of.words.outputBy(nameOf(step.outputBy.person, of))}`] : [];
  const error = step.error ? [`  ${paint('red', reasonText(step.error, of, of.words))}`] : [];
  const mismatches = (step.error?.mismatches ?? []).map(
    ({ path, expected, received }) => `    ${harmless(path)}: ${of.words.mismatch(expected, received)}`,
  );
  return [
    `${paint('bold', stepTitle(of, step.ref))}  ${paint('dim', step.ref)}  ${step.status}`,
    ...step.attempts.flatMap((one) => attemptTrace(step, one, false, of)),
    ...modelTrace(of, step.ref),
    ...given,
    ...error,
    ...mismatches,
    ...undos,
  ];
}

function attemptTrace(step: StepState, attempt: AttemptState, undo: boolean, of: Material): string[] {
  const { agent, end, durationMs, startedAt, input, output, error, key } = attempt;
  const contract = contractOf(of, agent);
  const hidden = undo ? redactions(contract, 'input') : hiddenInput(of.state, of.known, step.id, contract);
  const came = output ? inShort(of, output, redactions(contract, 'output'), maxValueCharacters) : '';
  const { words } = of;
  const { trace } = words;
  const label = `${undo ? `${trace.undo}, ` : ''}${words.attempt(attempt.attempt)}`;
  const time = new Date(startedAt).toISOString().slice(11, 23);
  const width = Math.max(...Object.values(trace).map(({ length }) => length));
  const row = (name: keyof typeof trace, text: string) => `    ${trace[name].padEnd(width)}  ${text}`;
  return [
    `  ${time}  ${agent}  ${label}  ${end ?? 'running'}${end ? `  ${duration(durationMs, words)}` : ''}`,
    row('input', inShort(of, input, hidden, maxValueCharacters)),
    ...(came === '' ? [] : [row('output', came)]),
    ...(error ? [row('error', reasonText(error, of, words))] : []),
    row('allowed', allowedText(attempt, step.id, of)),
    row('key', key),
  ];
}
