/** Models and their money in the configuration. */
import { z } from 'zod';
import { tiers } from './usage.ts';

const name = z.string().min(1).max(120);

/** One model of one provider, and how far a call of it may go. */
const choice = z.strictObject({
  provider: z.enum(['openai', 'gigachat']),
  model: name.optional(),
  /** The longest answer, reasoning included. */
  maxOutputTokens: z.int().min(64).max(128_000).optional(),
  timeoutMs: z.int().min(1_000).max(600_000).optional(),
});

export const tierDefinition = choice.extend({
  /** Who stands in when the provider is out of reach, out of quota or keeps failing. `rules` and `none` ask no model. */
  fallback: z
    .union([choice, z.enum(['rules', 'none'])], {
      error: "must be 'rules', 'none', or a model, as in { provider: 'gigachat' }",
    })
    .optional(),
});
export type TierDefinition = z.infer<typeof tierDefinition>;

/** Only for the tiers that differ from the defaults, which follow the keys in the environment. */
export const modelsDefinition = z.partialRecord(z.enum(tiers), tierDefinition);
export type ModelsDefinition = z.infer<typeof modelsDefinition>;

const amounts = z.strictObject({
  /** By currency, in whole units: `{ USD: 2.5, RUB: 200 }`. */
  money: z
    .record(z.string().regex(/^[A-Z]{3}$/), z.number().positive().max(1_000_000_000), {
      error: ({ code }) => (code === 'invalid_key' ? 'must be a currency of three letters, as in RUB' : undefined),
    })
    .optional(),
  tokens: z.int().positive().optional(),
  calls: z.int().positive().optional(),
});
export type BudgetAmounts = z.infer<typeof amounts>;

/** Past the soft limit people are asked in the thread; at the hard limit it stops. */
const budget = z.strictObject({ soft: amounts.optional(), hard: amounts.optional() });

export const budgetsDefinition = z.strictObject({
  run: budget.optional(),
  /** All runs of a day together, by UTC. */
  day: budget.optional(),
});
export type BudgetsDefinition = z.infer<typeof budgetsDefinition>;
