/**
 * Follows a run to its end or to a question that nobody here answers. It shows what happens; the answers come from the
 * command line, from the person at the terminal, or not at all.
 */
import type { Entry } from '../contracts/event.ts';
import type { KnownToCards } from '../core/cards/veil.ts';
import type { Desk } from '../core/desk.ts';
import { evolveAll, replay } from '../core/evolve.ts';
import { openQuestions, type QuestionState, type RunState, statusOf } from '../core/state.ts';
import { exit } from './exit.ts';
import type { Verdict } from './verdict.ts';
import { tellAnswer } from './verdict.ts';

/** The one local person. */
export const operator = { person: 'operator', via: 'terminal' } as const;

/** How a run is shown. */
export interface View {
  entry(entry: Entry, state: RunState, known: KnownToCards): void;
  question(asked: QuestionState, state: RunState, known: KnownToCards): void;
  /** Said to the person, beside the run itself. */
  say(lines: readonly string[]): void;
  /** The commands with which an open question is answered later. */
  later(asked: QuestionState): void;
}

export interface Follow {
  desk: Desk;
  view: View;
  signal: AbortSignal;
  /**
   * What to answer, or null to leave it open. Called again when an answer did not fit, if `mayRepeat`. Absent: questions
   * are somebody else's.
   */
  decide?: (asked: QuestionState, state: RunState) => Promise<Verdict | null>;
  mayRepeat?: boolean;
  /** Nothing is shown before the decision on the question of this code. */
  after?: string;
}

/** Says the exit code. */
export async function followRun(run: string, follow: Follow): Promise<number> {
  const { desk, view, signal } = follow;
  const answered = new Set<string>();
  let state = replay(run, []);
  let quiet = follow.after !== undefined;
  for await (const entry of desk.follow(run, signal)) {
    state = { ...evolveAll(state, entry.events, entry.at), seq: entry.seq };
    const known = await desk.known(state);
    quiet &&= !closes(entry, state, follow.after);
    if (!quiet) view.entry(entry, state, known);
    if (state.finished) return state.finished.status === 'completed' ? exit.completed : exit.notCompleted;
    if (quiet || !follow.decide || statusOf(state) !== 'waiting') continue;
    for (const asked of openQuestions(state)) {
      if (answered.has(asked.question.id)) continue;
      answered.add(asked.question.id);
      view.question(asked, state, known);
      const left = await answer(asked, state, follow);
      if (left !== null) return left;
    }
  }
  view.say([`Let go of run ${run}: it goes on with the next command or worker.`]);
  return exit.interrupted;
}

const closes = ({ events }: Entry, state: RunState, code: string | undefined): boolean =>
  events.some(
    (event) => event.type === 'decided' && state.questions[event.decision.escalation]?.question.code === code,
  );

/** Null once the question is closed, by whomever; else the exit code to leave with. */
async function answer(asked: QuestionState, state: RunState, follow: Follow): Promise<number | null> {
  const { desk, view, decide } = follow;
  const { code, policy } = asked.question;
  for (;;) {
    const verdict = (await decide?.(asked, state)) ?? null;
    if (!verdict) {
      view.later(asked);
      return follow.signal.aborted ? exit.interrupted : exit.open;
    }
    if (!policy.verbs.includes(verdict.verb)) {
      view.say([`This question does not take ${verdict.verb}; it takes ${policy.verbs.join(', ')}.`]);
      view.later(asked);
      return exit.usage;
    }
    const result = await desk.vote(code, { actor: operator, ...verdict });
    if (result.result === 'decided') return null;
    const { lines, exitCode } = tellAnswer(result, code);
    view.say(lines);
    if (result.result === 'already_decided') return null;
    if (result.result === 'invalid_value' && follow.mayRepeat) continue;
    view.later(asked);
    return exitCode;
  }
}
