/** What a month costs beside tokens, in the configuration: the calculator on the command line and in chats counts it. */
import { z } from 'zod';

const money = z.strictObject({
  /** In whole units: 12.5 is twelve and a half. */
  amount: z.number().nonnegative().max(1_000_000_000),
  currency: z.string().regex(/^[A-Z]{3}$/, 'must be a currency of three letters, as in RUB'),
});

export const estimateDefinition = z.strictObject({
  /** What a minute of the people costs who are asked. */
  minute: money.optional(),
  /** How many minutes one question takes them. */
  minutesPerEscalation: z.int().min(1).max(600).optional(),
  /** What looking after the process costs a month. */
  support: money.optional(),
  /** What building it costs, once. */
  development: money.optional(),
  /** Roubles for one dollar, so that every sum can be shown in both. */
  rate: z.number().positive().max(1_000).optional(),
});
export type EstimateDefinition = z.infer<typeof estimateDefinition>;
