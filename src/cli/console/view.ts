/** A run as the terminal shows it: pure, from its state and what that refers to. */
import type { Asked, RunView } from '../../channels/terminal/service.ts';
import type { TerminalWords } from '../../channels/terminal/words.ts';
import { questionCard } from '../../core/cards/question.ts';
import { type Material, material, taskTitle } from '../../core/cards/steps.ts';
import { summaryCard } from '../../core/cards/summary.ts';
import { duration } from '../../core/cards/times.ts';
import type { KnownToCards } from '../../core/cards/veil.ts';
import { formFor } from '../../core/forms/form.ts';
import { mayDecide } from '../../core/judge.ts';
import { openQuestions, type QuestionState, type RunState, statusOf } from '../../core/state.ts';
import { operator } from '../follow.ts';
import { treeOf } from './tree.ts';

export function viewOf(state: RunState, known: KnownToCards, words: TerminalWords): RunView {
  const of = material(state, known);
  const status = statusOf(state);
  const mine = openQuestions(state).filter(({ question }) => mayDecide(question.policy, operator, Date.now()) === null);
  const steps = state.plan?.steps.length ?? 0;
  const summary = state.finished ? summaryCard(state, known) : null;
  return {
    run: state.run,
    title: taskTitle(of),
    status,
    statusText: of.words.status[status],
    over: state.finished !== null,
    begunAt: state.createdAt,
    tree: treeOf(of),
    questions: mine.map((asked) => askedOf(asked, of, words)),
    duration: (ms) => duration(ms, of.words),
    // The tree has the steps.
    summary: summary && { ...summary, lines: summary.lines.slice(steps) },
  };
}

function askedOf(asked: QuestionState, of: Material, words: TerminalWords): Asked {
  const card = questionCard(asked, of.state, of.known);
  return {
    run: of.state.run,
    code: asked.question.code,
    card,
    choices: card.buttons,
    form: (verb) => formFor(asked, verb, of, words),
  };
}
