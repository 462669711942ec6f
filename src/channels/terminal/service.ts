/** What the terminal asks of Baton. All texts are the task's or the operator's; the terminal makes them harmless. */
import type { Card, CardLine } from '../../contracts/card.ts';
import type { Verb, VoteAnswer } from '../../contracts/escalation.ts';
import type { Form } from '../../contracts/form.ts';
import type { Json } from '../../contracts/json.ts';
import type { RunStatus } from '../../contracts/run.ts';

/** One line of the tree; an item of a step stands below it. */
export interface TreeLine extends CardLine {
  depth: 0 | 1;
  /** When it began, while it runs. */
  since: number | null;
}

export interface Asked {
  run: string;
  code: string;
  card: Card;
  choices: readonly { verb: Verb; label: string }[];
  /** Null for a verb that takes no value. */
  form(verb: Verb): Form | null;
}

/** A run as it is now. */
export interface RunView {
  run: string;
  title: string;
  status: RunStatus;
  statusText: string;
  over: boolean;
  begunAt: number;
  tree: readonly TreeLine[];
  /** Open questions that this person may decide. */
  questions: readonly Asked[];
  /** A duration as the language of the task has it. */
  duration(ms: number): string;
  /** The last word, once it is over. */
  summary: Card | null;
}

export interface Change {
  view: RunView;
  /** What has happened since the last change, for a reader of plain lines. */
  news: readonly CardLine[];
}

export interface RunItem {
  run: string;
  title: string;
  status: RunStatus;
  /** The status in the words of the terminal's language. */
  statusText: string;
  route: string | null;
  begunAt: number;
  tookMs: number | null;
}

export interface Waiting {
  verbs: readonly Verb[];
  run: string;
  code: string;
  title: string;
}

export interface Example {
  route: string;
  title: string;
  text: string | null;
}

export type CancelResult = 'requested' | 'already_over' | 'not_allowed' | 'unknown_run';

export interface Service {
  readonly examples: readonly Example[];
  /** Begins the run of a task. `problem` is a sentence for the person. */
  begin(text: string): Promise<{ run: string } | { problem: string }>;
  /** The text of the task of a run. */
  taskOf(run: string): Promise<string>;
  /** Tells each change of a run, from where it is now to its end. */
  follow(run: string, tell: (change: Change) => void, signal: AbortSignal): Promise<void>;
  vote(code: string, verb: Verb, value?: Json): Promise<VoteAnswer>;
  cancel(run: string): Promise<CancelResult>;
  /** Runs whose id begins or ends so. */
  find(part: string): Promise<RunItem[]>;
  runs(limit: number): Promise<RunItem[]>;
  /** Open questions that this person may decide, oldest first. */
  inbox(): Promise<Waiting[]>;
  trace(run: string): Promise<string[]>;
  /** Why it went the way it went. */
  why(run: string): Promise<Card>;
  /** What it has cost, in a line. */
  cost(run: string): Promise<string>;
  /** What a month would cost at so many tasks a day of so many steps; without a card, a line that says how to ask. */
  estimate(numbers: readonly string[]): Promise<{ line: string; card?: Card }>;
  /** The known name that was probably meant. */
  nearest(word: string, known: readonly string[]): string | null;
  /** What went wrong, in a word or a code, without anybody's text. */
  reason(error: unknown): string;
  /** A duration in words. */
  duration(ms: number): string;
}
