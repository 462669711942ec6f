/** The trace of a run as text: every attempt in the order of the plan, then the questions, then how it ended. */

import { explain } from '../contracts/error.ts';
import { decisionText, questionCard } from '../core/cards/question.ts';
import { type Material, nameOf, stepTitle } from '../core/cards/steps.ts';
import { summaryCard } from '../core/cards/summary.ts';
import { duration, moment } from '../core/cards/times.ts';
import { hiddenInput, redactions } from '../core/cards/veil.ts';
import { type AttemptState, openQuestions, type StepState, statusOf } from '../core/state.ts';
import { renderCard } from './card.ts';
import { contractOf, harmless, inShort } from './known.ts';
import { howToAnswer } from './question.ts';
import type { Terminal } from './terminal.ts';

type Paint = Terminal['paint'];

/** Longer values are cut; `--json` has them whole. */
const maxValueCharacters = 2_000;

export function traceLines(of: Material, paint: Paint): string[] {
  const { state } = of;
  const steps = Object.values(state.steps).filter(
    ({ attempts, status }) => attempts.length > 0 || status !== 'pending',
  );
  return [
    ...headLines(of, paint),
    ...steps.flatMap((step) => ['', ...stepTrace(step, of, paint)]),
    ...Object.values(state.questions).flatMap((asked) => [
      '',
      ...renderCard(questionCard(asked, state, of.known), paint),
    ]),
    ...openQuestions(state).flatMap(({ question }) => ['', ...howToAnswer(question)]),
    ...(state.finished ? ['', ...renderCard({ ...summaryCard(state, of.known), lines: [] }, paint)] : []),
  ];
}

function headLines({ state, words }: Material, paint: Paint): string[] {
  const { run, createdAt, route, finished } = state;
  const end = finished ? `, took ${duration(finished.at - createdAt, words)}` : '';
  return [
    paint('bold', `Run ${run}`),
    `  ${words.status[statusOf(state)]}${route ? `, route ${route.name}, understood by ${route.provider}` : ''}`,
    `  begun ${moment(createdAt, words)}${end}`,
  ];
}

function stepTrace(step: StepState, of: Material, paint: Paint): string[] {
  const undos = step.undo.attempts.flatMap((one) => attemptTrace(step, one, true, of));
  const given = step.outputBy ? [`  its output was given by ${nameOf(step.outputBy.person, of)}`] : [];
  const error = step.error ? [`  ${paint('red', harmless(`${step.error.code}: ${explain(step.error)}`, 500))}`] : [];
  const mismatches = (step.error?.mismatches ?? []).map(
    ({ path, expected, received }) => `    ${harmless(path)}: expected ${expected}, got ${received}`,
  );
  return [
    `${paint('bold', stepTitle(of, step.ref))}  ${paint('dim', step.ref)}  ${step.status}`,
    ...step.attempts.flatMap((one) => attemptTrace(step, one, false, of)),
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
  const label = `${undo ? 'undo, ' : ''}attempt ${attempt.attempt}`;
  const time = new Date(startedAt).toISOString().slice(11, 23);
  return [
    `  ${time}  ${agent}  ${label}  ${end ?? 'running'}${end ? `  ${duration(durationMs, of.words)}` : ''}`,
    `    in       ${inShort(of, input, hidden, maxValueCharacters)}`,
    ...(came === '' ? [] : [`    out      ${came}`]),
    ...(error ? [`    error    ${harmless(`${error.code}: ${explain(error)}`, 500)}`] : []),
    `    allowed  ${permissionText(attempt, of)}`,
    `    key      ${key}`,
  ];
}

function permissionText({ permission }: AttemptState, of: Material): string {
  if (permission.kind === 'effect') return 'its contract asks for nothing';
  if (permission.kind === 'policy') return "by the route's rules, without a person";
  if (permission.kind === 'undo') return 'it takes back what was done';
  const asked = of.state.questions[permission.id];
  return asked ? `${decisionText(asked, of) ?? 'asked'} (${asked.question.code})` : permission.id;
}
