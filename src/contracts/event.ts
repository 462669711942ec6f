/**
 * The events of a run: its truth, and its trace.
 *
 * An event says what happened, in the past tense, and never changes its meaning once released: a new meaning is a new
 * version `v`, and the fold reads every version ever written.
 *
 * `ref` names a step or an item of one: `lookup`, `probe[3]`.
 */
import { z } from 'zod';
import { attemptName, attemptResult } from './attempt.ts';
import { failure } from './error.ts';
import { briefing, decision, evidence, finding, question } from './escalation.ts';
import { jsonObject, value } from './json.ts';
import { plan } from './plan.ts';
import { finalStatuses } from './run.ts';
import { actor, task } from './task.ts';
import { cost, modelCall } from './usage.ts';

const v = z.literal(1);
const ref = z.string();

/** Why an attempt was allowed to start. */
export const permission = z.discriminatedUnion('kind', [
  /** The contract says that nothing needs to be asked: it reads, or it can be taken back. */
  z.strictObject({ kind: z.literal('effect') }),
  /** A rule of the route's policy covers it. */
  z.strictObject({ kind: z.literal('policy') }),
  z.strictObject({ kind: z.literal('escalation'), id: z.string() }),
  /** An undo is permitted by the effect that it takes back. */
  z.strictObject({ kind: z.literal('undo') }),
]);
export type Permission = z.infer<typeof permission>;

export const received = z.strictObject({ type: z.literal('received'), v, task });

export const understood = z.strictObject({
  type: z.literal('understood'),
  v,
  route: z.string(),
  /** Digest of the route's definition: its policy, rules and limits as they are now. */
  definition: z.string(),
  fields: jsonObject,
  /** Fields that the route needs and the task does not give. */
  missing: z.array(z.string()),
  language: z.enum(['en', 'ru']),
  provider: z.string(),
  /** One agent closes the task in one pass, as the provider sees it; the proof has not looked yet. */
  onePass: z.strictObject({ agent: z.string(), input: jsonObject }).optional(),
});

export const intakeFailed = z.strictObject({ type: z.literal('intake_failed'), v, error: failure });

export const planned = z.strictObject({
  type: z.literal('planned'),
  v,
  revision: z.int().min(1),
  plan,
  /** The digest of the contract of each agent in the plan, its undo included: `name@version` to digest. */
  contracts: z.record(z.string(), z.string()),
  provider: z.string(),
  /** The short way: one agent closes the task in one pass. */
  short: z.literal(true).optional(),
});

/** A model was asked, for the run or as the agent of one of its steps. */
export const modelCalled = z.strictObject({
  type: z.literal('model_called'),
  v,
  call: modelCall,
  ref: z.string().optional(),
});

/** A plan that the proof turned down, and why. */
export const planRefused = z.strictObject({
  type: z.literal('plan_refused'),
  v,
  plan: value,
  findings: z.array(finding).min(1),
  by: z.string(),
});

/** Nobody could make a plan: the provider declined or could not be had. */
export const planFailed = z.strictObject({ type: z.literal('plan_failed'), v, error: failure });

/** A budget is short. At `hard` the run stops; at `soft` people are asked. */
export const budgetReached = z.strictObject({
  type: z.literal('budget_reached'),
  v,
  scope: z.enum(['run', 'day']),
  limit: z.enum(['soft', 'hard']),
  unit: z.string(),
});

/** What a model made of the state before a question (`about` names it), or of the whole at its end. Null: nothing. */
export const worded = z.strictObject({ type: z.literal('worded'), v, about: z.string(), words: briefing.nullable() });

/** A `forEach` list was fixed; items are numbered from 0. */
export const expanded = z.strictObject({ type: z.literal('expanded'), v, ref, items: z.int().nonnegative() });

export const skipped = z.strictObject({
  type: z.literal('skipped'),
  v,
  ref,
  because: z.enum(['condition', 'dependency']),
});

/** The step has its resource to itself. */
export const held = z.strictObject({ type: z.literal('held'), v, ref, resource: z.string() });

/** Another run has the resource in hand, or has touched it within the contract's window. */
export const contended = z.strictObject({
  type: z.literal('contended'),
  v,
  ref,
  resource: z.string(),
  evidence: z.array(evidence).min(1),
});

export const asked = z.strictObject({ type: z.literal('asked'), v, question });
export const reminded = z.strictObject({ type: z.literal('reminded'), v, escalation: z.string() });
/** Nobody has answered for so long that the first `tiers` tiers may decide as well. */
export const raised = z.strictObject({ type: z.literal('raised'), v, escalation: z.string(), tiers: z.int().min(1) });
/** Nobody could be shown it in time: it is open until then (milliseconds since the epoch). */
export const extended = z.strictObject({
  type: z.literal('extended'),
  v,
  signal: z.string(),
  escalation: z.string(),
  until: z.number(),
});
export const decided = z.strictObject({ type: z.literal('decided'), v, signal: z.string(), decision });

/** An approval that no longer fits what would run; it authorises nothing any more, and the question is asked anew. */
export const voided = z.strictObject({ type: z.literal('voided'), v, ref, escalation: z.string() });

export const attemptStarted = z.strictObject({
  type: z.literal('attempt_started'),
  v,
  ...attemptName,
  agent: z.string(),
  key: z.string(),
  input: value,
  digest: z.string(),
  permission,
});

export const attemptEnded = z.strictObject({
  type: z.literal('attempt_ended'),
  v,
  ...attemptResult,
  durationMs: z.number().nonnegative(),
  /** What the agent's own price says that it cost. */
  cost: cost.optional(),
});

/** The step will not be tried again. */
export const stepFailed = z.strictObject({ type: z.literal('step_failed'), v, ref, error: failure });

/** The undo of a step will not be tried again, or cannot be built. */
export const undoFailed = z.strictObject({ type: z.literal('undo_failed'), v, ref, error: failure });

export const cancelRequested = z.strictObject({
  type: z.literal('cancel_requested'),
  v,
  signal: z.string(),
  by: actor.nullable(),
});

/** What a worker that had lost the run learned about an attempt it had started. */
export const lateResult = z.strictObject({ type: z.literal('late_result'), v, signal: z.string(), ...attemptResult });

/** Nothing starts any more; what was done is taken back. */
export const compensating = z.strictObject({ type: z.literal('compensating'), v, because: failure });

/** What became of the effects of a run that did not complete. */
export const undoReport = z.strictObject({
  undone: z.array(z.string()),
  /** Irreversible or reversible effects that stand. */
  stands: z.array(z.string()),
  /** Effects whose undo failed, or of which nobody knows whether they happened. */
  needsPerson: z.array(z.string()),
});
export type UndoReport = z.infer<typeof undoReport>;

export const finished = z.strictObject({
  type: z.literal('finished'),
  v,
  status: z.enum(finalStatuses),
  reason: failure.nullable(),
  answer: value.nullable(),
  report: undoReport.nullable(),
});

export const event = z.discriminatedUnion('type', [
  received,
  understood,
  intakeFailed,
  planned,
  modelCalled,
  planRefused,
  planFailed,
  budgetReached,
  worded,
  expanded,
  skipped,
  held,
  contended,
  asked,
  reminded,
  raised,
  extended,
  decided,
  voided,
  attemptStarted,
  attemptEnded,
  stepFailed,
  undoFailed,
  cancelRequested,
  lateResult,
  compensating,
  finished,
]);
export type Event = z.infer<typeof event>;
export type EventOf<T extends Event['type']> = Extract<Event, { type: T }>;

/** One row of the journal: the events of one commit. */
export const entry = z.strictObject({ seq: z.int().min(1), at: z.number(), events: z.array(event).min(1) });
export type Entry = z.infer<typeof entry>;
