/** What a program that embeds Baton gives and gets: the types of `createBaton`. */
import type { Channel } from './contracts/channel.ts';
import type { Configuration, ConfigurationSource } from './contracts/config.ts';
import type { Failure } from './contracts/error.ts';
import type { Question, Verb, VoteAnswer } from './contracts/escalation.ts';
import type { Event, UndoReport } from './contracts/event.ts';
import type { Json } from './contracts/json.ts';
import type { FinalStatus } from './contracts/run.ts';
import type { Actor } from './contracts/task.ts';
import type { Log } from './core/ports.ts';

/** What the deployment is: given as it is, or as a file that the command line can share. */
export type BatonSource =
  | { configuration: Configuration | ConfigurationSource; configurationFile?: undefined }
  /** Agents with `isolate` need a file, which their processes load again. */
  | { configurationFile: string; configuration?: undefined };

export type BatonOptions = BatonSource & {
  /** Any Postgres from 15 on, as a postgres:// address. Absent: Baton starts one of its own below `home`. */
  databaseUrl?: string | undefined;
  /** Past a transaction pooler: the address for listening, session locks and migrations. Default: `databaseUrl`. */
  databaseDirectUrl?: string | undefined;
  /** Folder of the embedded Postgres; used only without `databaseUrl`. Default: `.baton` in the working directory. */
  home?: string | undefined;
  /** Places where people write and read, beside the calls of this program. */
  channels?: readonly Channel[];
  /** Names this program among all that use the database: a message is known by this and its key. Default: `program`. */
  source?: string;
  /** Hears what a log would: constant messages with named fields, never a text of people. Default: nobody. */
  log?: Log;
  /** Runs at once in this process. Default: 64. */
  concurrency?: number;
  /** How long this process keeps its runs when it goes silent, in milliseconds. Default: 30 000. */
  leaseMs?: number;
  /** How long `stop` lets running attempts go on, in milliseconds. Default: 10 000. */
  drainMs?: number;
  /** Hears a line for people while the embedded database takes longer than a moment to start. */
  onProgress?: (line: string) => void;
};

export interface SubmitOptions {
  /** Who asks: a person of the configuration, by id. This program vouches for them. */
  requester: string | Actor;
  /** Identifies the message: the same key is the same run, however often it is sent. Default: a new one. */
  key?: string;
  /** Where the cards of the run are shown, as an address of one of the channels: `memory:room`. Default: nowhere. */
  conversation?: string;
}

export interface DecideOptions {
  /** Who answers: a person of the configuration, by id. This program vouches for them. */
  by: string | Actor;
  /** What `edit`, `answer`, `done` and `give` carry. */
  value?: Json;
}

/** One event of a run's journal, with its place and its time in milliseconds since the epoch. */
export interface JournalEvent {
  run: string;
  seq: number;
  at: number;
  /** As it was journalled: what a contract hides from people is in it. */
  event: Event;
}

/** What a run came to. */
export interface RunResult {
  run: string;
  status: FinalStatus;
  /** What the route's plan answers; null unless the run completed. */
  answer: Json;
  /** Why it did not complete. */
  reason: Failure | null;
  /** What became of the effects of a run that did not complete: what was undone, what stands, what needs a person. */
  report: UndoReport | null;
}

/** An open question: `code` is what `decide` takes. */
export type OpenQuestion = Question & { run: string };

export type CancelResult = 'requested' | 'already_over' | 'not_allowed' | 'unknown_run';

/**
 * One process of Baton. Any number of them, and of `npm start -- worker`, may share a database. Whatever is asked of a
 * stopped one throws `usage`; a database that goes away rejects with the driver's error, and is waited for where that is
 * harmless.
 */
export interface Baton extends AsyncDisposable {
  /** Begins to work: takes runs that are due, connects the channels. Without it this process only writes and looks. */
  start(): Promise<void>;
  /**
   * Hands in a task, durably, and says which run it is; the work is done by whoever has started. Throws `usage` for a
   * text that is no task, a requester whom the configuration does not know, and a key whose message began no run.
   */
  submit(text: string, options: SubmitOptions): Promise<string>;
  /** One person's answer to the question of that code. What speaks against it is in the result, and not thrown. */
  decide(code: string, verb: Verb, options: DecideOptions): Promise<VoteAnswer>;
  /** The open questions of a run, or the oldest thousand of all runs; oldest first. */
  questions(run?: string): Promise<OpenQuestion[]>;
  /**
   * The events of a run from its beginning, and on as they come, from whichever process; ends with the run, with `signal`
   * or with `stop`. Throws `usage` for an unknown run.
   */
  events(run: string, options?: { signal?: AbortSignal }): AsyncGenerator<JournalEvent, void, undefined>;
  /** Waits for the end of a run, however long that takes. Throws `aborted` if `signal` or `stop` comes first. */
  result(run: string, options?: { signal?: AbortSignal }): Promise<RunResult>;
  /** Asks a run to stop and to take back what it did; `result` and `events` say when it has. */
  cancel(run: string, by: string | Actor): Promise<CancelResult>;
  /**
   * Lets what runs end for `drainMs`, hands the rest over, closes the configuration and every connection, and stops the
   * embedded database if nobody else uses it. May be called more than once; `await using` does it too.
   */
  stop(): Promise<void>;
}
