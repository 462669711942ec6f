/** What Baton says to a person in a chat, beside the cards of runs. A language that lacks a sentence does not compile. */
import type { VoteAnswer } from '../../../contracts/escalation.ts';
import type { FormWords } from '../../../contracts/form.ts';
import type { ConsoleVerb } from '../../console/read.ts';

type Cancelled = 'requested' | 'already_over' | 'not_allowed' | 'unknown_run';
type Told = Exclude<VoteAnswer['result'], 'decided' | 'counted' | 'already_decided' | 'not_allowed'>;

export interface ConsoleWords {
  /** A form, wherever it is filled in. */
  form: FormWords;
  /** `account`: their id on the channel, for whoever is to add them. */
  stranger: (account: string | null) => string;
  begun: string;
  tooMany: (wait: string) => string;
  later: string;
  notTask: string;
  failed: string;
  decided: (outcome: string) => string;
  counted: (votes: number, quorum: number) => string;
  alreadyDecided: (outcome: string, by: string | null) => string;
  notAllowed: string;
  told: Record<Told, string>;
  cancel: Record<Cancelled, string>;
  noRun: string;
  whichRun: (verb: string) => string;
  several: (runs: string) => string;
  nearly: (typed: string, meant: string) => string;
  malformed: (verb: string) => string;
  notATask: string;
  again: string;
  retried: string;
  notOver: string;
  completed: string;
  revised: string;
  tooLate: string;
  traceIs: string;
  status: (running: number, waiting: number) => string;
  runs: string;
  noRuns: string;
  waiting: (count: number) => string;
  nothingWaits: string;
  nothingRuns: string;
  open: string;
  home: string;
  running: string;
  help: { title: string; routes: string; verbs: Record<ConsoleVerb, string>; answers: string };
  /** A form that is filled in by replies. */
  prompt: {
    title: (field: string, at: number, all: number) => string;
    now: string;
    takes: string;
    wrong: string;
    keep: string;
    placeholder: (field: string) => string;
    /** At a field that nobody is shown: a reply cannot be empty. */
    hidden: string;
  };
  notYourForm: string;
}
