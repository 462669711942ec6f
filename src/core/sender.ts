/**
 * The sending end of one channel. One process at a time holds the channel's lease. With nothing to send it does nothing
 * and lets the lease run out, so that an idle channel costs nothing.
 */
import { v7 as uuid } from 'uuid';
import type { Channel } from '../contracts/channel.ts';
import { timer } from './crossing.ts';
import { type DeliveryTools, deliver } from './deliver.ts';
import { Pacing } from './pacing.ts';
import { reasonOf } from './store/database.ts';
import { readParks } from './store/parks.ts';
import { dropLease, type Lease, takeLease, takeWishes, type Wish } from './store/posts.ts';

export interface SenderTools extends DeliveryTools {
  leaseMs: number;
}

const conversationsAtOnce = 8;
const afterFailureMs = 1_000;

export class Sender {
  readonly #channel: Channel;
  readonly #tools: SenderTools;
  readonly #holder = uuid();
  /** Conversations in which something is being sent. */
  readonly #busy = new Map<string, Promise<void>>();
  /** What is to be left alone. */
  readonly #pacing = new Pacing();
  #lease: Lease | null = null;
  #leaseEnds = 0;
  #stopping = false;
  #round: Promise<void> | null = null;
  /** Somebody asked for another look since the last one began. */
  #again = false;
  #wake = () => {};
  #stopTimer = () => {};

  constructor(channel: Channel, tools: SenderTools) {
    this.#channel = channel;
    this.#tools = tools;
  }

  /** Sends everything that can be sent now. Never rejects. */
  flush(): Promise<void> {
    if (this.#stopping) return Promise.resolve();
    this.#again = true;
    this.#wake();
    this.#round ??= this.#rounds();
    return this.#round;
  }

  /** Finishes what is being sent, and lets another process go on. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#stopTimer();
    this.#wake();
    await this.#round;
    await Promise.all(this.#busy.values());
    if (this.#lease) await dropLease(this.#tools.db.sql, this.#lease).catch(() => {});
  }

  async #rounds(): Promise<void> {
    while (this.#again && !this.#stopping) {
      try {
        await this.#pump();
      } catch (error) {
        this.#tools.log.warn({ channel: this.#channel.name, reason: reasonOf(error) }, 'outbox failed');
        this.#again = false;
        this.#lookIn(afterFailureMs);
      }
    }
    this.#round = null;
  }

  /** Takes and sends until there is nothing to take and nothing under way. */
  async #pump(): Promise<void> {
    while (!this.#stopping) {
      this.#again = false;
      const stirred = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      if (!(await this.#keepLease())) break;
      const room = conversationsAtOnce - this.#busy.size;
      const taken = await this.#take(this.#lease!, room);
      // A conversation that was busy when the look began was left out of it, even if it is free by now.
      if (room === conversationsAtOnce && taken === 0 && !this.#again) break;
      // Asked again while looking: look again, unless only what ends can make room.
      if (!this.#again || taken === room) await this.#waitFor(stirred);
    }
    await Promise.all(this.#busy.values());
  }

  async #take(lease: Lease, room: number): Promise<number> {
    const parked = this.#pacing.parked(performance.now());
    const { wishes, nextInMs } = await takeWishes(this.#tools.db.sql, lease, [...this.#busy.keys()], parked, room);
    if (this.#stopping) return 0;
    const launched = wishes.filter((wish) => this.#launchInPace(lease, wish)).length;
    // What was put off may have stood before something that need not wait.
    if (launched < wishes.length) this.#again = true;
    const resumes = (this.#pacing.resumesAt() ?? Number.POSITIVE_INFINITY) - performance.now();
    const next = Math.min(nextInMs ?? Number.POSITIVE_INFINITY, resumes);
    if (Number.isFinite(next)) this.#lookIn(Math.max(next, 5));
    return launched;
  }

  /** What would be too fast is left alone until it is not; by then it may be one edit with what comes meanwhile. */
  #launchInPace(lease: Lease, wish: Wish): boolean {
    const now = performance.now();
    const limits = this.#channel.limits?.(wish) ?? [];
    const waits = this.#pacing.waitsFor(wish, limits, now);
    if (waits) {
      // With it waits whatever shares its limit, so that nobody looks at all of that one by one.
      this.#pacing.park(waits.bucket, waits.until);
      return false;
    }
    this.#pacing.take(limits, now);
    this.#launch(lease, wish);
    return true;
  }

  #launch(lease: Lease, wish: Wish): void {
    const { log } = this.#tools;
    const delivering = deliver(this.#channel, this.#tools, lease, wish, () => performance.now() < this.#leaseEnds)
      .then(({ lost, park }) => {
        if (park) this.#pacing.park(park.bucket, performance.now() + park.ms);
        if (!lost) return;
        log.warn({ channel: this.#channel.name, runId: wish.run }, 'sender lease lost');
        if (this.#lease === lease) this.#lease = null;
      })
      .catch((error: unknown) => {
        log.warn({ channel: this.#channel.name, runId: wish.run, reason: reasonOf(error) }, 'delivery failed');
        // Left alone for a moment, so that a database that is away is not asked without end.
        this.#pacing.park({ address: wish.conversation, of: 'any' }, performance.now() + afterFailureMs);
      })
      .finally(() => {
        this.#busy.delete(wish.conversation);
        this.#wake();
      });
    this.#busy.set(wish.conversation, delivering);
  }

  /** Waits for news, but no longer than the lease allows: a send may take longer than a lease lasts. */
  async #waitFor(stirred: Promise<void>): Promise<void> {
    let stop = () => {};
    const due = new Promise<void>((resolve) => {
      stop = timer('sender_timer', this.#tools.leaseMs / 3, resolve);
    });
    await Promise.race([stirred, due]);
    stop();
  }

  async #keepLease(): Promise<boolean> {
    const { db, leaseMs } = this.#tools;
    if (this.#lease && this.#leaseEnds - performance.now() > leaseMs / 2) return true;
    const asked = performance.now();
    const taken = await takeLease(db.sql, this.#channel.name, this.#holder, leaseMs);
    if ('heldForMs' in taken) {
      this.#lease = null;
      this.#lookIn(taken.heldForMs + 20);
      return false;
    }
    this.#leaseEnds = asked + leaseMs;
    if (this.#lease?.epoch !== taken.epoch) {
      // What the last sender was told holds for this one.
      for (const { ms, ...bucket } of await readParks(db.sql, this.#channel.name)) {
        this.#pacing.park(bucket, performance.now() + ms);
      }
      this.#lease = { channel: this.#channel.name, holder: this.#holder, epoch: taken.epoch };
    }
    return true;
  }

  #lookIn(ms: number): void {
    this.#stopTimer();
    if (!this.#stopping) this.#stopTimer = timer('outbox', ms, () => void this.flush());
  }
}
