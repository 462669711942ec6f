/**
 * What people do to runs: begin them, answer their questions, cancel them, look at them. Every channel and the command
 * line come through here, so that all of them obey the same rules.
 */
import { BatonError } from '../contracts/error.ts';
import { type VoteAnswer, verbsWithValue } from '../contracts/escalation.ts';
import type { Entry } from '../contracts/event.ts';
import { isFinal } from '../contracts/run.ts';
import type { Actor, Submission } from '../contracts/task.ts';
import { maxAnyBytes, outOfBounds } from './bounds.ts';
import type { KnownToCards } from './cards/veil.ts';
import { guestIn, mayControl, mayStart } from './control.ts';
import { timer } from './crossing.ts';
import { type Basis, lookedAt, type Pricing } from './estimate/basis.ts';
import type { Hub } from './hub.ts';
import { mayDecide, type Vote } from './judge.ts';
import { readForCards } from './reading.ts';
import { type Registry, resolveDeciders } from './registry.ts';
import { scrub, scrubText } from './scrub.ts';
import type { RunState } from './state.ts';
import { type Database, patiently } from './store/database.ts';
import type { Definitions } from './store/definitions.ts';
import { type EscalationRow, openQuestionsOf, openQuestionsOfAll, vote } from './store/escalations.ts';
import { beginRun, keepMessage } from './store/inbox.ts';
import { readTotals, type Total, type TotalsQuery } from './store/ledger-totals.ts';
import { type RouteUse, readRouteUse } from './store/route-use.ts';
import { findRuns, getRun, listRuns, type RunRow, readJournal, watchRun } from './store/runs.ts';
import { signalRun } from './store/signals.ts';
import { readTaskUse } from './store/task-use.ts';
import { readSubmission } from './submission.ts';

export type CancelAnswer = { result: 'requested' | 'already_over' | 'not_allowed' | 'unknown_run' };

export interface Desk {
  /**
   * Begins the run of a message and says which it is; the same source and key is the same run. With `watch`, every
   * commit of the run notifies followers in other processes. Throws `usage` for a text that is no task, and for the key
   * of a message that ended without a run.
   */
  submit(of: Submission, options?: { watch?: boolean }): Promise<string>;
  /** One person's answer to the question of that code. */
  vote(code: string, ballot: Vote): Promise<VoteAnswer>;
  cancel(run: string, by: Actor): Promise<CancelAnswer>;
  /** The journal of a run from its beginning, and on as it grows, until the run is over or `signal` fires. */
  follow(run: string, signal?: AbortSignal): AsyncGenerator<Entry>;
  journal(run: string): Promise<Entry[]>;
  questions(run: string): Promise<EscalationRow[]>;
  /** Open questions of all runs that this person may decide, oldest first, with the title of the run. */
  inbox(person: Actor): Promise<(EscalationRow & { title: string })[]>;
  /** What the cards of a run read beside its state, loaded. */
  known(state: RunState): Promise<KnownToCards>;
  runs(limit: number): Promise<RunRow[]>;
  /** What the latest completed runs of each route have needed. */
  routeUse(limit: number): Promise<RouteUse[]>;
  /** What calls of models, and agents with a price, have taken. */
  totals(query: TotalsQuery): Promise<Total[]>;
  /** What an estimate begins with: prices, and what the ledger knows of the tasks of the last days. */
  estimateBasis(): Promise<Basis>;
  /** Who a stranger is in a conversation where anybody may begin tasks; null anywhere else. */
  guest(channel: string, account: string | undefined, conversation: string): string | null;
  /** How a person is called. */
  nameOf(person: string): string;
  /** Runs whose id begins or ends so. */
  find(part: string): Promise<RunRow[]>;
}

/** How long a follower waits before it looks by itself: for a notification that was lost. */
const lookAgainMs = 2_000;
/** More questions than this nobody looks through. */
const mostWaiting = 500;

export interface DeskTools {
  db: Database;
  registry: Registry;
  definitions: Definitions;
  hub: Hub;
  pricing: Pricing;
}

export function createDesk({ db, registry, definitions, hub, pricing }: DeskTools): Desk {
  const submit: Desk['submit'] = async (given, { watch = false } = {}) => {
    const { source, key, task } = readSubmission(given);
    if (!mayStart(registry, task)) throw new BatonError('usage', 'This person may not begin runs here.');
    const kept = await patiently(() => keepMessage(db.sql, { source, key, body: { kind: 'task', task, watch } }));
    return kept.run ?? (await patiently(() => beginRun(db.sql, source, key, task, watch)));
  };

  const cancel: Desk['cancel'] = async (run, by) => {
    const row = await getRun(db.sql, run);
    if (!row) return { result: 'unknown_run' };
    if (!mayControl(registry, row.route, row.requester, by)) return { result: 'not_allowed' };
    if (isFinal(row.status)) return { result: 'already_over' };
    await signalRun(db, row.id, { kind: 'cancel', by });
    return { result: 'requested' };
  };

  async function* follow(run: string, signal?: AbortSignal): AsyncGenerator<Entry> {
    await watchRun(db, run);
    let after = 0;
    while (!signal?.aborted) {
      const news = hub.news(run);
      for (const entry of await patiently(() => readJournal(db.sql, run, after))) {
        after = entry.seq;
        yield entry;
        if (entry.events.some(({ type }) => type === 'finished')) return news.cancel();
      }
      await Promise.race([news.arrived, pause(lookAgainMs, signal)]);
      news.cancel();
    }
  }

  return {
    submit,
    vote: async (code, ballot) => {
      // Whatever the question is: more than this is not even looked at. What it takes itself, it says when judging.
      const beyond = outOfBounds(ballot.value, maxAnyBytes);
      if (beyond) return { result: 'invalid_value', mismatches: [beyond] };
      const ground = (run: string, now: number) => ({
        run,
        now,
        contract: (digest: string) => definitions.contract(digest),
        route: (digest: string) => definitions.route(digest),
        people: (who: Parameters<typeof resolveDeciders>[1]) => resolveDeciders(registry, who),
      });
      const carried = verbsWithValue.includes(ballot.verb) ? ballot.value : undefined;
      const value = carried === undefined ? undefined : scrub(carried);
      return vote(db, scrubText(code), { ...ballot, value }, ground, ({ definition, subject }) =>
        definitions.load([definition, ...(subject ? [subject.contract] : [])]),
      );
    },
    cancel,
    follow,
    journal: (run) => readJournal(db.sql, run),
    questions: (run) => openQuestionsOf(db.sql, run),
    inbox: async (person) => {
      const open = await openQuestionsOfAll(db.sql, mostWaiting);
      return open.filter(({ question }) => mayDecide(question.policy, person, Date.now()) === null);
    },
    known: (state) => readForCards({ db, definitions, people: registry.people }, state),
    runs: (limit) => listRuns(db.sql, limit),
    routeUse: (limit) => readRouteUse(db.sql, limit),
    totals: (query) => readTotals(db.sql, query),
    estimateBasis: async () => ({ ...pricing, use: await readTaskUse(db.sql, lookedAt) }),
    guest: (channel, account, conversation) => guestIn(registry, channel, account, conversation),
    nameOf: (person) => registry.people.get(person)?.name ?? person,
    find: (part) => findRuns(db.sql, part),
  };
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const stop = timer('follow', ms, resolve);
    signal?.addEventListener(
      'abort',
      () => {
        stop();
        resolve();
      },
      { once: true },
    );
  });
}
