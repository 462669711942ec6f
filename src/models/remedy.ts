/** What is done about a call of a model that failed. Pure. */
import { type ErrorCode, type Failure, fail } from '../contracts/error.ts';

/** `repair`, `longer`, `later` and `again` ask the same model once more, `fallback` the one that stands in. */
export type Remedy = 'repair' | 'longer' | 'later' | 'again' | 'fallback' | 'none';

/** A longer wait than this is left to whoever asks: they may have something better to do. */
const longestWaitMs = 20_000;

const first: Partial<Record<ErrorCode, Remedy>> = {
  model_malformed: 'repair',
  model_truncated: 'longer',
  model_throttled: 'later',
  model_unreachable: 'again',
  model_unavailable: 'again',
};
/** Another provider may do better. What was refused, filtered, malformed or too long is no question of the provider. */
const forFallback: readonly ErrorCode[] = [
  'model_throttled',
  'model_unreachable',
  'model_unavailable',
  'timed_out',
  'model_quota',
  'model_unauthorised',
  'model_rejected',
  'unexpected',
];

/** It cannot be reached as it is set up, now or later. */
const isUnusable = ({ code, retryable }: Pick<Failure, 'code' | 'retryable'>): boolean =>
  code === 'model_unreachable' && !retryable;

/** `used`: what was tried already with this model; each remedy helps once or not at all. */
export function remedyFor({ code, retryAfterMs, retryable }: Failure, used: ReadonlySet<Remedy>): Remedy {
  const remedy = isUnusable({ code, retryable }) ? undefined : first[code];
  const isInTime = remedy !== 'later' || (retryAfterMs !== undefined && retryAfterMs <= longestWaitMs);
  if (remedy !== undefined && isInTime && !used.has(remedy)) return remedy;
  return forFallback.includes(code) ? 'fallback' : 'none';
}

const words: Partial<Record<ErrorCode, string>> = {
  model_unreachable: 'could not be reached',
  model_unavailable: 'answered with a server error, or broke off',
  model_throttled: 'asked to come back later',
  model_quota: 'has nothing left to spend on this account',
  model_unauthorised: 'does not accept the key',
  model_rejected: 'did not accept the request',
  model_refused: 'declined to answer',
  model_filtered: 'had its answer held back by a filter',
  model_truncated: 'was cut off at its limit of tokens',
  model_malformed: 'did not answer in the form that was asked for',
  timed_out: 'gave no answer in time',
  aborted: 'was stopped while it was asked',
};

/** The failure as it is handed on: in Baton's own words, whatever the provider's were; those stay in `said`. */
export function handedOn(by: string, { message: _, ...failure }: Failure): Failure {
  const { code, ...more } = failure;
  const advice = isUnusable(failure) ? ' as it is set up: check its address, its key and its certificate' : '';
  return fail(code, `${by} ${words[code] ?? 'could not be asked'}${advice}`, more);
}
