/**
 * Whether a run goes in a circle. Plans are bounded, but people try again, and plans can be made anew; a step that would
 * only repeat what is known is handed to a person instead.
 *
 * Items of a list are not looked at one by one: a list may well hold the same thing thrice.
 */
import { isDeepStrictEqual } from 'node:util';
import { type Failure, fail } from '../contracts/error.ts';
import type { Json, Value } from '../contracts/json.ts';
import type { Known } from './move.ts';
import { type AttemptState, type RunState, workOf } from './state.ts';

/** The same call with the same result, so often, teaches nothing any more. */
const sameResults = 3;
/** So many calls in vain are never taken for a circle. */
const leastInVain = 20;

/** Why this call should not be made without a person, or null. */
export function loopOf(state: RunState, known: Known, agent: string, input: Json): Failure | null {
  // No circle is shorter than the shortest of those below.
  if (workOf(state).reduce((sum, { attempts }) => sum + attempts.length, 0) < sameResults) return null;
  const since = passedAt(state);
  const inVain = callsInVain(state, since);
  if (inVain >= leastInVain && inVain >= worstCase(state, known)) {
    return fail('loop_detected', `${inVain} calls have ended since a step was last completed.`);
  }
  const done = doneCalls(state, since);
  const isWanted = (one: AttemptState): boolean =>
    one.agent === agent && isDeepStrictEqual(known.content(one.input), input);
  const alike = done.filter(isWanted).slice(-sameResults);
  if (alike.length === sameResults && alike.every((one) => sameResult(known, one, alike[0]!))) {
    return fail('loop_detected', `${agent} gave the same answer to the same input ${sameResults} times.`);
  }
  const [a, b, c, d] = done.slice(-4);
  const alternates = d && isWanted(a!) && !sameCall(known, a!, b!) && repeats(known, a!, c!) && repeats(known, b!, d);
  return alternates ? fail('loop_detected', `${agent} and another agent took turns twice, and nothing changed.`) : null;
}

const same = (known: Known, a: Value | null, b: Value | null): boolean =>
  a === null || b === null ? a === b : isDeepStrictEqual(known.content(a), known.content(b));
const sameResult = (known: Known, a: AttemptState, b: AttemptState): boolean => same(known, a.output, b.output);
const sameCall = (known: Known, a: AttemptState, b: AttemptState): boolean =>
  a.agent === b.agent && same(known, a.input, b.input);
const repeats = (known: Known, a: AttemptState, b: AttemptState): boolean =>
  sameCall(known, a, b) && sameResult(known, a, b);

/** When a person last said that a circle shall go on: what was before does not count any more. */
const passedAt = ({ questions }: RunState): number =>
  Object.values(questions)
    .filter(({ question, decision }) => question.error?.code === 'loop_detected' && decision?.outcome === 'retry')
    .reduce((latest, { decidedAt }) => Math.max(latest, decidedAt), 0);

/** Calls of plain steps that were answered, in the order in which they ended. */
const doneCalls = (state: RunState, since: number): AttemptState[] =>
  workOf(state)
    .filter(({ item }) => item === null)
    .flatMap(({ attempts }) => attempts)
    .filter(({ end, endedAt }) => end === 'done' && endedAt >= since)
    .sort((a, b) => a.endedAt - b.endedAt);

function callsInVain(state: RunState, since: number): number {
  const latest = state.completed.at(-1);
  const last = Math.max(since, latest === undefined ? 0 : state.steps[latest]!.settledAt);
  const attempts = workOf(state).flatMap((step) => step.attempts);
  return attempts.filter(({ end, endedAt }) => end !== null && endedAt > last).length;
}

/** The calls that the plan may need when every step is tried as often as its contract allows. */
const worstCase = (state: RunState, known: Known): number =>
  workOf(state).reduce((sum, step) => {
    const agent = state.plan!.steps.find(({ id }) => id === step.id)?.agent;
    return sum + (agent === undefined ? 0 : known.contract(state.contracts[agent]!).retry.attempts);
  }, 0);
