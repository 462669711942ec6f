/**
 * What a step that is not settled needs next: its first attempt, another one, a question, or to be given up.
 *
 * An attempt starts only with its permission: by its contract, by the route's policy, or by a question whose row
 * authorises this very effect.
 */
import { type Contract, isRepeatable } from '../contracts/contract.ts';
import { type Failure, fail } from '../contracts/error.ts';
import type { Evidence, Subject, Terms } from '../contracts/escalation.ts';
import type { Permission } from '../contracts/event.ts';
import { effectDigest, gateOf, idempotencyKey, resourceOf } from './effect.ts';
import { failStep, giveUp } from './give-up.ts';
import { loopOf } from './loop-guard.ts';
import { append, call, type Known, type Move, nothing, wake } from './move.ts';
import { ask, lastQuestion } from './questions.ts';
import { resolve } from './resolve.ts';
import { retryDelayMs } from './retry.ts';
import { scopeOf } from './scope.ts';
import {
  type AttemptState,
  isSettled,
  planStepOf,
  type QuestionState,
  type RunState,
  type StepState,
  workOf,
} from './state.ts';
import { briefed } from './wording.ts';

/** An effect that is about to be: everything that its digest is made of. */
interface Prospect {
  state: RunState;
  known: Known;
  now: number;
  step: StepState;
  contract: Contract;
  subject: Subject;
  digest: string;
}

/** What a pending step does now. */
export function proceed(state: RunState, known: Known, now: number, step: StepState): Move {
  const plan = planStepOf(state, step);
  const contract = known.contract(state.contracts[plan.agent]!);
  const tries = step.attempts.slice(step.countFrom);
  if (lastQuestion(state, step.ref, 'uncertain')?.decision?.outcome === 'stop') {
    return failStep(step.ref, fail('stopped', 'A person stopped the step without knowing whether it happened.'));
  }
  // Said once, it stands, whatever comes to light about the attempts afterwards.
  const failed = lastQuestion(state, step.ref, 'failure');
  if (failed?.decision?.outcome === 'stop') return failStep(step.ref, failed.question.error!);
  if (tries.length > 0) {
    const verdict = afterTries(contract, tries, `${state.run}/${step.ref}/${step.revision}`);
    if (verdict.kind === 'give_up') {
      return giveUp(state, known, now, { step, error: verdict.error, input: known.content(tries.at(-1)!.input) });
    }
    if (verdict.kind === 'uncertain') return settleUncertain(state, known, now, step, contract);
    if (now < verdict.at) return wake(verdict.at);
  }
  const given = step.givenInput;
  const input =
    given === undefined ? resolve(plan.input, scopeOf(state, known, step)) : { ok: true as const, value: given };
  if (!input.ok) {
    const error = fail('reference_missing', `Its input reads ${input.missing}, which is not there.`);
    return giveUp(state, known, now, { step, error, input: null });
  }
  const loop = loopOf(state, known, plan.agent, input.value);
  if (loop) return giveUp(state, known, now, { step, error: loop, input: input.value });
  const subject: Subject = {
    step: step.ref,
    revision: step.revision,
    agent: plan.agent,
    contract: state.contracts[plan.agent]!,
    input: input.value,
  };
  return seekPermission({ state, known, now, step, contract, subject, digest: effectDigest(state.run, subject) });
}

type Verdict = { kind: 'retry'; at: number } | { kind: 'uncertain' } | { kind: 'give_up'; error: Failure };

/**
 * Whether a failed effect is tried again. What may have happened is repeated only when a repeat is harmless; otherwise,
 * and when harmless repeats did not clear it up, only a person can tell.
 */
export function afterTries(contract: Contract, tries: readonly AttemptState[], seed: string): Verdict {
  const last = tries.at(-1)!;
  const error = last.error ?? fail('unexpected', 'The attempt ended without an error.');
  const harmless = last.end !== 'unknown' || isRepeatable(contract);
  if (harmless && error.retryable && tries.length < contract.retry.attempts) {
    return { kind: 'retry', at: last.endedAt + retryDelayMs(contract.retry, tries.length, seed, error) };
  }
  const mayHaveHappened = contract.effect !== 'read' && tries.some(({ end }) => end === 'unknown');
  return mayHaveHappened ? { kind: 'uncertain' } : { kind: 'give_up', error };
}

function settleUncertain(state: RunState, known: Known, now: number, step: StepState, contract: Contract): Move {
  const asked = lastQuestion(state, step.ref, 'uncertain');
  const last = step.attempts.at(-1)!;
  const answered = asked && asked.askedAt >= last.endedAt ? asked.decision : undefined;
  if (answered === null) return nothing;
  if (answered?.outcome === 'expired') {
    return failStep(step.ref, fail('expired', 'Nobody said in time whether it happened.'));
  }
  const subject: Subject = {
    step: step.ref,
    revision: step.revision,
    agent: last.agent,
    contract: state.contracts[last.agent]!,
    input: known.content(last.input),
  };
  const terms = known.route(state.route!.definition).questions;
  return briefed(state, known, `uncertain/${step.ref}/${step.revision}.${step.attempts.length}`, (briefing) =>
    ask(state, known, now, {
      kind: 'uncertain',
      step: step.ref,
      subject,
      digest: null,
      schema: contract.output,
      terms,
      evidence: step.resource?.evidence ?? [],
      ...(briefing && { briefing }),
    }),
  );
}

/** Takes the resource, asks whom it must ask, and starts the attempt once nothing stands in the way. */
function seekPermission(of: Prospect): Move {
  const { state, known, step, contract, subject } = of;
  const resource = resourceOf(contract, subject.input);
  const hold = (seen: Evidence[] | null): Move => {
    if (isTakenByOwn(of, resource!)) return nothing;
    return call({
      kind: 'hold',
      ref: step.ref,
      agent: contract.name,
      resource: resource!,
      windowMs: contract.duplicateWindowMs,
      seen,
    });
  };
  if (resource !== null && step.resource?.name !== resource) return hold(null);
  const route = known.route(state.route!.definition);
  const gate = gateOf(route, contract, subject.agent, subject.input, state.fields);
  const evidence = step.resource?.evidence ?? [];
  if (gate.kind !== 'ask' && evidence.length === 0) {
    return start(of, { kind: gate.kind === 'policy' ? 'policy' : 'effect' });
  }
  const answer = readAnswer(of, evidence);
  if (answer.kind === 'ask') return askApproval(of, gate.kind === 'ask' ? gate.terms : route.questions, evidence);
  if (answer.kind === 'move') return answer.move;
  if (step.resource && !step.resource.held) return hold(evidence);
  return start(of, { kind: 'escalation', id: answer.escalation });
}

/** Another step of this run has it in hand; when that one is settled, this one is looked at again. */
const isTakenByOwn = ({ state, known, step, contract }: Prospect, resource: string): boolean =>
  workOf(state).some(
    (other) =>
      other.ref !== step.ref &&
      other.resource?.held === true &&
      other.resource.name === resource &&
      !isSettled(other) &&
      known.contract(state.contracts[planStepOf(state, other).agent]!).name === contract.name,
  );

type Answer = { kind: 'ask' } | { kind: 'move'; move: Move } | { kind: 'allowed'; escalation: string };

function readAnswer({ state, step, digest }: Prospect, evidence: Evidence[]): Answer {
  const asked = lastQuestion(state, step.ref, 'approve');
  if (!asked || !concerns(asked, step)) return { kind: 'ask' };
  const { decision, question } = asked;
  if (!decision) return { kind: 'move', move: nothing };
  if (decision.outcome === 'reject') {
    const who = decision.by?.person ?? 'Somebody';
    return { kind: 'move', move: failStep(step.ref, fail('rejected', `${who} said no.`)) };
  }
  if (decision.outcome === 'expired') {
    return { kind: 'move', move: failStep(step.ref, fail('expired', 'Nobody answered in time.')) };
  }
  // An effect that was in hand when the question was asked, and has happened since, is something else.
  const seen = evidence.every(({ run, step: at, state: stands }) =>
    question.evidence.some((one) => one.run === run && one.step === at && one.state === stands),
  );
  if (!asked.voided && decision.authorises === digest && seen) return { kind: 'allowed', escalation: question.id };
  if (asked.voided || decision.authorises === null || decision.authorises === digest) return { kind: 'ask' };
  return { kind: 'move', move: append({ type: 'voided', v: 1, ref: step.ref, escalation: question.id }) };
}

/** The question was about this revision of the step, or its edit made this revision. */
function concerns({ question, decision }: QuestionState, step: StepState): boolean {
  const about = question.subject?.revision ?? 0;
  return about === step.revision || (decision?.outcome === 'edit' && about + 1 === step.revision);
}

const askApproval = (
  { state, known, now, step, contract, subject, digest }: Prospect,
  terms: Terms,
  evidence: Evidence[],
) =>
  ask(state, known, now, { kind: 'approve', step: step.ref, subject, digest, schema: contract.input, terms, evidence });

function start({ state, step, subject, digest }: Prospect, permission: Permission): Move {
  return append({
    type: 'attempt_started',
    v: 1,
    ref: step.ref,
    revision: step.revision,
    attempt: step.attempts.length + 1,
    undo: false,
    agent: subject.agent,
    key: idempotencyKey(state.run, step.ref, step.revision, false),
    input: { inline: subject.input },
    digest,
    permission,
  });
}
