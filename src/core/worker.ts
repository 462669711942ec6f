/**
 * A pair of hands: claims runs that are due, drives them, keeps its leases, and lets go at once when it cannot prove
 * that it still has them. Any number of workers share nothing but Postgres.
 */
import { timer } from './crossing.ts';
import { RunDriver } from './drive.ts';
import { reasonOf } from './store/database.ts';
import { claimRuns, renewLeases, restRun } from './store/runs.ts';
import { type Notice, openSession, type Session } from './store/session.ts';
import { buryDeadWorkers, unregisterWorker } from './store/workers.ts';
import type { DriverTools, Tools } from './tools.ts';

export interface WorkerSettings {
  /** How many runs at once. */
  concurrency: number;
  /** How long running attempts may go on when the worker stops. */
  drainMs: number;
}

/** Others' deaths are looked for this often, and only while there are others. */
const deathWatchMs = 400;
const reconnectMs = 500;
/** The longest time without a look for due runs, for a notification that was lost and a clock that jumped. */
const lookAgainMs = 30_000;
/** While more runs are due than there is room for, a claim waits this long for more room, and no longer. */
const batchingMs = 50;
/** A look that found nothing although something was due: somebody has it locked. */
const lockedLookMs = 250;
const unreadableRestMs = 60_000;

/**
 * A moment on both clocks. The monotonic one stands still while the machine is suspended, and the other one can be set:
 * whichever says that more time has gone by is believed, since a lease given up too early costs little.
 */
interface Moment {
  monotonic: number;
  wall: number;
}
const moment = (): Moment => ({ monotonic: performance.now(), wall: Date.now() });
const msSince = ({ monotonic, wall }: Moment): number => Math.max(performance.now() - monotonic, Date.now() - wall);

export class Worker {
  readonly #tools: DriverTools;
  readonly #settings: WorkerSettings;
  readonly #onNotice: (notice: Notice) => void;
  readonly #drivers = new Map<string, RunDriver>();
  #session: Session | null = null;
  #stopping = false;
  #looking: Promise<void> | null = null;
  #lookAgain = false;
  /** The last claim left due runs behind; until then the next one waits for more room. */
  #backlogUntil = 0;
  #stopTimer = () => {};
  #stopRenewing = () => {};
  #stopWatching = () => {};
  /** When the leases were last known to be held. */
  #confirmed = moment();

  constructor(tools: Tools, settings: WorkerSettings, onNotice: (notice: Notice) => void = () => {}) {
    this.#tools = {
      ...tools,
      rest: (run, epoch, ms) => this.#rest(run, epoch, ms),
      holdsLeases: () => msSince(this.#confirmed) < tools.leaseMs,
    };
    this.#settings = settings;
    this.#onNotice = onNotice;
  }

  /** The runs that this worker has in hand. */
  get busy(): number {
    return this.#drivers.size;
  }

  /** Registers and begins to take runs. Rejects when Postgres cannot be reached. */
  async start(): Promise<void> {
    await this.#connect();
    this.#renewLater();
    this.poke();
  }

  /** Looks for due runs now. */
  poke(): void {
    if (this.#stopping || !this.#session) return;
    if (this.#looking) {
      this.#lookAgain = true;
      return;
    }
    this.#looking = this.tick()
      .catch((error: unknown) => {
        this.#tools.log.warn({ reason: reasonOf(error) }, 'claim failed');
        this.#lookIn(reconnectMs);
      })
      .finally(() => {
        this.#looking = null;
        if (!this.#lookAgain) return;
        this.#lookAgain = false;
        this.poke();
      });
  }

  /** One claim. Public for tests. */
  async tick(): Promise<void> {
    const room = this.#settings.concurrency - this.#drivers.size;
    if (room <= 0 || !this.#session) return;
    const waitMs = this.#backlogUntil - performance.now();
    if (room < this.#settings.concurrency / 4 && waitMs > 0) return this.#lookIn(waitMs);
    const { db, clock, leaseMs, log } = this.#tools;
    const asked = moment();
    const { claimed, unreadable, nextInMs, now } = await claimRuns(db.sql, this.#session.key, leaseMs, room);
    clock.set(now);
    this.#backlogUntil = claimed.length + unreadable.length === room ? performance.now() + batchingMs : 0;
    if (this.#drivers.size === 0) this.#confirmed = asked;
    for (const one of claimed) this.#take(new RunDriver(one, this.#tools));
    for (const one of unreadable) {
      log.error({ runId: one.run }, 'journal does not read; it is tried again later');
      await this.#rest(one.run, one.epoch, unreadableRestMs);
    }
    this.#lookIn(Math.max(nextInMs ?? lookAgainMs, claimed.length > 0 ? 5 : lockedLookMs));
  }

  /** Stops taking runs, lets what runs end for a while, hands the rest back. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#stopTimer();
    this.#stopWatching();
    await this.#looking;
    const drivers = [...this.#drivers.values()];
    for (const driver of drivers) driver.drain();
    const stopDrain = timer('drain', this.#settings.drainMs, () => {
      for (const driver of this.#drivers.values()) driver.abort();
    });
    await Promise.all(drivers.map(({ done }) => done));
    stopDrain();
    this.#stopRenewing();
    const session = this.#session;
    this.#session = null;
    if (!session) return;
    await unregisterWorker(this.#tools.db.sql, session.key).catch(() => {});
    await session.close();
  }

  #take(driver: RunDriver): void {
    this.#drivers.get(driver.run)?.lose();
    this.#drivers.set(driver.run, driver);
    void driver.done.then(() => {
      if (this.#drivers.get(driver.run) === driver) this.#drivers.delete(driver.run);
      this.poke();
    });
  }

  #lookIn(ms: number): void {
    this.#stopTimer();
    if (this.#stopping) return;
    this.#stopTimer = timer('claim_timer', Math.min(ms, lookAgainMs), () => this.poke());
  }

  async #connect(): Promise<void> {
    const session = await openSession(this.#tools.db.directUrl, (notice) => this.#hear(notice));
    this.#session = session;
    this.#confirmed = moment();
    void session.lost.then(() => this.#sessionLost(session));
    this.#watchDeaths(0);
  }

  #hear(notice: Notice): void {
    if (notice.kind === 'signal' && this.#drivers.has(notice.run)) this.#drivers.get(notice.run)!.hear();
    else if (notice.kind === 'signal' || notice.kind === 'run') this.poke();
    else if (notice.kind === 'worker') this.#watchDeaths(deathWatchMs);
    this.#onNotice(notice);
  }

  /** Without its session lock the worker counts as dead, so it behaves as one, and comes back as another. */
  #sessionLost(session: Session): void {
    if (this.#stopping || this.#session !== session) return;
    this.#session = null;
    this.#tools.log.warn({ runs: this.#drivers.size }, 'session lost');
    this.#loseAll();
    void session.close().catch(() => {});
    const again = () => {
      if (this.#stopping) return;
      this.#connect().then(
        () => this.poke(),
        () => timer('reconnect', reconnectMs, again),
      );
    };
    again();
  }

  /** A connection that does not answer never says that it is gone: nothing would be heard over it any more. */
  #deaf(session: Session, error: unknown): never {
    this.#sessionLost(session);
    throw error;
  }

  #loseAll(): void {
    for (const driver of this.#drivers.values()) driver.lose();
    this.#drivers.clear();
  }

  /** A lease is renewed three times before it would end; one that could not be renewed in time is given up here first. */
  #renewLater(): void {
    const { leaseMs } = this.#tools;
    this.#stopRenewing = timer('renew_timer', leaseMs / 3, () => {
      void this.#renew().finally(() => {
        if (msSince(this.#confirmed) > leaseMs * 0.8) this.#loseAll();
        if (!this.#stopping || this.#drivers.size > 0) this.#renewLater();
      });
    });
  }

  async #renew(): Promise<void> {
    const { db, leaseMs, log } = this.#tools;
    const session = this.#session;
    const asked = moment();
    const held = [...this.#drivers.values()];
    try {
      if (session) await within(leaseMs / 3, session.ping()).catch((error: unknown) => this.#deaf(session, error));
      const renewed = held.length > 0 ? await within(leaseMs / 3, renewLeases(db.sql, held, leaseMs)) : new Map();
      this.#confirmed = asked;
      for (const driver of held) {
        const signals = renewed.get(driver.run);
        if (signals === undefined && this.#drivers.get(driver.run) === driver) driver.lose();
        else if (signals > driver.folded) driver.hear();
      }
    } catch (error) {
      log.warn({ reason: reasonOf(error) }, 'leases not renewed');
    }
  }

  #watchDeaths(inMs: number): void {
    this.#stopWatching();
    if (this.#stopping) return;
    this.#stopWatching = timer('death_watch', inMs, () => {
      const session = this.#session;
      if (!session || this.#stopping) return;
      buryDeadWorkers(this.#tools.db.sql, session.key)
        .then(({ others, freed }) => {
          if (freed > 0) this.poke();
          // Nobody else here: a worker that comes later is noticed by the slow look.
          this.#watchDeaths(others > 0 ? deathWatchMs : lookAgainMs);
        })
        .catch(() => this.#watchDeaths(reconnectMs));
    });
  }

  async #rest(run: string, epoch: number, ms: number): Promise<void> {
    await restRun(this.#tools.db.sql, run, epoch, ms).catch((error: unknown) => {
      this.#tools.log.warn({ runId: run, reason: reasonOf(error) }, 'run not put aside; its lease will end');
    });
  }
}

/** Rejects when it takes longer: a half-open connection never answers. */
function within<T>(ms: number, act: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = timer('within', ms, () =>
      reject(Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' })),
    );
    act.then(resolve, reject).finally(stop);
  });
}
