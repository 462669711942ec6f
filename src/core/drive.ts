/**
 * One run in the hands of one worker: fold what arrived, decide, commit, do what was decided; again and again until
 * there is nothing to do, then give the run back.
 *
 * Nothing is done before it is committed, and nothing is committed by a driver that has lost its lease: it aborts what
 * it had started and hands what it still learns to the next owner as a signal.
 */
import { randomUUID } from 'node:crypto';
import { fail } from '../contracts/error.ts';
import type { Event } from '../contracts/event.ts';
import { maxBytesPerRun, maxEventsPerRun } from '../contracts/run.ts';
import { eventOf, isFact, orphans, signalOf, voids, withoutCulprit } from './arrivals.ts';
import { veiledTitle } from './cards/veil.ts';
import type { Change, Outcome } from './change.ts';
import { changeOf } from './changes.ts';
import { timer } from './crossing.ts';
import { createErrands, type Errands } from './errands.ts';
import { evolveAll, replay } from './evolve.ts';
import { logMove } from './log-move.ts';
import type { Call, Known, Move } from './move.ts';
import { advance } from './next.ts';
import { isOver, type RunState } from './state.ts';
import { patiently } from './store/database.ts';
import { type Claimed, unreadSignals } from './store/runs.ts';
import type { DriverTools } from './tools.ts';
import { blobsIn, createValues, type Values } from './values.ts';

/** How often in a row a change may be refused before the run is put aside for a while. */
const maxRejections = 4;
const restMs = 5_000;

/** Told to end now: what only reads is not waited for. */
const isHalted = ({ cancelled, failing }: RunState): boolean =>
  cancelled !== null || failing?.error.code === 'deadline_exceeded';

/** `gone`: this worker no longer has the run. `again`: look at once. A number: look then. Null: look when woken. */
type Ahead = 'gone' | 'again' | number | null;

export class RunDriver {
  readonly run: string;
  readonly epoch: number;
  /** Resolves when this worker no longer has the run. Never rejects. */
  readonly done: Promise<void>;

  readonly #tools: DriverTools;
  readonly #claimed: Claimed;
  readonly #values: Values;
  readonly #known: Known;
  readonly #errands: Errands;
  #state: RunState;
  /** What arrived and is not committed. */
  #facts: Event[] = [];
  #seenSignals = new Set<string>();
  #lost = false;
  #draining = false;
  /** There may be signals that were not read. */
  #unheard = false;
  /** Something happened since the last look. */
  #stirred = false;
  #rejections = 0;
  /** What the database refused, as it was before it was cut down to what it takes. */
  #refusedFacts: Event[] = [];
  /** How many events the journal has. */
  #events: number;
  #wake: () => void = () => {};

  constructor(claimed: Claimed, tools: DriverTools) {
    this.run = claimed.run;
    this.epoch = claimed.epoch;
    this.#tools = tools;
    this.#claimed = claimed;
    this.#values = createValues(tools.db.sql, claimed.run);
    const { people, addresses, definitions } = tools;
    const { contract, route } = definitions;
    const words = tools.provider.word !== undefined;
    this.#known = { contract, route, content: this.#values.content, people, addresses, words };
    this.#state = replay(claimed.run, claimed.entries);
    this.#events = claimed.entries.reduce((sum, { events }) => sum + events.length, 0);
    this.#errands = createErrands({
      run: claimed.run,
      epoch: claimed.epoch,
      tools,
      values: this.#values,
      known: this.#known,
      state: () => this.#state,
      arrive: (events) => this.#arrive(events),
    });
    this.done = this.#loop()
      .catch((error: unknown) => this.#putAside(error))
      .then(() => this.#errands.report([...this.#refusedFacts, ...this.#facts.splice(0)]));
  }

  /** How many signals it has folded. */
  get folded(): number {
    return this.#state.folded;
  }

  /** There may be unread signals. */
  hear(): void {
    this.#unheard = true;
    this.#stir();
  }

  /** The lease is lost: abort, write nothing more. */
  lose(): void {
    if (this.#lost) return;
    this.#lost = true;
    this.#errands.abort();
    this.#stir();
  }

  /** Start nothing more, and give the run back as soon as what runs has ended. */
  drain(): void {
    this.#draining = true;
    this.#stir();
  }

  /** End what runs now; how it ends is still recorded. */
  abort(): void {
    this.#errands.abort();
  }

  async #loop(): Promise<void> {
    await this.#load();
    for (;;) {
      this.#stirred = false;
      const ahead = await this.#look();
      if (ahead === 'gone' || this.#lost) return;
      if (ahead !== 'again' && !this.#stirred) await this.#sleep(ahead);
    }
  }

  async #load(): Promise<void> {
    const { route, contracts } = this.#state;
    const pinned = [...(route ? [route.definition] : []), ...Object.values(contracts)];
    await patiently(() => this.#tools.definitions.load(pinned));
    const signals = this.#claimed.signals.map(eventOf);
    const events = [...this.#claimed.entries.flatMap((entry) => entry.events), ...signals];
    if (blobsIn(events).length > 0) await this.#values.load();
    this.#arrive([...orphans(this.#state, this.#tools.clock.now()), ...signals]);
  }

  /** One look: gather, decide, commit, act. */
  async #look(): Promise<Ahead> {
    if (this.#unheard) {
      this.#unheard = false;
      this.#arrive((await patiently(() => unreadSignals(this.#tools.db.sql, this.run))).map(eventOf));
    }
    const taken = [...this.#facts.splice(0), ...this.#limit()];
    try {
      return await this.#record(taken);
    } catch (error) {
      // What arrived is not lost with the look in which it could not be recorded.
      this.#facts.unshift(...taken.filter(isFact));
      throw error;
    }
  }

  /** Decides over what arrived, commits, and does what was decided. */
  async #record(taken: Event[]): Promise<Ahead> {
    const at = this.#tools.clock.now();
    const move = await this.#decide(taken, at);
    const wanted = this.#errands.due(move.calls);
    const idle = this.#errands.running() === 0 && wanted.length === 0 && this.#facts.length === 0;
    const wakeAt = this.#errands.nextAt(move.wakeAt);
    const release = idle && this.#mayRest(wakeAt) ? { wakeAt: move.state.finished ? null : wakeAt } : null;
    const decided = [...taken, ...move.events];
    const events = await this.#values.seal(decided);
    if (events.length === 0 && !release) {
      if (!this.#mayStart()) return 'gone';
      this.#launch(wanted);
      return wakeAt;
    }
    const after = events === decided ? move.state : evolveAll(this.#state, events, at);
    const title = events.some(({ type }) => type === 'planned') ? veiledTitle(after, this.#known) : null;
    const writing = { epoch: this.epoch, at, commit: randomUUID(), release, title };
    const change = changeOf(this.#state, after, events, writing);
    const outcome: Outcome = this.#lost ? { state: 'lost' } : await this.#tools.committer.commit(change);
    return this.#settle(outcome, change, after, wanted, wakeAt);
  }

  /** A run that has grown past its limits goes no further, but what it did is still taken back. */
  #limit(): Event[] {
    const within = this.#events < maxEventsPerRun && this.#values.bytes() < maxBytesPerRun;
    if (within || this.#state.failing || this.#state.finished) return [];
    const message = `A run is limited to ${maxEventsPerRun} events and ${maxBytesPerRun / 1e6} MB.`;
    return [{ type: 'compensating', v: 1, because: fail('value_too_large', message) }];
  }

  /** Decides over everything that is known. What is thought here and now needs no commit in between. */
  async #decide(taken: Event[], at: number): Promise<Move & { state: RunState }> {
    const { provider } = this.#tools;
    for (;;) {
      if (blobsIn(taken).some((value) => !this.#values.has(value))) await this.#values.load();
      const base = evolveAll(this.#state, taken, at);
      if (this.#draining)
        return { events: [], calls: [], wakeAt: this.#errands.running() > 0 ? null : at, state: base };
      const move = advance(base, this.#known, at);
      const thought = move.calls.find((call) => call.kind === 'intake' || call.kind === 'plan');
      if (!thought || !provider.local) return move;
      taken.push(...move.events, ...(await this.#errands.think(thought, move.state)));
    }
  }

  /** Nothing to do for so long that keeping the lease would cost more than taking the run again. */
  #mayRest(wakeAt: number | null): boolean {
    const { clock, leaseMs } = this.#tools;
    return this.#draining || wakeAt === null || wakeAt - clock.now() > leaseMs / 3;
  }

  #settle(outcome: Outcome, change: Change, after: RunState, wanted: Call[], wakeAt: number | null): Ahead {
    if (outcome.state === 'lost') {
      this.lose();
      this.#facts.unshift(...change.events.filter(isFact));
      return 'gone';
    }
    if (outcome.state !== 'committed') return this.#refused(outcome, change);
    logMove(this.#tools.log, this.#state, after, change);
    this.#tools.onCommit(this.run, isOver(after));
    if (isHalted(after) && !isHalted(this.#state)) this.#errands.abortReads();
    this.#state = change.events.length > 0 ? { ...after, seq: change.seq } : after;
    this.#events += change.events.length;
    this.#rejections = 0;
    this.#refusedFacts = [];
    // What follows from the state alone is in the change already: without news there is no second look.
    if (outcome.signals.length > 0) this.#arrive(outcome.signals.map(eventOf));
    if (this.#limit().length > 0) this.#stir();
    if (outcome.released) return 'gone';
    // Not released: a signal was raised that this statement could not see yet.
    if (change.release && outcome.signals.length === 0) this.hear();
    if (!this.#mayStart()) return 'gone';
    this.#launch(wanted);
    return wakeAt;
  }

  /** Nothing of the change happened. What came from outside is kept; what was decided over it is decided anew. */
  #refused(outcome: Outcome & { state: 'not_authorised' | 'rejected' }, change: Change): Ahead {
    this.#rejections += 1;
    this.#tools.log.warn(
      { runId: this.run, outcome: outcome.state, ...('reason' in outcome && { reason: outcome.reason }) },
      'change refused',
    );
    const kept = change.events.filter(isFact);
    if (outcome.state === 'not_authorised') this.#facts.unshift(...kept, ...voids(change.events));
    else {
      this.#refusedFacts.push(...kept.filter((fact) => fact.type === 'attempt_ended' && fact.end === 'done'));
      this.#facts.unshift(...withoutCulprit(kept, outcome.reason));
    }
    if (this.#rejections === maxRejections - 1) {
      const because = fail('change_rejected', 'The database refuses what the run wants to record.');
      this.#facts.push({ type: 'compensating', v: 1, because });
    }
    if (this.#rejections < maxRejections) return 'again';
    throw new Error('the database refuses every change of this run');
  }

  /** A process that stood still finds out that its lease is over by its own clock, before anybody can tell it. */
  #mayStart(): boolean {
    if (!this.#tools.holdsLeases()) this.lose();
    return !this.#lost;
  }

  #launch(calls: readonly Call[]): void {
    for (const call of calls) this.#errands.launch(call);
  }

  #arrive(events: readonly Event[]): void {
    for (const event of events) {
      const [signal] = signalOf(event);
      if (signal !== undefined && this.#seenSignals.has(signal)) continue;
      if (signal !== undefined) this.#seenSignals.add(signal);
      this.#facts.push(event);
    }
    this.#stir();
  }

  #stir(): void {
    this.#stirred = true;
    this.#wake();
  }

  #sleep(until: number | null): Promise<void> {
    return new Promise((resolve) => {
      const stop = until === null ? () => {} : timer('wake', until - this.#tools.clock.now(), resolve);
      this.#wake = () => {
        stop();
        resolve();
      };
    });
  }

  /** A defect, or a database that refuses everything: the run rests, and whoever takes it next tries again. */
  async #putAside(error: unknown): Promise<void> {
    this.#tools.log.error({ runId: this.run, err: error }, 'run put aside');
    this.lose();
    await this.#tools.rest(this.run, this.epoch, restMs);
  }
}
