/** What a call of a model took and cost, as the journal and the ledger keep it. Money is in micro-units of its currency. */
import { z } from 'zod';
import { type ErrorCode, type Failure, failure } from './error.ts';

/** Strong thinks ahead, mid writes, light reads. */
export const tiers = ['light', 'mid', 'strong'] as const;
export type Tier = (typeof tiers)[number];

/**
 * Why a model is asked: to understand a task, to plan it, to word its closing, to put an escalation in words, or as the
 * agent of a step.
 */
export const purposes = ['intake', 'plan', 'closing', 'briefing', 'agent'] as const;
export type Purpose = (typeof purposes)[number];

/** In tokens. `cachedInput` is a part of `input`, `reasoning` one of `output`. */
export const usage = z.strictObject({
  input: z.int().nonnegative(),
  cachedInput: z.int().nonnegative(),
  output: z.int().nonnegative(),
  reasoning: z.int().nonnegative(),
});
export type Usage = z.infer<typeof usage>;

export const cost = z.strictObject({
  micros: z.int().nonnegative(),
  currency: z.string().regex(/^[A-Z]{3}$/),
  /** The day from which the price counts that it was reckoned with. */
  prices: z.iso.date(),
});
export type Cost = z.infer<typeof cost>;

export const modelCall = z.strictObject({
  id: z.uuid(),
  purpose: z.enum(purposes),
  tier: z.enum(tiers),
  provider: z.string().max(60),
  model: z.string().max(120),
  /** Digest of the instructions. */
  prompt: z.string(),
  /** Null when it answered well. */
  error: failure.nullable(),
  /** Null when the provider did not say. */
  usage: usage.nullable(),
  /** Null when no price table knows the model, or the provider said nothing of its usage. */
  cost: cost.nullable(),
  /** The provider's own name of the request. */
  requestId: z.string().max(200).nullable(),
  durationMs: z.int().nonnegative(),
  /** It stood in for this one, which could not. */
  instead: z.strictObject({ provider: z.string(), model: z.string(), because: z.string() }).optional(),
});
export type ModelCall = z.infer<typeof modelCall>;

const unbilled: readonly ErrorCode[] = [
  'model_unreachable',
  'model_throttled',
  'model_quota',
  'model_unauthorised',
  'model_rejected',
];

/** Such an end is proof that the call took nothing. */
export const isUnbilled = (error: Failure | null): boolean => error !== null && unbilled.includes(error.code);
