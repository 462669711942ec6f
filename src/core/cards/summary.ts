/** How a run ended: what was asked, what came of it, who decided what, and what is left to do. */

import type { Card, CardLine } from '../../contracts/card.ts';
import { type QuestionState, type RunState, type StepState, statusOf } from '../state.ts';
import { factsInFull, factsOf, plain, reasonText } from './facts.ts';
import { decisionText, personOf, wholeOf } from './question.ts';
import { costFacts, standInTexts } from './spent.ts';
import { contractOf, type Material, material, nameOf, stepLines, stepTitle } from './steps.ts';
import { shortRun } from './text.ts';
import { closingFacts } from './thought-facts.ts';
import { duration } from './times.ts';
import { hiddenAnswer, type KnownToCards, type Veil, veilOf } from './veil.ts';
import { lowerFirst } from './words/plural.ts';
import { modelWordsOf } from './words.ts';

type Fact = Card['facts'][number];

const maxTaskCharacters = 500;
const maxRows = 10;

/** The last word on a run. Of a run that is not over it says where it stands. */
export function summaryCard(state: RunState, known: KnownToCards): Card {
  const of = material(state, known);
  return {
    kind: 'summary',
    language: of.language,
    title: outcomeOf(of),
    facts: [...closingFacts(of), ...head(of), ...answerFacts(of), ...reportFacts(of)],
    ...wholeAnswer(of),
    lines: [
      ...stepLines(of),
      ...decisionLines(of),
      ...standInTexts(of).map((text) => ({ mark: 'note' as const, text })),
    ],
    code: null,
    buttons: [],
  };
}

/** The outcome in one sentence. */
export function outcomeOf(of: Material): string {
  const { state, words } = of;
  const { finished, failing, cancelled } = state;
  if (!finished) return words.status[statusOf(state)];
  const ref = failing?.step ?? null;
  const what = ref === null ? null : stepTitle(of, ref);
  const decisive = decisiveQuestion(state, ref);
  const person = decisive ? personOf(decisive, of) : words.nobody;
  const subject = what ?? (decisive ? wholeOf(decisive, words) : modelWordsOf(words).about.answer);
  const code = finished.reason?.code;
  if (code === 'cancelled')
    return cancelled?.by ? words.cancelledBy(nameOf(cancelled.by.person, of)) : words.outcomes.cancelled;
  if (code === 'rejected') return words.rejectedBy(person, subject);
  if (code === 'stopped') return words.stoppedBy(person, subject);
  if (code === 'expired') return words.expiredAt(subject);
  return code ? words.failedWith(words.failures[code], what) : words.outcomes[finished.status];
}

/** The question whose answer ended the run. */
const decisiveQuestion = (state: RunState, ref: string | null): QuestionState | undefined =>
  Object.values(state.questions).findLast(({ question, decision }) => question.step === ref && decision);

function head(of: Material): Fact[] {
  const { state, words } = of;
  const { finished, task } = state;
  const reason = finished?.reason;
  return [
    { label: words.facts.task, text: plain(task.text, of, words, maxTaskCharacters) || words.noTask },
    { label: words.facts.run, text: shortRun(state.run) },
    { label: words.facts.asks, text: nameOf(task.requester.person, of) },
    ...(reason && reason.code !== 'cancelled' ? [{ label: words.facts.why, text: reasonText(reason, of, words) }] : []),
    ...(finished ? [{ label: words.facts.took, text: duration(finished.at - state.createdAt, words) }] : []),
    ...(finished ? costFacts(of) : []),
  ];
}

function answerFacts(of: Material): Fact[] {
  const { state, known, words } = of;
  const answer = state.finished?.answer;
  return answer ? factsOf(known.content(answer), veilOfAnswer(of), words, words.facts.answer) : [];
}

/** What came of it in full, where the facts show a part of it. */
function wholeAnswer(of: Material): Pick<Card, 'whole'> {
  const { state, known, words } = of;
  const answer = state.finished?.answer;
  const whole = answer ? factsInFull(known.content(answer), veilOfAnswer(of), words, words.facts.answer) : null;
  return whole ? { whole } : {};
}

const veilOfAnswer = ({ state, known, secrets }: Material): Veil => veilOf(hiddenAnswer(state, known), secrets);

/** What became of every effect, each with why. The report says which; the journal says why. */
function reportFacts(of: Material): Fact[] {
  const { state, words } = of;
  const report = state.finished?.report;
  if (!report) return [];
  const isNotUndone = (ref: string) => state.steps[ref]?.undo.status === 'failed';
  return [
    ...rows('undone', report.undone, of),
    ...rows(
      'notUndone',
      report.needsPerson.filter(isNotUndone),
      of,
      ({ undo }) => undo.error && reasonText(undo.error, of, words),
    ),
    ...rows('stands', report.stands, of, (step) => effectOf(step, of)),
    ...rows(
      'needsPerson',
      report.needsPerson.filter((ref) => !isNotUndone(ref)),
      of,
      (step) => (step.attempts.filter(({ end }) => end === 'done').length > 1 ? words.doneTwice : words.uncertain),
    ),
  ];
}

/** A row a step; of very many, the rest is counted. */
function rows(
  label: 'undone' | 'notUndone' | 'stands' | 'needsPerson',
  refs: readonly string[],
  of: Material,
  why: (step: StepState) => string | null = () => null,
): Fact[] {
  const row = (text: string): Fact => ({ label: of.words.facts[label], text });
  const shown = refs.slice(0, maxRows).map((ref) => {
    const step = of.state.steps[ref];
    const reason = step ? why(step) : null;
    return row(reason ? `${stepTitle(of, ref)}: ${lowerFirst(reason)}` : stepTitle(of, ref));
  });
  return refs.length > maxRows ? [...shown, row(of.words.moreElements(refs.length - maxRows))] : shown;
}

/** Why it was not taken back. What could be, and was not, has no reason but that the run completed. */
const effectOf = ({ id }: StepState, of: Material): string | null => {
  const effect = contractOf(of, id)?.effect;
  return effect && effect !== 'compensable' ? of.words.effects[effect] : null;
};

/** Who decided what. */
const decisionLines = (of: Material): CardLine[] =>
  Object.values(of.state.questions).flatMap((asked) => {
    const text = decisionText(asked, of);
    if (text === null) return [];
    const { step } = asked.question;
    const what = step === null ? wholeOf(asked, of.words) : stepTitle(of, step);
    return [{ mark: 'note' as const, text: of.words.decisionOn(text, what) }];
  });
