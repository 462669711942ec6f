/**
 * The fold: state + event -> state. Pure and total: it reads every version of every event ever written, decides
 * nothing, and never fails on a journal that this code has written.
 */
import type { Entry, Event, EventOf } from '../contracts/event.ts';
import { evolveDecision } from './evolve-decision.ts';
import { type AttemptState, isSettled, itemRef, newStep, type RunState } from './state.ts';
import { complete, withStep } from './step-change.ts';
import { counting, failing, noThought, paying, reaching, refusing, wording } from './thought.ts';

type Fold<T extends Event['type']> = (state: RunState, event: EventOf<T>, at: number) => RunState;

const started = (event: EventOf<'attempt_started'>, at: number): AttemptState => ({
  attempt: event.attempt,
  revision: event.revision,
  agent: event.agent,
  key: event.key,
  input: event.input,
  digest: event.digest,
  permission: event.permission,
  startedAt: at,
  end: null,
  endedAt: 0,
  durationMs: 0,
  output: null,
  error: null,
});

type Ended = EventOf<'attempt_ended'> | EventOf<'late_result'>;

const ended = (attempts: AttemptState[], event: Ended, at: number): AttemptState[] =>
  attempts.map((attempt) =>
    attempt.attempt === event.attempt && attempt.revision === event.revision
      ? {
          ...attempt,
          end: event.end,
          endedAt: at,
          durationMs: 'durationMs' in event ? event.durationMs : at - attempt.startedAt,
          output: event.output ?? null,
          error: event.error ?? null,
        }
      : attempt,
  );

function endAttempt(state: RunState, event: Ended, at: number): RunState {
  const step = state.steps[event.ref]!;
  const attempts = ended(step.attempts, event, at);
  if (event.end === 'done' && !isSettled(step)) {
    return complete(state, event.ref, at, { attempts, output: event.output ?? null });
  }
  const running = attempts.some(({ end }) => end === null);
  const status = isSettled(step) ? step.status : running ? 'running' : 'pending';
  return withStep(state, event.ref, { attempts, status });
}

function endUndo(state: RunState, event: Ended, at: number): RunState {
  const { undo } = state.steps[event.ref]!;
  const attempts = ended(undo.attempts, event, at);
  if (event.end !== 'done') return withStep(state, event.ref, { undo: { ...undo, attempts } });
  return withStep(state, event.ref, { status: 'compensated', undo: { status: 'done', attempts, error: null } });
}

/** A late result counts only while nobody knows how its attempt ended; otherwise it is history. */
const late: Fold<'late_result'> = (folded, event, at) => {
  const state = { ...folded, folded: folded.folded + 1 };
  const step = state.steps[event.ref];
  const attempt = (event.undo ? step?.undo.attempts : step?.attempts)?.find(
    (one) => one.attempt === event.attempt && one.revision === event.revision,
  );
  if (!step || !attempt || (attempt.end !== null && attempt.end !== 'unknown') || state.finished) return state;
  if (event.undo) return step.undo.status === 'running' ? endUndo(state, event, at) : state;
  // A step that was given up as uncertain did happen after all: it is completed, so that it can be taken back.
  const reopened = step.status === 'failed' && event.end === 'done';
  return endAttempt(reopened ? withStep(state, event.ref, { status: 'pending' }) : state, event, at);
};

const folds: { [T in Event['type']]: Fold<T> } = {
  received: (state, { task }, at) => ({ ...state, task, createdAt: at }),
  understood: (state, { route, definition, provider, fields, missing, language, onePass = null }) => ({
    ...state,
    thought: { ...state.thought, onePass },
    route: { name: route, definition, provider },
    fields,
    missing,
    language,
  }),
  intake_failed: (state, { error }, at) => ({
    ...state,
    intake: { failures: state.intake.failures + 1, error, failedAt: at },
  }),
  planned: (state, { plan, revision, contracts, short = false }) => ({
    ...state,
    plan,
    short,
    revision,
    thought: { ...state.thought, given: null, error: null, failures: 0 },
    contracts: { ...state.contracts, ...contracts },
    steps: { ...Object.fromEntries(plan.steps.map(({ id }) => [id, newStep(id, id, null)])), ...state.steps },
  }),
  model_called: (state, event) => ({ ...state, thought: counting(state.thought, event) }),
  plan_refused: (state, event) => ({ ...state, thought: refusing(state.thought, event) }),
  plan_failed: (state, event, at) => ({ ...state, thought: failing(state.thought, event, at) }),
  budget_reached: (state, event) => ({ ...state, thought: reaching(state.thought, event) }),
  worded: (state, event) => ({ ...state, thought: wording(state.thought, event) }),
  expanded: (state, { ref, items }, at) => {
    const numbers = Array.from({ length: items }, (_, item) => item);
    const added = numbers.map((item) => [itemRef(ref, item), newStep(itemRef(ref, item), ref, item)] as const);
    const next = { ...state, steps: { ...state.steps, ...Object.fromEntries(added) } };
    return withStep(
      next,
      ref,
      items === 0 ? { items, status: 'completed', settledAt: at } : { items, status: 'running' },
    );
  },
  skipped: (state, { ref }, at) => withStep(state, ref, { status: 'skipped', settledAt: at }),
  held: (state, { ref, resource }) =>
    withStep(state, ref, {
      resource: { name: resource, held: true, evidence: state.steps[ref]!.resource?.evidence ?? [] },
    }),
  contended: (state, { ref, resource, evidence }) =>
    withStep(state, ref, { resource: { name: resource, held: false, evidence } }),
  asked: (state, { question }, at) => {
    const asked = {
      question,
      askedAt: at,
      reminded: false,
      tiers: 0,
      extendedAt: 0,
      decision: null,
      decidedAt: 0,
      voided: false,
    };
    const next = { ...state, questions: { ...state.questions, [question.id]: asked } };
    return question.step ? withStep(next, question.step, { status: 'waiting' }) : next;
  },
  reminded: (state, { escalation }) => {
    const asked = state.questions[escalation]!;
    return { ...state, questions: { ...state.questions, [escalation]: { ...asked, reminded: true } } };
  },
  raised: (state, { escalation, tiers }) => {
    const asked = state.questions[escalation]!;
    return { ...state, questions: { ...state.questions, [escalation]: { ...asked, tiers } } };
  },
  extended: (state, { escalation, until }, at) => {
    const next = { ...state, folded: state.folded + 1 };
    const asked = state.questions[escalation];
    if (!asked || asked.decision) return next;
    const longer = { ...asked, question: { ...asked.question, expiresAt: until }, extendedAt: at };
    return { ...next, questions: { ...state.questions, [escalation]: longer } };
  },
  decided: evolveDecision,
  voided: (state, { ref, escalation }) => {
    const asked = state.questions[escalation]!;
    const next = { ...state, questions: { ...state.questions, [escalation]: { ...asked, voided: true } } };
    return withStep(next, ref, { status: 'pending' });
  },
  attempt_started: (state, event, at) => {
    const step = state.steps[event.ref]!;
    const attempt = started(event, at);
    return event.undo
      ? withStep(state, event.ref, {
          undo: { status: 'running', attempts: [...step.undo.attempts, attempt], error: null },
        })
      : withStep(state, event.ref, { status: 'running', attempts: [...step.attempts, attempt] });
  },
  attempt_ended: (folded, event, at) => {
    const state = { ...folded, thought: paying(folded.thought, event.cost) };
    return event.undo ? endUndo(state, event, at) : endAttempt(state, event, at);
  },
  step_failed: (state, { ref, error }, at) => {
    const failed = withStep(state, ref, { status: 'failed', error, settledAt: at });
    const parent =
      failed.steps[ref]!.item === null ? failed : withStep(failed, failed.steps[ref]!.id, { status: 'failed' });
    return { ...parent, failing: state.failing ?? { error, step: ref } };
  },
  undo_failed: (state, { ref, error }) => {
    const { undo } = state.steps[ref]!;
    return withStep(state, ref, { undo: { ...undo, status: 'failed', error } });
  },
  cancel_requested: (state, { by }) => ({
    ...state,
    folded: state.folded + 1,
    ...(state.finished || state.cancelled
      ? {}
      : {
          cancelled: { by },
          failing: state.failing ?? {
            error: { code: 'cancelled', message: 'The run was cancelled.', retryable: false },
            step: null,
          },
        }),
  }),
  late_result: late,
  compensating: (state, { because }) => ({
    ...state,
    compensating: true,
    failing: state.failing ?? { error: because, step: null },
  }),
  finished: (state, { status, reason, answer, report }, at) => ({
    ...state,
    finished: { status, reason, answer, report, at },
  }),
};

/** Folds one event that was committed at `at` (milliseconds since the epoch). */
export const evolve = (state: RunState, event: Event, at: number): RunState =>
  (folds[event.type] as Fold<Event['type']>)(state, event as never, at);

/** Folds events of one commit. */
export const evolveAll = (state: RunState, events: readonly Event[], at: number): RunState =>
  events.reduce((folded, event) => evolve(folded, event, at), state);

const blank = (run: string): RunState => ({
  run,
  seq: 0,
  createdAt: 0,
  task: { text: '', requester: { person: '', via: '' }, conversation: null },
  route: null,
  fields: {},
  missing: [],
  language: 'en',
  intake: { failures: 0, error: null, failedAt: 0 },
  thought: noThought,
  plan: null,
  short: false,
  revision: 0,
  contracts: {},
  steps: {},
  completed: [],
  questions: {},
  folded: 0,
  cancelled: null,
  failing: null,
  compensating: false,
  finished: null,
});

/** Folds a whole journal. */
export const replay = (run: string, entries: readonly Entry[]): RunState =>
  entries.reduce((state, { seq, at, events }) => ({ ...evolveAll(state, events, at), seq }), blank(run));
