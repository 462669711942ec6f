/**
 * Asks one model, a second time where that may help. Whether somebody else is asked after it is for who calls.
 */
import type { Completer } from '../contracts/completion.ts';
import { BatonError, type Failure, fail } from '../contracts/error.ts';
import type { Json } from '../contracts/json.ts';
import type { Enquiry, Thinking } from '../contracts/model.ts';
import type { ModelCall } from '../contracts/usage.ts';
import { fence, fenceJson } from '../core/fence.ts';
import type { Breaker, BreakerView } from './breaker.ts';
import { type Answer, type Asking, callModel } from './call.ts';
import type { PriceTable } from './prices/table.ts';
import { handedOn, type Remedy, remedyFor } from './remedy.ts';
import type { Seat } from './tiers.ts';

export interface ModelsClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Rejects when the signal fires first. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

/** A provider that has a key, and the breaker before it. */
export interface Source {
  completer: Completer;
  breaker: Breaker;
}

export interface SeatTools {
  source: Source | undefined;
  prices: readonly PriceTable[];
  clock: ModelsClock;
}

/** `because`: why somebody else is asked; null where nobody should be. `wasAsked`: a call was made. */
export type Ended = { output: Json } | { failure: Failure; because: string | null; wasAsked: boolean };
export type Instead = ModelCall['instead'];

/** The longest answer that a configuration may ask for. */
const mostOutputTokens = 128_000;
/** So much of an answer that was wrong is shown to the model that gave it. */
const shownCharacters = 20_000;

export const nameOf = ({ provider, model }: Seat): string => `${provider}/${model}`;

/** Rejects as the meter does, and with `aborted`; any other end is told. */
export async function askSeat(
  seat: Seat,
  instead: Instead,
  question: Enquiry,
  thinking: Thinking,
  { source, prices, clock }: SeatTools,
): Promise<Ended> {
  const by = nameOf(seat);
  if (!source) {
    const error = fail('model_unauthorised', `${by} was not asked: there is no key for ${seat.provider}`);
    return { failure: error, because: 'no_key', wasAsked: false };
  }
  const used = new Set<Remedy>();
  const maxOutputTokens = question.maxOutputTokens ?? seat.maxOutputTokens;
  let asking: Asking = { question, thinking, seat, input: question.input, maxOutputTokens, instead };
  let last: Failure | undefined;
  for (;;) {
    const leave = source.breaker.enter();
    if (!leave) {
      const failure = last ? handedOn(by, last) : notAsked(by, source.breaker.view());
      return { failure, because: last?.code ?? 'breaker_open', wasAsked: last !== undefined };
    }
    const answer = await callModel(source.completer, asking, { prices, now: clock.now }, (made) =>
      leave(made.error?.code ?? null),
    ).finally(() => leave('aborted'));
    if (answer.error === undefined) return { output: answer.output };
    last = answer.error;
    const remedy = remedyFor(last, used);
    if (remedy === 'none' || remedy === 'fallback') {
      return { failure: handedOn(by, last), because: remedy === 'none' ? null : last.code, wasAsked: true };
    }
    used.add(remedy);
    asking = await prepare(asking, remedy, answer, clock);
  }
}

/** Nothing was sent, so it is told as what could not be reached, unless the account itself is the trouble. */
function notAsked(by: string, { because, waitMs }: BreakerView): Failure {
  const code = because === 'model_quota' || because === 'model_unauthorised' ? because : 'model_unreachable';
  const seconds = Math.ceil(waitMs / 1_000);
  const message = `${by} is not asked for another ${seconds} s: its provider failed again and again (${because})`;
  return fail(code, message, { retryAfterMs: waitMs });
}

/** What is asked the next time, once it is time to ask. */
async function prepare(asking: Asking, remedy: Remedy, answer: Answer, clock: ModelsClock): Promise<Asking> {
  if (remedy === 'repair') return { ...asking, input: repairing(asking.question.input, answer) };
  if (remedy === 'longer') {
    const most = Math.max(asking.maxOutputTokens, mostOutputTokens);
    return { ...asking, maxOutputTokens: Math.min(2 * asking.maxOutputTokens, most) };
  }
  const jitterMs = 250 + Math.random() * 750;
  await pause(remedy === 'later' ? (answer.error?.retryAfterMs ?? 0) : jitterMs, asking, clock);
  return asking;
}

async function pause(ms: number, { thinking: { signal }, seat }: Asking, clock: ModelsClock): Promise<void> {
  try {
    await clock.wait(ms, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new BatonError('aborted', `${nameOf(seat)} was stopped before it was asked again.`);
  }
}

/** The same question, with what was wrong with the answer. Paths and the answer are the model's own words: fenced. */
function repairing(input: string, answer: Answer): string {
  const parts = [
    input,
    'You were asked this before, and the answer did not have the form that was asked for. Give the whole answer again, in that form.',
  ];
  const mismatches = answer.error?.mismatches ?? [];
  if (mismatches.length > 0)
    parts.push(
      fenceJson(
        'what was wrong',
        mismatches.map((one) => ({ ...one })),
      ),
    );
  if (answer.error && answer.answer !== undefined) {
    parts.push(fence('the answer', JSON.stringify(answer.answer).slice(0, shownCharacters)));
  } else if (answer.error?.said) parts.push(fence('the answer', answer.error.said));
  return parts.join('\n\n');
}
