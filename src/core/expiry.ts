/** When the time of a question is over. What nobody could be shown has not been asked, and its time has not begun. Pure. */
import type { Policy } from '../contracts/escalation.ts';

/** A conversation in which a question was, is or was to be shown; times are milliseconds since the epoch. */
export interface Showing {
  conversation: string;
  /** When it first stood there; null: never, as far as anybody knows. */
  shownAt: number | null;
  /** It is still to be shown, or to be changed, there. */
  isWished: boolean;
}

export interface Asked {
  askedAt: number;
  /** How long people have. */
  lifeMs: number;
  expiresAt: number;
  addresses: Policy['addresses'];
  showings: readonly Showing[];
}

/** A card that was shown within this part of its time, and within a minute, was shown at once. */
const promptly = { share: 0.1, ms: 60_000 };

/**
 * The end of a question's time, as seen at `now`. Those who decide have it whole from when the first of them could see
 * the card on their own or, where none of them is reached so, from when it stood in the run's conversation. While it
 * stands nowhere and may still, it begins now. Where nothing can be shown at all, the time is what it was.
 */
export function expiryOf({ askedAt, lifeMs, expiresAt, addresses, showings }: Asked, now: number): number {
  const own = new Set(Object.values(addresses).flat());
  const counts = showings.filter(({ shownAt, isWished }) => shownAt !== null || isWished);
  const theirs = counts.filter(({ conversation }) => own.has(conversation));
  const where = theirs.length > 0 ? theirs : counts;
  if (where.length === 0) return expiresAt;
  const since = Math.min(...where.map(({ shownAt }) => shownAt ?? now));
  const isLate = since - askedAt > Math.min(promptly.ms, lifeMs * promptly.share);
  return isLate ? Math.max(expiresAt, since + lifeMs) : expiresAt;
}
