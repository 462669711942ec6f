/**
 * The models of the tiers: answers one question, by the model of its tier or by the one that stands in, and never makes
 * a call that was not booked.
 *
 * What a model or its provider refuses is refused: nobody is asked around until somebody says yes. Everything is tried
 * a second time at most, and an answer that still does not have the form is an error.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Completer } from '../contracts/completion.ts';
import { BatonError } from '../contracts/error.ts';
import type { Json } from '../contracts/json.ts';
import type { Enquiry, Models, Thinking } from '../contracts/model.ts';
import type { ModelsDefinition } from '../contracts/models-config.ts';
import { type BreakerSwitch, type BreakerView, createBreaker } from './breaker.ts';
import { dayOf } from './money.ts';
import type { PriceTable } from './prices/table.ts';
import { askSeat, type Ended, type Instead, type ModelsClock, nameOf, type Source } from './seat.ts';
import { resolveTiers, type Seat, type TierView, viewTiers } from './tiers.ts';

export interface ModelsOptions {
  /** The `models` of the configuration. */
  tiers: ModelsDefinition;
  /** One for each provider that has a key, best first. */
  completers: readonly Completer[];
  prices: readonly PriceTable[];
  clock?: ModelsClock;
  log?: { warn(fields: object, message: string): void };
  /** Hears each change of a breaker. */
  onSwitch?: (change: BreakerSwitch) => void;
}

export interface TieredModels extends Models {
  /** Which model each tier is, at today's prices. */
  describe(): TierView[];
  /** Whether each provider is asked now. */
  breakers(): BreakerView[];
}

const realClock: ModelsClock = {
  // The monotonic clock: somebody may set the other one back, which must not keep a breaker open.
  now: () => Math.round(performance.timeOrigin + performance.now()),
  wait: (ms, signal) => sleep(ms, undefined, { signal }),
};

/** @throws {BatonError} `config_invalid` when the tiers do not hold. */
export function createModels(options: ModelsOptions): TieredModels {
  const { prices, completers, log, clock = realClock } = options;
  const providers = completers.map(({ provider }) => provider);
  const tiers = resolveTiers(options.tiers, providers, prices);
  const onSwitch = (change: BreakerSwitch) => {
    log?.warn({ ...change }, 'the breaker of a provider of models switched');
    options.onSwitch?.(change);
  };
  const sources = new Map<string, Source>(
    completers.map((completer) => {
      const { provider } = completer;
      return [provider, { completer, breaker: createBreaker(provider, clock.now, onSwitch) }];
    }),
  );
  return {
    ask: async (question, thinking) => {
      const { first, fallback } = tiers[question.tier];
      if (!first) throw new BatonError('model_unauthorised', `No model is set up for the tier ${question.tier}.`);
      const seats = typeof fallback === 'string' ? [first] : [first, fallback];
      return askSeats(seats, question, thinking, (seat, instead) =>
        askSeat(seat, instead, question, thinking, { source: sources.get(seat.provider), prices, clock }),
      );
    },
    describe: () => viewTiers(tiers, prices, dayOf(clock.now())),
    breakers: () => [...sources.values()].map(({ breaker }) => breaker.view()),
  };
}

async function askSeats(
  seats: readonly Seat[],
  { tier }: Enquiry,
  { signal }: Thinking,
  ask: (seat: Seat, instead: Instead) => Promise<Ended>,
): Promise<{ output: Json; by: string }> {
  let instead: Instead;
  let failed: Exclude<Ended, { output: Json }> | undefined;
  for (const seat of seats) {
    if (signal.aborted) throw new BatonError('aborted', `The question to the tier ${tier} was stopped.`);
    const ended = await ask(seat, instead);
    if ('output' in ended) return { output: ended.output, by: nameOf(seat) };
    // What became of a call says more than that the one who stands in was not called.
    if (!failed || ended.wasAsked) failed = ended;
    if (ended.because === null) break;
    instead = { provider: seat.provider, model: seat.model, because: ended.because };
  }
  const { code, message, ...more } = failed!.failure;
  throw new BatonError(code, message, more);
}
