/** One question to people: who may answer it, with which verbs, by when, and what an answer is. */
import { z } from 'zod';
import { failure } from './error.ts';
import { jsonObject, jsonValue } from './json.ts';
import { actor } from './task.ts';

/**
 * - `approve`: may this effect happen? Asked before it, with the input that would be used.
 * - `answer`: something that the task needs and does not say.
 * - `uncertain`: an effect that may have happened; nobody but a person can find out.
 * - `failure`: a step that does not close by itself. Nothing of it happened, or what did may be repeated.
 * - `plan`: no plan could be proven; a person may write one.
 * - `budget`: a soft limit is reached; may it go on to the hard one?
 */
export const escalationKinds = ['approve', 'answer', 'uncertain', 'failure', 'plan', 'budget'] as const;
export type EscalationKind = (typeof escalationKinds)[number];

/** What a person may say. Those of `verbsWithValue` carry one. */
export const verbs = ['approve', 'reject', 'edit', 'answer', 'done', 'retry', 'skip', 'give', 'stop'] as const;
export type Verb = (typeof verbs)[number];
export const verbsWithValue: readonly Verb[] = ['edit', 'answer', 'done', 'give'];

/** Whether what a person says stands for the output of a step; any other value is an input, or a field of the task. */
export const givesOutput = (said: string): boolean => said === 'done' || said === 'give';

export const verbsOf: Record<EscalationKind, readonly Verb[]> = {
  approve: ['approve', 'reject', 'edit'],
  answer: ['answer', 'stop'],
  uncertain: ['done', 'retry', 'stop'],
  failure: ['retry', 'skip', 'give', 'stop'],
  plan: ['edit', 'retry', 'stop'],
  budget: ['approve', 'stop'],
};

/** Who decides, in words of the configuration. Roles are resolved to people when the question is asked. */
export const deciders = z.strictObject({
  people: z.array(z.string()).optional(),
  roles: z.array(z.string()).optional(),
});
export type Deciders = z.infer<typeof deciders>;

/** The terms of a question in the configuration. */
export const terms = z.strictObject({
  deciders,
  quorum: z.int().min(1).max(10).default(1),
  verbs: z.array(z.enum(verbs)).min(1).optional(),
  /** May the person who asked for the task decide? `terminal`: only at the terminal, where there is one person. */
  selfApproval: z.enum(['never', 'terminal', 'always']).default('terminal'),
  remindAfterMs: z.number().positive().optional(),
  /** Who may decide as well, once nobody has for so long. */
  tiers: z
    .array(z.strictObject({ afterMs: z.number().positive(), deciders }))
    .max(5)
    .optional(),
  expireAfterMs: z.number().positive().optional(),
});
export type Terms = z.infer<typeof terms>;

/** The terms as they were when the question was asked; later changes of the configuration do not touch them. */
export const policy = z.strictObject({
  people: z.array(z.string()),
  roles: z.array(z.string()),
  /** Who joins them, and when (milliseconds since the epoch), earliest first. */
  tiers: z
    .array(z.strictObject({ from: z.number(), people: z.array(z.string()), roles: z.array(z.string()) }))
    .default([]),
  quorum: z.int().min(1),
  verbs: z.array(z.enum(verbs)).min(1),
  selfApproval: z.enum(['never', 'terminal', 'always']),
  requester: actor,
  /** Where each of them is reached on their own, best first. */
  addresses: z.record(z.string(), z.array(z.string())).default({}),
});
export type Policy = z.infer<typeof policy>;

/** An earlier or a running effect on the same resource, shown with the question. */
export const evidence = z.strictObject({
  run: z.string(),
  title: z.string(),
  step: z.string(),
  state: z.enum(['in_hand', 'done']),
  at: z.string(),
});
export type Evidence = z.infer<typeof evidence>;

/** What speaks against a plan: a stable code, where, and what would help. */
export const finding = z.strictObject({ code: z.string(), path: z.string(), hint: z.string() });

/** What a model says to those who decide: what happened, and what they might do. */
export const briefing = z.strictObject({ text: z.string(), proposal: z.string().nullable(), by: z.string() });
export type Briefing = z.infer<typeof briefing>;

/** What the question is about; the effect digest is made of it, so it is what authorises. */
export const subject = z.strictObject({
  step: z.string(),
  revision: z.int().nonnegative(),
  agent: z.string(),
  contract: z.string(),
  input: jsonValue,
});
export type Subject = z.infer<typeof subject>;

/** A question as the journal opens it and as its row keeps it. */
export const question = z.strictObject({
  id: z.string(),
  code: z.string(),
  kind: z.enum(escalationKinds),
  step: z.string().nullable(),
  /** The effect digest that an approval would authorise. */
  digest: z.string().nullable(),
  subject: subject.nullable(),
  /** Why the step did not close, when that is the question. */
  error: failure.optional(),
  /** What a model makes of it, shown as such; it decides nothing. */
  briefing: briefing.optional(),
  /** Why the plan that is asked about does not hold. */
  findings: z.array(finding).optional(),
  /** The plan that an edit begins with. */
  proposed: jsonValue.optional(),
  /** JSON Schema of the value that `edit`, `answer`, `done` or `give` must carry. */
  schema: jsonObject.nullable(),
  policy,
  /** Digest of the route's definition, whose rules an edited input must meet. */
  definition: z.string(),
  /** The task's fields, which those rules may read. */
  fields: jsonObject,
  evidence: z.array(evidence),
  /** Milliseconds since the epoch, on the database's clock. */
  remindAt: z.number().nullable(),
  expiresAt: z.number().nullable(),
  /** How long people have, from when they can see it. Questions did not always say it. */
  lifeMs: z.number().optional(),
});
export type Question = z.infer<typeof question>;

/** What closed a question. Only a row that was closed makes one of these. */
export const decision = z.strictObject({
  escalation: z.string(),
  outcome: z.enum([...verbs, 'expired', 'withdrawn']),
  by: actor.nullable(),
  value: jsonValue.optional(),
  /** The effect digest that this decision authorises, if it authorises one. */
  authorises: z.string().nullable(),
});
export type Decision = z.infer<typeof decision>;

/** What a person is told about their answer. Expected refusals are values, not errors. */
export type VoteAnswer =
  | { result: 'decided'; outcome: Verb; run: string }
  | { result: 'counted'; votes: number; quorum: number }
  | { result: 'already_decided'; outcome: string; by: string | null }
  | { result: 'already_voted' }
  | { result: 'not_allowed'; why: string }
  | { result: 'invalid_value'; mismatches: { path: string; expected: string; received: string }[] }
  | { result: 'unknown_question' };
