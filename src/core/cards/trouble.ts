/**
 * What a question about a step that did not close says beside its input: why it did not, what was tried, which steps
 * wait for it, and what each answer does.
 */
import type { Card, CardLine } from '../../contracts/card.ts';
import type { Verb } from '../../contracts/escalation.ts';
import { dependenciesOf } from '../../contracts/plan.ts';
import { isSettled, type QuestionState, type RunState } from '../state.ts';
import { plain, reasonText } from './facts.ts';
import { type Material, stepTitle } from './steps.ts';
import { duration } from './times.ts';
import { modelWordsOf, type Said, saidOf } from './words.ts';

type Fact = Card['facts'][number];

const maxWaiting = 5;
const maxMismatches = 5;

/** Nothing for a question of another kind. */
export function troubleFacts(asked: QuestionState, of: Material): Fact[] {
  const { kind, error, step, subject } = asked.question;
  if ((kind !== 'failure' && kind !== 'uncertain') || step === null) return [];
  const { facts, mismatch, tries, nothing } = of.words;
  // The card of a closed question still tells of what was tried before it was asked.
  const tried = (of.state.steps[step]?.attempts ?? []).filter(
    ({ revision, startedAt }) => revision === subject?.revision && startedAt <= asked.askedAt,
  );
  const [first, last] = [tried[0], tried.at(-1)];
  const why = error ?? last?.error;
  return [
    ...(why ? [{ label: facts.why, text: reasonText(why, of, of.words) }] : []),
    ...(why?.mismatches ?? []).slice(0, maxMismatches).map(({ path, expected, received }) => ({
      label: `${facts.mismatch}: ${plain(path, of, of.words)}`,
      text: plain(mismatch(expected, received), of, of.words),
    })),
    {
      label: facts.tried,
      text: tries(tried.length, first && last ? duration(last.endedAt - first.startedAt, of.words) : ''),
    },
    { label: facts.waiting, text: waitingTitles(step, of) || nothing },
  ];
}

/** The steps that cannot start before this one is settled, however many others are between. */
function waitingTitles(ref: string, of: Material): string {
  const waiting = waitingFor(ref.split('[')[0]!, of.state);
  const titles = waiting.slice(0, maxWaiting).map((id) => stepTitle(of, id));
  const shown = titles.join('; ');
  return waiting.length > maxWaiting ? of.words.andMore(shown, waiting.length - maxWaiting) : shown;
}

function waitingFor(id: string, { plan, steps }: RunState): string[] {
  const found = new Set([id]);
  // A plan's steps may stand in any order, so one look at them is not enough.
  for (let before = 0; before < found.size; ) {
    before = found.size;
    for (const step of plan?.steps ?? []) if (dependenciesOf(step).some((one) => found.has(one))) found.add(step.id);
  }
  return [...found].filter((one) => one !== id && !isSettled(steps[one]!));
}

/** What each button does, while there are any. An approval explains itself by what would happen. */
export function answerLines({ question, decision }: QuestionState, { words }: Material): CardLine[] {
  if (decision) return [];
  return question.policy.verbs.flatMap((verb): CardLine[] => {
    const said = saidOf(question.kind, verb);
    const { kind } = question;
    const isWhole = kind === 'plan' || kind === 'budget';
    const all: Partial<Record<Said<Verb>, string>> = isWhole ? modelWordsOf(words).does : words.does;
    const does = all[said];
    const isAsked = isWhole || kind === 'failure' || kind === 'uncertain';
    return does && isAsked ? [{ mark: 'note', text: words.buttons[said], detail: does }] : [];
  });
}
