/** What a model says of a run, marked as such, and what is asked when a plan or a budget does not hold. */
import type { Card } from '../../contracts/card.ts';
import type { QuestionState } from '../state.ts';
import { closing } from '../wording.ts';
import { plain, reasonText } from './facts.ts';
import { spentText } from './spent.ts';
import type { Material } from './steps.ts';
import { modelWordsOf } from './words.ts';

type Fact = Card['facts'][number];

const maxFindings = 8;
const maxWords = 700;

/** What a model makes of a question, and for a plan or a budget why it is asked. */
export function thoughtFacts({ question }: QuestionState, of: Material): Fact[] {
  const { state, words } = of;
  const { facts, by } = modelWordsOf(words);
  const { kind, error, briefing, findings = [] } = question;
  const isWhole = kind === 'plan' || kind === 'budget';
  const text = (label: keyof typeof facts, said: string): Fact => ({
    label: facts[label],
    text: plain(said, of, words, maxWords),
  });
  return [
    ...(isWhole && error ? [{ label: words.facts.why, text: reasonText(error, of, words) }] : []),
    ...findings.slice(0, maxFindings).map(({ code, path, hint }) => text('finding', `${code}, ${path}: ${hint}`)),
    ...(kind === 'budget' ? [{ label: facts.taken, text: spentText(state.thought.spent, words) }] : []),
    ...(briefing ? [text('briefing', by(briefing.text, briefing.by))] : []),
    ...(briefing?.proposal ? [text('proposal', by(briefing.proposal, briefing.by))] : []),
  ];
}

/** The end in a model's words, beside the facts and never instead of them. */
export function closingFacts(of: Material): Fact[] {
  const said = of.state.finished && of.state.thought.words[closing];
  if (!said) return [];
  const { facts, by } = modelWordsOf(of.words);
  return [{ label: facts.closing, text: plain(by(said.text, said.by), of, of.words, maxWords) }];
}
