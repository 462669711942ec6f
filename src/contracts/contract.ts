/**
 * An agent's contract as data: what goes in, what comes out, what it does to the world, and how it is repeated, undone
 * and shown. It is what a run is pinned to: its digest is journalled with every plan, its body sits in `definitions`.
 */
import { z } from 'zod';
import { jsonObject } from './json.ts';
import { mapping } from './plan.ts';

/**
 * - `read`: changes nothing; may be repeated at will.
 * - `reversible`: changes something that a person can change back in place; no undo is run.
 * - `compensable`: has an undo, which is run when the run does not complete.
 * - `irreversible`: cannot be taken back; never starts without its permission.
 */
export const effects = ['read', 'reversible', 'compensable', 'irreversible'] as const;
export type Effect = (typeof effects)[number];

export const retryPolicy = z.strictObject({
  attempts: z.int().min(1).max(20),
  firstDelayMs: z.number().nonnegative(),
  factor: z.number().min(1),
  maxDelayMs: z.number().nonnegative(),
});
export type RetryPolicy = z.infer<typeof retryPolicy>;

const title = z.string().min(1).max(80);
const risk = z.string().max(200);

export const contract = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9]*([.-][a-z0-9]+)*$/, 'an agent name is lower-case words joined by dots or dashes'),
  version: z.int().min(1),
  title,
  input: jsonObject,
  output: jsonObject,
  /** Paths whose refinements JSON Schema cannot say; they are checked by the code when the agent runs. */
  checkedAtRunTime: z.array(z.string()),
  effect: z.enum(effects),
  /** A repeat with the same key is harmless. */
  idempotent: z.boolean(),
  /** A template over the input, e.g. `order:{{input.order}}`: the business thing that the effect touches. */
  resource: z.string().optional(),
  /** How long a finished effect on the same resource counts as a possible duplicate. */
  duplicateWindowMs: z.number().nonnegative(),
  timeoutMs: z
    .int()
    .min(1)
    .max(24 * 3_600_000),
  retry: retryPolicy,
  /** The agent (`name@version`) that takes the effect back, and its input over `input.…` and `output.…`. */
  undo: z.strictObject({ agent: z.string(), input: mapping }).optional(),
  maxOutputBytes: z.int().min(1).max(10_000_000),
  /** What one call costs, in micro-units of the currency. */
  price: z.strictObject({ micros: z.int().positive(), currency: z.string().regex(/^[A-Z]{3}$/) }).optional(),
  /** One sentence for the person who decides: what happens in the world when this runs. */
  risk: risk.optional(),
  /** The same in Russian, for people who write in it. */
  ru: z.strictObject({ title, risk: risk.optional() }).optional(),
  /** Paths of input and output that nobody may see in cards, traces and logs. */
  redact: z.array(z.string()),
});
export type Contract = z.infer<typeof contract>;

/** `name@version`, the only way in which plans, rules and the journal name an agent. */
export const agentId = (of: { name: string; version: number }): string => `${of.name}@${of.version}`;

/** A repeat is harmless: nothing changes, or the same key makes it the same change. */
export const isRepeatable = (of: Contract): boolean => of.effect === 'read' || of.idempotent;
