/** What a run's writer wants to record, and what became of it. */
import type { Question } from '../contracts/escalation.ts';
import type { Event } from '../contracts/event.ts';
import type { RunStatus } from '../contracts/run.ts';
import type { Signal } from '../contracts/signal.ts';

/** The wish that a card stands in a conversation, showing the run as of this change. */
export interface Post {
  purpose: string;
  conversation: string;
  escalation: string | null;
}

/** One append to one journal, with everything that must become true together with it. */
export interface Change {
  run: string;
  /** The writer's fencing number; a newer claim makes the change void. */
  epoch: number;
  seq: number;
  /** Milliseconds since the epoch, on the database's clock as the writer knows it. */
  at: number;
  /** Made by the writer: a repeat after a lost connection finds it and is a success. */
  commit: string;
  events: Event[];
  /** Only when it changed. */
  status: RunStatus | null;
  route: string | null;
  /** How lists call the run; only when that changed. */
  title: string | null;
  /** Gives the lease back, if no signal is unread; `wakeAt` null means until a signal comes. */
  release: { wakeAt: number | null } | null;
  /** How many signals are folded, those of this change included. */
  folded: number;
  /** The signals that this change folds. */
  signals: string[];
  questions: Question[];
  posts: Post[];
  /** Questions of which there is news: the copies that people opened, of which the journal knows none, show it too. */
  copied: string[];
  /** Each must authorise exactly this digest, or nothing of the change happens. */
  guards: { escalation: string; digest: string }[];
  /** Resources that are done with. */
  settle: { ref: string; state: 'done' | 'void' }[];
}

export type Outcome =
  | { state: 'committed'; released: boolean; signals: Signal[] }
  /** Another worker has the run. */
  | { state: 'lost' }
  /** An approval does not authorise what would start. */
  | { state: 'not_authorised' }
  /** The database refuses this very change. */
  | { state: 'rejected'; reason: string };
