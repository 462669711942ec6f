/**
 * Every fixed word of the cards, in one place per language. A second language is a second object of the same type.
 *
 * Whatever is handed in here is shown as it is: callers make untrusted text harmless first.
 */
import type { Effect } from '../../contracts/contract.ts';
import type { Decision, EscalationKind, Evidence, Verb } from '../../contracts/escalation.ts';
import type { FinalStatus, RunStatus } from '../../contracts/run.ts';

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
  | 'earlier'
  | 'changed'
  | 'task'
  | 'outcome'
  | 'answer'
  | 'undone'
  | 'stands'
  | 'needsPerson'
  | 'took'
  | 'about';

export interface Words {
  hidden: string;
  none: string;
  emptyText: string;
  emptyList: string;
  emptyObject: string;
  value: string;
  moreCharacters(count: string): string;
  moreFields(count: string): string;
  moreElements(count: string): string;
  facts: Record<Fact, string>;
  effects: Record<Effect, string>;
  questionTitles: Record<EscalationKind, (subject: string) => string>;
  buttons: Record<Verb, string>;
  approvals(quorum: number): string;
  onlyAtTheTerminal(person: string): string;
  andMore(names: string, more: number): string;
  inRoles(names: string, roles: string): string;
  evidence: Record<Evidence['state'], (did: string, run: string, title: string, at: string) => string>;
  change(before: string, after: string): string;
  decided: Record<Decision['outcome'], (by: string, at: string) => string>;
  voided: string;
  editedBy(by: string, at: string): string;
  /** Why a question is shown once more. */
  again: Record<'reminded' | 'raised', string>;
  status: Record<RunStatus, string>;
  noTask: string;
  waitsFor(code: string): string;
  attempt(number: number): string;
  outputBy(person: string): string;
  undoing: string;
  undone: string;
  undoFailed: string;
  uncertain: string;
  skipped: string;
  items(done: number, all: number): string;
  outcomes: Record<FinalStatus, string>;
  rejectedBy(person: string, what: string): string;
  expiredAt(what: string): string;
  stoppedBy(person: string, what: string): string;
  cancelledBy(person: string): string;
  failedWith(code: string, what: string | null): string;
  decisionOn(decision: string, what: string): string;
  nobody: string;
  /** What became of an update, by the outcome of its receipt, told after its sender has stopped waiting. */
  late: Readonly<Record<string, string>>;
  lateOther: string;
}

const en: Words = {
  hidden: 'hidden',
  none: '(none)',
  emptyText: '(empty text)',
  emptyList: '(empty list)',
  emptyObject: '(nothing in it)',
  value: 'value',
  moreCharacters: (count) => `… ${count} more characters`,
  moreFields: (count) => `… ${count} more values`,
  moreElements: (count) => `… ${count} more elements`,
  facts: {
    what: 'What will happen',
    risk: 'Risk',
    effect: 'Effect',
    run: 'Run',
    step: 'Step',
    asks: 'Asked by',
    needs: 'Needs',
    deciders: 'Who decides',
    code: 'Code',
    expires: 'Expires',
    missing: 'Missing',
    why: 'Why',
    earlier: 'Attention',
    changed: 'Changed',
    task: 'Task',
    outcome: 'Outcome',
    answer: 'Answer',
    undone: 'Undone',
    stands: 'Stands',
    needsPerson: 'Needs a person',
    took: 'Took',
    about: 'Your message',
  },
  effects: {
    read: 'Changes nothing',
    reversible: 'Can be changed back by a person',
    compensable: 'Is taken back when the run does not complete',
    irreversible: 'Cannot be taken back',
  },
  questionTitles: {
    approve: (subject) => `May this happen? ${subject}`,
    answer: () => 'Something is missing',
    uncertain: (subject) => `Did this happen? ${subject}`,
  },
  buttons: {
    approve: 'Approve',
    reject: 'Reject',
    edit: 'Edit',
    answer: 'Answer',
    done: 'It happened',
    retry: 'It did not, try again',
    stop: 'Stop',
  },
  approvals: (quorum) => (quorum === 1 ? 'One approval' : `Approvals of ${quorum} people`),
  onlyAtTheTerminal: (person) => `${person} (only at the terminal)`,
  andMore: (names, more) => `${names} and ${more} more`,
  inRoles: (names, roles) => `${names} (${roles})`,
  evidence: {
    done: (did, run, title, at) => `Already done by run ${run} (${title}) at ${at}: ${did}`,
    in_hand: (did, run, title, at) => `Run ${run} (${title}) is about to do the same since ${at}: ${did}`,
  },
  change: (before, after) => `${before} → ${after}`,
  decided: {
    approve: (by, at) => `Approved by ${by} at ${at}`,
    reject: (by, at) => `Rejected by ${by} at ${at}`,
    edit: (by, at) => `Edited by ${by} at ${at}`,
    answer: (by, at) => `Answered by ${by} at ${at}`,
    done: (by, at) => `${by} said at ${at} that it happened`,
    retry: (by, at) => `${by} said at ${at} that it did not happen`,
    stop: (by, at) => `Stopped by ${by} at ${at}`,
    expired: () => 'Expired',
    withdrawn: () => 'Withdrawn: no longer needed',
  },
  voided: 'No longer valid: what would happen has changed since',
  editedBy: (by, at) => `Edited by ${by} at ${at}, so it is asked again`,
  again: {
    reminded: 'Reminder: this still waits for an answer',
    raised: 'Nobody has answered yet, so more people may decide now',
  },
  status: {
    received: 'Reading the task',
    planning: 'Planning',
    running: 'Running',
    waiting: 'Waiting for an answer',
    compensating: 'Taking back what was done',
    completed: 'Completed',
    failed: 'Failed',
    cancelled: 'Cancelled',
  },
  noTask: '(no text)',
  waitsFor: (code) => `waits for an answer (${code})`,
  attempt: (number) => `attempt ${number}`,
  outputBy: (person) => `result given by ${person}`,
  undoing: 'being taken back',
  undone: 'taken back',
  undoFailed: 'could not be taken back',
  uncertain: 'nobody knows whether it happened',
  skipped: 'not needed',
  items: (done, all) => `${done}/${all}`,
  outcomes: { completed: 'Completed', failed: 'Failed', cancelled: 'Cancelled' },
  rejectedBy: (person, what) => `Rejected by ${person}: ${what}`,
  expiredAt: (what) => `Expired: nobody answered in time: ${what}`,
  stoppedBy: (person, what) => `Stopped by ${person}: ${what}`,
  cancelledBy: (person) => `Cancelled by ${person}`,
  failedWith: (code, what) => (what === null ? `Failed: ${code}` : `Failed: ${code} at ${what}`),
  decisionOn: (decision, what) => `${decision}: ${what}`,
  nobody: 'nobody',
  late: {
    not_allowed: 'You may not do this here',
    usage: 'This is no task that can be begun here',
    counted: 'Your approval is counted; more are needed',
    already_decided: 'This was decided before your answer came',
    already_voted: 'You had answered this already',
    invalid_value: 'This value does not fit the question',
    unknown_question: 'There is no question of that code',
    unknown_run: 'There is no run of that id',
    already_over: 'This run was over already',
  },
  lateOther: 'Your message could not be handled',
};

const catalogues = { en, ru: en } as const;

/** The words of a language; English stands in for one that is not written yet. */
export const wordsIn = (language: keyof typeof catalogues): Words => catalogues[language];
