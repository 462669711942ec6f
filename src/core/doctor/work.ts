/** Does the work go on: workers, runs, questions, what came in and what should be shown? */
import type { Database } from '../store/database.ts';
import {
  type QuestionDoubts,
  type RunDoubts,
  readOpenJournals,
  readQuestionDoubts,
  readRunDoubts,
  readTrafficDoubts,
  type TrafficDoubts,
} from '../store/doubts.ts';
import { age, count, type Finding, fine, wrong } from './finding.ts';

export interface WorkOptions {
  /** How long anything may take before it is a doubt. */
  graceMs?: number;
  /** How many journals of open runs are read, latest first. */
  journals?: number;
  /** The people of the configuration, if it is known. */
  people?: readonly string[] | null;
  /** How the command line is called. */
  invocation: string;
}

/** Only of a database whose tables are those of this version. */
export async function checkWork({ sql }: Database, options: WorkOptions): Promise<Finding[]> {
  const { graceMs = 60_000, journals = 200, people = null, invocation } = options;
  const traffic = await readTrafficDoubts(sql, graceMs);
  const runs = await readRunDoubts(sql, graceMs);
  return [
    checkWorkers(traffic, runs, invocation),
    ...checkRuns(runs, traffic, invocation),
    ...(await checkJournals({ sql }, runs, journals, invocation)),
    ...checkQuestions(await readQuestionDoubts(sql, graceMs, people), invocation),
    ...checkTraffic(traffic, invocation),
  ];
}

function checkWorkers(
  { workers, dead }: TrafficDoubts,
  { neglected, abandoned }: RunDoubts,
  invocation: string,
): Finding {
  const waiting = neglected.total + abandoned.total;
  const others = dead > 0 ? `, ${dead} gone without a word` : '';
  if (workers > 0) return fine('workers', `${workers} alive${others}`);
  if (waiting === 0) return fine('workers', `none alive${others}, and nothing is due`);
  const text = `none alive${others}, and ${count(waiting, 'run is', 'runs are')} due`;
  return wrong('workers', text, `start one: ${invocation} worker`);
}

function checkRuns(doubts: RunDoubts, { workers }: TrafficDoubts, invocation: string): Finding[] {
  const { open, neglected, abandoned, newer, parked } = doubts;
  const hands =
    workers > 0
      ? 'the workers do not keep up, or cannot reach Postgres: look at their logs'
      : `start a worker: ${invocation} worker`;
  const found: Finding[] = [];
  if (neglected.total > 0) {
    const text = `${count(neglected.total, 'run has', 'runs have')} been due for up to ${age(neglected.longestMs)}, and nobody took ${neglected.total === 1 ? 'it' : 'them'}`;
    found.push(wrong('runs', text, hands, { runs: neglected.runs }));
  }
  if (abandoned.total > 0) {
    const text = `${count(abandoned.total, 'run is', 'runs are')} held by a lease that is long over`;
    found.push(wrong('runs', text, hands, { runs: abandoned.runs }));
  }
  if (newer.total > 0) {
    const text = `${count(newer.total, 'run was', 'runs were')} written by a newer version`;
    found.push(wrong('runs', text, 'update the workers: this version leaves such runs alone', { runs: newer.runs }));
  }
  if (parked.total > 0) {
    const text = `${count(parked.total, 'run is', 'runs are')} not over, and nothing will wake ${parked.total === 1 ? 'it' : 'them'}`;
    const advice = `this is a defect: look with ${invocation} show <run>, end with ${invocation} cancel <run>, and report it`;
    found.push(wrong('runs', text, advice, { runs: parked.runs }));
  }
  return found.length > 0 ? found : [fine('runs', open === 0 ? 'none is going' : `${open} going, none stuck`)];
}

async function checkJournals({ sql }: Pick<Database, 'sql'>, { open }: RunDoubts, limit: number, invocation: string) {
  const { looked, unreadable, disagreeing } = await readOpenJournals(sql, limit);
  const found: Finding[] = [];
  if (unreadable.total > 0) {
    const text = `${count(unreadable.total, 'journal')} of runs that are not over cannot be read`;
    const advice = 'nobody can drive them: restore the rows from a back-up, or report it with one of them';
    found.push(wrong('journals', text, advice, { runs: unreadable.runs }));
  }
  if (disagreeing.total > 0) {
    const text = `${count(disagreeing.total, 'run')} that ${disagreeing.total === 1 ? 'is' : 'are'} not over shown with another status than the journal's`;
    const advice = `the journal is right; lists are not: compare with ${invocation} show <run>, and report it`;
    found.push(wrong('journals', text, advice, { runs: disagreeing.runs }));
  }
  if (found.length > 0) return found;
  const which = looked < open ? `the latest ${looked} of ${open} runs going` : `${looked} of ${open} runs going`;
  return [fine('journals', looked === 0 ? 'no run is going' : `of ${which}: each reads well`)];
}

function checkQuestions(doubts: QuestionDoubts, invocation: string): Finding[] {
  const { open, oldestMs, overdue, orphaned, undelivered } = doubts;
  const found: Finding[] = [];
  if (overdue.total > 0) {
    const text = `${count(overdue.total, 'question')} should have expired`;
    found.push(wrong('questions', text, `a worker does it: ${invocation} worker`, { runs: overdue.runs }));
  }
  if (orphaned.total > 0) {
    const text = `${count(orphaned.total, 'question')} can be decided by nobody who is left in the configuration`;
    const advice =
      'put one of the deciders back, or cancel the runs: a question keeps the terms under which it was asked';
    found.push(wrong('questions', text, advice, { runs: orphaned.runs }));
  }
  if (undelivered.total > 0) {
    const text = `${count(undelivered.total, 'question')} did not reach the conversation, or nobody knows`;
    const advice = `answer on the command line, with the code of ${invocation} show <run>, or look whether the conversation still exists`;
    found.push(wrong('questions', text, advice, { runs: undelivered.runs }));
  }
  if (found.length > 0) return found;
  return [fine('questions', open === 0 ? 'none open' : `${open} open, the oldest for ${age(oldestMs)}`)];
}

function checkTraffic({ waiting, undeliverable, silent }: TrafficDoubts, invocation: string): Finding[] {
  const inbox =
    waiting > 0
      ? wrong('inbox', `${count(waiting, 'message')} accepted and not begun`, `start a worker: ${invocation} worker`)
      : undeliverable > 0
        ? wrong(
            'inbox',
            `${count(undeliverable, 'message')} could not be handled, five times each`,
            "look into the table inbox, where status = 'dead'; delete the rows once their senders are told",
          )
        : fine('inbox', 'nothing waits');
  const outbox = silent.map(({ channel, posts }) =>
    wrong(
      'outbox',
      `${count(posts, 'card')} for ${channel}, and nobody sends there`,
      `start Baton with the channel ${channel}`,
    ),
  );
  return [inbox, ...(outbox.length > 0 ? outbox : [fine('outbox', 'nothing waits for a channel without a sender')])];
}
