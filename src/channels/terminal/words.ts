import type { FormWords } from '../../contracts/form.ts';

/**
 * What the terminal itself says. Each language has all of it, by type; what a run says is in the language of its task.
 * What forms say everywhere is handed in.
 */
export type TerminalWords = OwnWords & FormWords;

export interface OwnWords {
  ready: (routes: string) => string;
  waits: (count: number) => string;
  goesOn: (count: number) => string;
  nothingWaits: string;
  noRuns: string;
  noRun: (typed: string) => string;
  several: (typed: string, runs: string) => string;
  noQuestion: (typed: string) => string;
  nearly: (typed: string, meant: string) => string;
  malformed: (verb: string) => string;
  notBegun: (why: string) => string;
  needsRun: (command: string) => string;
  cancel: { requested: string; already_over: string; not_allowed: string; unknown_run: string };
  again: (run: string) => string;
  notOver: string;
  completed: string;
  votes: {
    counted: (votes: number, quorum: number, code: string) => string;
    already_decided: (code: string, outcome: string, by: string | null) => string;
    already_voted: (code: string) => string;
    not_allowed: (why: string) => string;
    invalid_value: string;
    unknown_question: (code: string) => string;
  };
  takes: (code: string, verbs: string) => string;
  needsValue: (verb: string) => string;
  /** Keys below a question. */
  next: string;
  later: string;
  position: (at: number, all: number) => string;
  formKeys: string;
  formAlone: string;
  pressOneOf: (keys: string) => string;
  waitingLine: (count: number) => string;
  moreRuns: (count: number) => string;
  moreSteps: (count: number) => string;
  draining: string;
  drained: (count: number) => string;
  leftOpen: (codes: string) => string;
  databaseAway: (why: string) => string;
  columns: { run: string; status: string; route: string; begun: string; took: string; task: string };
  status: (running: number, waiting: number) => string;
  help: { intro: string; verbs: Record<string, string>; examples: string; keys: string; keyLines: readonly string[] };
}
