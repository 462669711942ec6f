/** When an attempt is repeated. Full jitter, drawn from a hash of what is repeated: the same journal, the same delay. */
import { createHash } from 'node:crypto';
import type { RetryPolicy } from '../contracts/contract.ts';
import type { Failure } from '../contracts/error.ts';

/**
 * Milliseconds to wait after the `tries`-th try of something failed. What the agent asked for wins over the policy.
 *
 * Full jitter spreads repeats over the whole interval, which keeps a crowd from coming back at once
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 */
export function retryDelayMs(policy: RetryPolicy, tries: number, seed: string, error: Failure | null): number {
  if (error?.retryAfterMs !== undefined) return error.retryAfterMs;
  const ceiling = Math.min(policy.maxDelayMs, policy.firstDelayMs * policy.factor ** (tries - 1));
  return Math.round(ceiling * fraction(`${seed}/${tries}`));
}

/** A number between 0 and 1 that depends on the seed alone. */
function fraction(seed: string): number {
  return createHash('sha256').update(seed).digest().readUInt32BE(0) / 0xffff_ffff;
}

/** For what Baton itself repeats: intake and planning. */
export const ownRetry: RetryPolicy = { attempts: 3, firstDelayMs: 1000, factor: 2, maxDelayMs: 60_000 };
