/**
 * Which model each tier is: what the configuration says, and for the rest the first provider that has a key, with the
 * next one standing in.
 *
 * Whoever names a provider in the configuration means that one. Without a key for it nobody else is asked instead, unless
 * the configuration says so: what is thought about must not go to a provider that nobody chose.
 */
import { BatonError, type Problem } from '../contracts/error.ts';
import { type ModelsDefinition, modelsDefinition, type TierDefinition } from '../contracts/models-config.ts';
import type { Price } from '../contracts/price.ts';
import { type Tier, tiers } from '../contracts/usage.ts';
import { priceOn } from './money.ts';
import type { PriceTable } from './prices/table.ts';

/** One model of one provider, and how far a call of it may go. */
export interface Seat {
  provider: string;
  model: string;
  maxOutputTokens: number;
  timeoutMs: number;
  /** Whether there is a key for its provider. */
  hasKey: boolean;
}

export interface Seats<S = Seat> {
  tier: Tier;
  /** Null: no model at all is set up. */
  first: S | null;
  /** Who stands in; `rules` and `none` are for whoever asks to understand. */
  fallback: S | 'rules' | 'none';
}

/** As the doctor shows it. */
export type TierView = Seats<Seat & { price: Price | null }>;

/** Reasoning counts as output, so that a limit that fits the answer alone would cut it off. */
const defaults: Readonly<Record<Tier, { maxOutputTokens: number; timeoutMs: number }>> = {
  light: { maxOutputTokens: 4_000, timeoutMs: 30_000 },
  mid: { maxOutputTokens: 8_000, timeoutMs: 60_000 },
  strong: { maxOutputTokens: 16_000, timeoutMs: 120_000 },
};

type Choice = { provider: string } & Partial<Omit<TierDefinition, 'provider' | 'fallback'>>;

/**
 * `providers`: those with a key, best first.
 *
 * @throws {BatonError} `config_invalid`, with every problem.
 */
export function resolveTiers(
  given: ModelsDefinition,
  providers: readonly string[],
  tables: readonly PriceTable[],
): Record<Tier, Seats> {
  const parsed = modelsDefinition.safeParse(given);
  const problems: Problem[] = (parsed.error?.issues ?? []).map(({ path, message }) => ({
    code: 'malformed',
    path: ['models', ...path].join('.'),
    hint: message,
  }));
  const seats = tiers.map((tier) => [tier, seatsOf(tier, parsed.data?.[tier], { providers, tables, problems })]);
  if (problems.length === 0) return Object.fromEntries(seats) as Record<Tier, Seats>;
  throw new BatonError('config_invalid', 'The models of the configuration do not hold.', { problems });
}

interface Around {
  providers: readonly string[];
  tables: readonly PriceTable[];
  problems: Problem[];
}

function seatsOf(tier: Tier, given: TierDefinition | undefined, around: Around): Seats {
  const seat = (choice: Choice, limits: Pick<Seat, 'maxOutputTokens' | 'timeoutMs'>) => {
    const { provider, maxOutputTokens = limits.maxOutputTokens, timeoutMs = limits.timeoutMs } = choice;
    const model = choice.model ?? around.tables.find((table) => table.provider === provider)?.models[tier];
    if (model === undefined) {
      const hint = `no price table says which model of ${provider} this is: name it`;
      around.problems.push({ code: 'model_unknown', path: `models.${tier}.model`, hint });
    }
    return { provider, model: model ?? '', maxOutputTokens, timeoutMs, hasKey: around.providers.includes(provider) };
  };
  const provider = given?.provider ?? around.providers[0];
  if (provider === undefined) return { tier, first: null, fallback: 'rules' };
  const first = seat({ ...given, provider }, defaults[tier]);
  if (typeof given?.fallback === 'string') return { tier, first, fallback: given.fallback };
  if (given?.fallback) return { tier, first, fallback: seat(given.fallback, first) };
  // Without a key for the provider that was named, another one would not stand in but take its place.
  const next = first.hasKey ? around.providers.find((one) => one !== provider) : undefined;
  return { tier, first, fallback: next === undefined ? 'rules' : seat({ provider: next }, first) };
}

/** The tiers with their prices of a day. */
export function viewTiers(all: Record<Tier, Seats>, tables: readonly PriceTable[], day: string): TierView[] {
  const priced = (seat: Seat) => ({ ...seat, price: priceOn(tables, seat, day) });
  return tiers.map((tier) => {
    const { first, fallback } = all[tier];
    return {
      tier,
      first: first && priced(first),
      fallback: typeof fallback === 'string' ? fallback : priced(fallback),
    };
  });
}
