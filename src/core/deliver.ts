/**
 * One wish on its way: render, record, send, record.
 *
 * A send of which nobody knows how it went may have arrived. An edit of that kind is simply repeated. A new message is
 * sent once more, and once more when what it should show has changed, and then never again: a platform that swallows
 * its answers must not be flooded with copies. A question that nobody sees is never answered, and its copies decide the
 * same: it is tried a few times more, ever later. While the channel knows that it reaches nobody, nothing is repeated.
 */
import type { Bucket, Channel, SendResult } from '../contracts/channel.ts';
import type { Json } from '../contracts/json.ts';
import { crossing, timer } from './crossing.ts';
import { digest } from './digest.ts';
import type { Log } from './ports.ts';
import type { Sources } from './reading.ts';
import { type Rendered, renderPost } from './render.ts';
import { reasonOf } from './store/database.ts';
import { park } from './store/parks.ts';
import {
  type Lease,
  markSending,
  postInstead,
  type Settlement,
  settleWish,
  showAgain,
  type Wish,
} from './store/posts.ts';

export interface DeliveryTools extends Sources {
  log: Log;
  /** A send that takes longer counts as unknown. */
  sendLimitMs: number;
}

/** What the sender learns: the lease is somebody else's, or something wants to be left alone. */
export interface Delivered {
  lost: boolean;
  park: { bucket: Bucket; ms: number } | null;
}

const copies = { ofOneState: 2, atAll: 3 };
/** After a first send of unknown end; there are no more copies than waits, and the first. */
const repeatsMs = { asking: [1_000, 60_000, 600_000, 3_600_000], telling: [30_000] };
const unwellMs = 5_000;
const firstRepeatMs = 1_000;
const longestRepeatMs = 60_000;
const shortestPauseMs = 250;
const longestPauseMs = 86_400_000;
const afterDefectMs = 60_000;

/** Brings one wish to the platform, as long as the lease `isOurs` by this process's own clock. Rejects when the database does; then nothing is known to have changed. */
export async function deliver(
  channel: Channel,
  tools: DeliveryTools,
  lease: Lease,
  wish: Wish,
  isOurs: () => boolean,
): Promise<Delivered> {
  const { db, log, sendLimitMs } = tools;
  const settle = async (of: Settlement): Promise<Delivered> => ({
    lost: !(await settleWish(db.sql, lease, wish, of)),
    park: null,
  });
  const fields = { channel: channel.name, runId: wish.run, purpose: wish.purpose.split(':')[0] };
  const rendered = await renderPost(tools, wish).catch((error: unknown) => {
    if (reasonOf(error) !== 'no code') throw error;
    log.error({ ...fields, err: error }, 'card not rendered');
    return 'defect' as const;
  });
  if (rendered === 'defect') return settle({ ...unchanged(wish), againInMs: afterDefectMs });
  if (rendered === null) return settle({ ...unchanged(wish), state: 'dead' });
  const cardDigest = digest(rendered.card as unknown as Json);
  if (wish.state === 'sent' && wish.message !== null && wish.cardDigest === cardDigest) {
    return settle({ state: 'sent', showsSeq: rendered.seq, attempts: 0, againInMs: null });
  }
  const asks = rendered.card.code !== null;
  if (isFlood(wish, asks)) {
    log.warn(fields, 'message given up: nobody knows whether it arrived');
    return settle({ ...unchanged(wish), state: 'unknown', showsSeq: rendered.seq });
  }
  const mayBeThere = wish.message === null && wish.attempts > 0;
  if (mayBeThere && channel.health?.().ok === false) return settle({ ...unchanged(wish), againInMs: unwellMs });
  if (!(await markSending(db.sql, lease, wish, cardDigest))) return { lost: true, park: null };
  const { conversation, message } = wish;
  const post = { conversation, card: rendered.card, message };
  // A process that stood still here must not put an old card over what the next sender has shown meanwhile.
  const result = await crossing('send', async () => (isOurs() ? sendWithin(channel, post, sendLimitMs) : null));
  if (result === null) return settle(unchanged(wish));
  if (result.state === 'gone') log.warn(fields, 'address is gone');
  if (result.state === 'gone' && rendered.next) await postInstead(db.sql, lease, wish, rendered.next);
  else if (result.state !== 'sent') log.info({ ...fields, state: result.state }, 'card not known to be shown');
  const settlement = settlementOf(wish, rendered, result);
  if (result.state === 'later') {
    // Told once, the platform is left alone by whoever sends next, after a restart too.
    const bucket = result.bucket ?? { address: conversation, of: 'any' as const };
    await park(db.sql, bucket, settlement.againInMs!);
    return { ...(await settle(settlement)), park: { bucket, ms: settlement.againInMs! } };
  }
  const settled = await settle(settlement);
  const mayShow = result.state === 'sent' || result.state === 'unknown';
  if (settled.lost && mayShow && message !== null) await showAgain(db.sql, wish);
  return settled;
}

/** Whether one more copy of a message that may be there already is one too many. */
function isFlood({ message, attempts, state }: Wish, asks: boolean): boolean {
  if (message !== null) return false;
  if (asks) return attempts > repeatsMs.asking.length;
  return attempts >= (state === 'unknown' ? copies.atAll : copies.ofOneState);
}

/** As it was before this look. What is unknown stays unknown until something is known. */
const unchanged = ({ state, attempts }: Wish): Settlement => ({
  state: state === 'unknown' || state === 'sending' ? 'unknown' : 'later',
  showsSeq: null,
  attempts,
  againInMs: null,
});

function settlementOf(wish: Wish, { seq, card }: Rendered, result: SendResult): Settlement {
  switch (result.state) {
    case 'sent':
      return { state: 'sent', message: result.message, showsSeq: seq, attempts: 0, againInMs: null };
    case 'gone':
      return { ...unchanged(wish), state: 'dead', showsSeq: wish.wantsSeq };
    case 'lost':
      return { ...unchanged(wish), state: 'later', attempts: 0, forget: true };
    case 'later': {
      const againInMs = Math.min(Math.max(result.retryAfterMs, shortestPauseMs), longestPauseMs);
      return { ...unchanged(wish), againInMs };
    }
    case 'unknown': {
      const attempts = wish.attempts + 1;
      const waits = card.code === null ? repeatsMs.telling : repeatsMs.asking;
      const againInMs =
        wish.message === null
          ? (waits[attempts - 1] ?? null)
          : Math.min(firstRepeatMs * 2 ** Math.min(attempts - 1, 10), longestRepeatMs);
      return { state: 'unknown', showsSeq: againInMs === null ? seq : null, attempts, againInMs };
    }
  }
}

/** How a send ended; one that throws or takes too long may have arrived. */
export function sendWithin(channel: Channel, post: Parameters<Channel['send']>[0], ms: number): Promise<SendResult> {
  return new Promise((resolve) => {
    const stop = timer('send_limit', ms, () => resolve({ state: 'unknown' }));
    Promise.resolve()
      .then(() => channel.send(post))
      .catch(() => ({ state: 'unknown' }) as const)
      .then(resolve)
      .finally(stop);
  });
}
