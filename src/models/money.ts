/** What a call can take and what it took, in tokens and in money. Rounded up: a limit must not be passed by rounding. */
import type { CompletionRequest } from '../contracts/completion.ts';
import type { Price } from '../contracts/price.ts';
import type { Cost, Usage } from '../contracts/usage.ts';
import type { PriceTable } from './prices/table.ts';

const million = 1_000_000n;

/**
 * A tokenizer that falls back to bytes makes no token of less than a byte, and texts of people are far from that: some
 * four bytes a token in English, five in Russian, three in JSON, two in numbers and identifiers. So two is more than
 * any honest text takes. One made of rare characters could take twice of this; what it really took is settled.
 */
const bytesPerToken = 2;
/** Roles, separators and whatever a provider puts around a request. */
const frameTokens = 100;

const bytes = (text: string): number => Buffer.byteLength(text);

/** The most tokens that a request's input is reckoned to have: the schema is input too. */
export function worstInput({ instructions, input, schema }: CompletionRequest): number {
  const all = bytes(instructions) + bytes(input) + bytes(JSON.stringify(schema.body));
  return Math.ceil(all / bytesPerToken) + frameTokens;
}

/** The newest price that counts on a day, e.g. `2026-11-25`; null when no table knows one. */
export function priceOn(
  tables: readonly PriceTable[],
  { provider, model }: { provider: string; model: string },
  day: string,
): Price | null {
  const own = tables.flatMap(({ prices }) => prices).filter((one) => one.provider === provider && one.model === model);
  const counting = own.filter(({ from }) => from <= day).sort((a, b) => (a.from < b.from ? -1 : 1));
  return counting.at(-1) ?? null;
}

/** What was used, in money. Reasoning is part of the output; cached input, of the input, at its own price. */
export function costOf(price: Price, { input, cachedInput, output }: Usage): Cost {
  const cached = Math.min(cachedInput, input);
  const whole =
    BigInt(input - cached) * price.input + BigInt(cached) * price.cachedInput + BigInt(output) * price.output;
  return { micros: Number((whole + million - 1n) / million), currency: price.currency, prices: price.from };
}

/** The day of a moment, by UTC, as price tables count days. */
export const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
