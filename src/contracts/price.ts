/** What a model costs, from a date on, and who says so. Money is in micro-units of its currency, so that nothing is lost. */
import { z } from 'zod';
import type { Tier } from './usage.ts';

/** For a million tokens, in whole units of the currency: 2.5 is two dollars and a half. */
const amount = z
  .number()
  .min(0)
  .max(1_000_000)
  .refine((given) => Math.abs(given * 1e6 - Math.round(given * 1e6)) < 1e-3, 'has more than six digits after the point')
  .transform((given) => BigInt(Math.round(given * 1e6)));

export const priceEntry = z
  .strictObject({
    provider: z.string().min(1),
    model: z.string().min(1),
    currency: z.string().regex(/^[A-Z]{3}$/),
    input: amount,
    cachedInput: amount,
    output: amount,
    /** The day from which it counts. */
    from: z.iso.date(),
    /** Who says so, and when it was read. */
    source: z.string().min(1),
    /** The provider's own page, read by us; somebody who has read it; or nobody who would stand by it. */
    certainty: z.enum(['official', 'secondary', 'unofficial']),
  })
  .refine(({ input, cachedInput }) => cachedInput <= input, 'cached input costs more than input');

/** The prices of a provider, and which of its models each tier is. */
export interface PriceTable {
  provider: string;
  currency: string;
  /** What the tiers are unless somebody says otherwise. */
  models: Readonly<Record<Tier, string>>;
  prices: readonly Price[];
}

export type PriceEntry = z.input<typeof priceEntry>;
export type Price = z.output<typeof priceEntry>;
