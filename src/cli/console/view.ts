/** A run as the terminal shows it: pure, from its state and what that refers to. */
import type { Asked, Form, RunView } from '../../channels/terminal/service.ts';
import type { TerminalWords } from '../../channels/terminal/words.ts';
import { type Verb, verbsWithValue } from '../../contracts/escalation.ts';
import { questionCard } from '../../core/cards/question.ts';
import { type Material, material, taskTitle } from '../../core/cards/steps.ts';
import { summaryCard } from '../../core/cards/summary.ts';
import { duration } from '../../core/cards/times.ts';
import { hiddenInput, type KnownToCards, redactions, veilOf } from '../../core/cards/veil.ts';
import { mayDecide } from '../../core/judge.ts';
import { openQuestions, type QuestionState, type RunState, statusOf } from '../../core/state.ts';
import { operator } from '../follow.ts';
import { formOf } from './fields.ts';
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
    form: (verb) => (verbsWithValue.includes(verb) ? formFor(asked, verb, of, words) : null),
  };
}

/** An edit begins with what would be sent; an answer and an output begin with nothing. */
function formFor({ question }: QuestionState, verb: Verb, of: Material, words: TerminalWords): Form {
  const { subject } = question;
  const contract = subject ? of.known.contract(subject.contract) : null;
  const step = question.step?.split('[')[0] ?? '';
  const hidden = verb === 'edit' ? hiddenInput(of.state, of.known, step, contract) : redactions(contract, 'output');
  return formOf({
    schema: question.schema ?? {},
    base: verb === 'edit' ? subject?.input : undefined,
    veil: veilOf(verb === 'edit' ? hidden : [], []),
    ask: verb === 'answer' ? of.known.route(question.definition).ask : {},
    words,
    cardWords: of.words,
  });
}
