/**
 * How fast a channel may be written to: token buckets, and what the platform has asked to be left alone. Pure but for the
 * time that is handed in (milliseconds, monotonic).
 */
import type { Bucket, Limit, Post } from '../contracts/channel.ts';

type Target = Pick<Post, 'conversation' | 'message'>;

/** Whether a send counts against a bucket. */
export const isIn = ({ address, of }: Bucket, { conversation, message }: Target): boolean =>
  (conversation === address || conversation.startsWith(`${address}/`) || conversation.startsWith(`${address}:`)) &&
  (of === 'any' || (of === 'edit') === (message !== null));

const keyOf = ({ address, of }: Bucket): string => `${of} ${address}`;

/** Buckets that have been full for so long are forgotten. */
const forgetAfterMs = 600_000;

export class Pacing {
  /** For each bucket: when its next token is there, if all were taken at once. */
  readonly #taken = new Map<string, { limit: Limit; until: number }>();
  readonly #parked = new Map<string, { bucket: Bucket; until: number }>();

  /** The platform has asked to be left alone. */
  park(bucket: Bucket, until: number): void {
    const key = keyOf(bucket);
    const before = this.#parked.get(key);
    if (!before || before.until < until) this.#parked.set(key, { bucket, until });
  }

  /** What a send has to wait for the longest, and until when; null: it may go now. */
  waitsFor(target: Target, limits: readonly Limit[], now: number): { bucket: Bucket; until: number } | null {
    const parked = [...this.#parked.values()].filter(({ bucket }) => isIn(bucket, target));
    const limited = limits.map((limit) => {
      const { address, of, burst, everyMs } = limit;
      const full = this.#taken.get(keyOf(limit))?.until ?? 0;
      return { bucket: { address, of }, until: full - (burst - 1) * everyMs };
    });
    const [longest] = [...parked, ...limited].sort((a, b) => b.until - a.until);
    return longest && longest.until > now ? longest : null;
  }

  /** A send goes out. */
  take(limits: readonly Limit[], now: number): void {
    for (const limit of limits) {
      const key = keyOf(limit);
      const until = Math.max(this.#taken.get(key)?.until ?? 0, now) + limit.everyMs;
      this.#taken.set(key, { limit, until });
    }
  }

  /** Lets go of what has been full for long. */
  forget(now: number): void {
    for (const [key, { until }] of this.#taken) if (until + forgetAfterMs <= now) this.#taken.delete(key);
  }

  /** What is parked now. */
  parked(now: number): Bucket[] {
    for (const [key, { until }] of this.#parked) if (until <= now) this.#parked.delete(key);
    this.forget(now);
    return [...this.#parked.values()].map(({ bucket }) => bucket);
  }

  /** When the next thing that is parked may be sent again; null when nothing is. */
  resumesAt(): number | null {
    const times = [...this.#parked.values()].map(({ until }) => until);
    return times.length === 0 ? null : Math.min(...times);
  }
}
