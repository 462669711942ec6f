/** What a run has cost, in words. */
import type { Card } from '../../contracts/card.ts';
import { isUnbilled, type ModelCall } from '../../contracts/usage.ts';
import type { RunState } from '../state.ts';
import type { Spent } from '../thought.ts';
import { plain } from './facts.ts';
import type { Material } from './steps.ts';
import { modelWordsOf, type Words } from './words.ts';

type Fact = Card['facts'][number];

/** `0.0123 USD`: to the hundredth, and as many digits more as a small amount needs to be told from nothing. */
export function microsText(micros: number, currency: string, { locale }: Pick<Words, 'locale'>): string {
  const digits = micros === 0 || micros >= 1e6 ? 2 : micros >= 1e4 ? 4 : 6;
  const written = new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: digits });
  // A decimal text, since a fraction of two is not exact.
  return `${written.format(`${micros}E-6` as `${number}`)} ${currency}`;
}

/** `0.0123 USD, 12,400 tokens in 4 calls of models`. */
export function spentText(spent: Spent, words: Words): string {
  const said = modelWordsOf(words);
  const money = Object.entries(spent.money).map(([currency, micros]) => microsText(micros, currency, words));
  const unpriced = spent.unpriced > 0 ? [said.unpriced(spent.unpriced)] : [];
  const taken = said.taken(money.join(' + '), spent.tokens, spent.calls);
  return [...(taken === '' ? [] : [taken]), ...unpriced].join(', ') || said.nothingTaken;
}

export const hasCost = ({ thought: { spent } }: RunState): boolean =>
  spent.calls > 0 || Object.keys(spent.money).length > 0;

/** Nothing for a run that cost nothing. */
export const costFacts = ({ state, words }: Material): Fact[] =>
  hasCost(state) ? [{ label: modelWordsOf(words).facts.cost, text: spentText(state.thought.spent, words) }] : [];

/** Who stood in for whom. */
export const standInTexts = (of: Material): string[] =>
  of.state.thought.standIns.map(({ provider, instead }) =>
    modelWordsOf(of.words).standIn(plain(provider, of, of.words), plain(instead, of, of.words)),
  );

const noUsage = { input: 0, output: 0, cachedInput: 0 };

/** One call of a model: `plan: <provider> <model>, 5,210 tokens (4,096 cached), 0.0123 USD`. */
export function modelCallText({ purpose, provider, model, usage, cost, error }: ModelCall, words: Words): string {
  const said = modelWordsOf(words);
  const { input, output, cachedInput } = usage ?? noUsage;
  const taken = usage || isUnbilled(error) ? said.tokens(input + output, cachedInput) : said.unpriced(1);
  const price = cost ? microsText(cost.micros, cost.currency, words) : usage ? said.noPrice : '';
  const failed = error ? `; ${words.failures[error.code]}` : '';
  return `${said.called(purpose, `${provider} ${model}`, taken, price)}${failed}`;
}
