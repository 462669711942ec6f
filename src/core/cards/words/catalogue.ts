/**
 * Every fixed word of the cards: what a language must be able to say. A catalogue that lacks one does not compile.
 *
 * Whatever is handed in here is shown as it is: callers make untrusted text harmless first, and write times and numbers
 * as the language does.
 */
import type { Effect } from '../../../contracts/contract.ts';
import type { ErrorCode } from '../../../contracts/error.ts';
import type { Decision, EscalationKind, Evidence, Verb, VoteAnswer } from '../../../contracts/escalation.ts';
import type { FinalStatus, RunStatus } from '../../../contracts/run.ts';

type Fact =
  | 'what'
  | 'risk'
  | 'effect'
  | 'run'
  | 'step'
  | 'asks'
  | 'needs'
  | 'deciders'
  | 'code'
  | 'expires'
  | 'missing'
  | 'why'
  | 'tried'
  | 'waiting'
  | 'mismatch'
  | 'earlier'
  | 'changed'
  | 'task'
  | 'answer'
  | 'undone'
  | 'notUndone'
  | 'stands'
  | 'needsPerson'
  | 'took'
  | 'about';

/** `retry` of an uncertain effect says that it did not happen, which no other `retry` does. */
export type Said<V> = V | 'notDone';

/** What became of a message; whatever the run's own cards show is not told again. */
export type Late = Exclude<VoteAnswer['result'], 'decided'> | 'usage' | 'unknown_run' | 'already_over';

export interface Words {
  /** For numbers, and for the forms of words that go with them. */
  locale: string;
  units: Record<'ms' | 's' | 'min' | 'h' | 'd', string>;
  /** A day, of digits. */
  day(year: string, month: string, day: string): string;
  hidden: string;
  none: string;
  emptyText: string;
  emptyList: string;
  emptyObject: string;
  value: string;
  moreCharacters(count: number): string;
  moreFields(count: number): string;
  moreElements(count: number): string;
  facts: Record<Fact, string>;
  effects: Record<Effect, string>;
  /** What a code of the error catalogue means to whoever asked for the task. */
  failures: Record<ErrorCode, string>;
  questionTitles: Record<EscalationKind, (subject: string) => string>;
  buttons: Record<Said<Verb>, string>;
  /** What an answer does, where what it answers does not say it. */
  does: Record<'done' | 'notDone' | 'retry' | 'skip' | 'give' | 'stop', string>;
  approvals(quorum: number): string;
  onlyAtTheTerminal(person: string): string;
  andMore(names: string, more: number): string;
  inRoles(names: string, roles: string): string;
  evidence: Record<Evidence['state'], (did: string, run: string, title: string, at: string) => string>;
  change(before: string, after: string): string;
  decided: Record<Said<Decision['outcome']>, (by: string, at: string) => string>;
  voided: string;
  editedBy(by: string, at: string): string;
  /** Why a question is shown once more. */
  again: Record<'reminded' | 'raised', string>;
  status: Record<RunStatus, string>;
  noTask: string;
  waitsFor(code: string): string;
  /** Of a step that is allowed, and whose effect another run has in hand. */
  waitsForRun(run: string): string;
  attempt(number: number): string;
  /** How often, and for how long; never, when it was not called. */
  tries(count: number, lasting: string): string;
  nothing: string;
  outputBy(person: string): string;
  undoing: string;
  undone: string;
  undoFailed: string;
  uncertain: string;
  doneTwice: string;
  skipped: Record<'condition' | 'dependency', string>;
  skippedBy(person: string): string;
  items(done: number, all: number): string;
  outcomes: Record<FinalStatus, string>;
  rejectedBy(person: string, what: string): string;
  expiredAt(what: string): string;
  stoppedBy(person: string, what: string): string;
  cancelledBy(person: string): string;
  failedWith(reason: string, what: string | null): string;
  decisionOn(decision: string, what: string): string;
  nobody: string;
  /** By whose leave an attempt started, where no person was asked; said after `trace.allowed`. */
  allowed: { effect(effect: string): string; policy: string; undo: string };
  trace: Record<'begun' | 'input' | 'output' | 'error' | 'allowed' | 'key' | 'undo', string>;
  mismatch(expected: string, received: string): string;
  /** How a run came to where it is. */
  why: {
    recognised(route: string, provider: string): string;
    short: string;
    /** `by`: who made the plan, where the route does not lay it down. */
    planned(steps: number, revision: number, by: string | null): string;
    after(steps: string): string;
    held(condition: string): string;
    notHeld(condition: string): string;
    dependency(steps: string): string;
    exists(value: string): string;
    absent(value: string): string;
    and: string;
    or: string;
    /** Why a person was asked. */
    asked: Record<'rule' | 'irreversible' | 'earlier' | 'uncertain', string>;
    /** Why it was open for longer. */
    extended(until: string): string;
    tried(attempt: number, reason: string): string;
    /** Why it was tried once more. */
    again: Record<'nothing' | 'harmless' | 'decided', string>;
    late(attempt: number): string;
    failing(reason: string): string;
    takenBack: string;
  };
  /** What became of an update, told after its sender has stopped waiting. */
  late: Record<Late, string>;
  lateOther: string;
}
