/** An estimate as a card: what a month costs by provider, and in short what that rests on. Pure. */
import type { Card, CardLine } from '../../contracts/card.ts';
import { enoughRuns } from '../estimate/basis.ts';
import { convert } from '../estimate/estimate.ts';
import { type Estimate, type EstimateInput, type ProviderEstimate, type Range, scenarios } from '../estimate/shape.ts';
import type { EstimateWords } from './words/estimate.ts';
import { estimateWordsIn, type Language, wordsIn } from './words.ts';

type Fact = Card['facts'][number];
interface Told {
  words: EstimateWords;
  locale: string;
}

export function estimateCard(made: Estimate, language: Language): Pick<Card, 'title' | 'facts' | 'lines'> {
  const told = { words: estimateWordsIn(language), locale: wordsIn(language).locale };
  const { words } = told;
  const { input, tokens, tasks, steps, escalations } = made;
  const count = (value: (scenario: keyof Range<0>) => bigint) =>
    scenarios.map((one) => shortly(value(one), told)).join(' / ');
  return {
    title: words.title(input.tasksPerDay, input.stepsPerTask),
    facts: [
      { label: words.facts.month, text: words.month(tasks, steps, input.daysPerMonth) },
      { label: words.facts.tokens, text: count((one) => tokens.input[one] + tokens.output[one]) },
      { label: words.facts.minutes, text: count((one) => (escalations.seconds[one] + 59n) / 60n) },
      ...made.providers.flatMap((provider) => providerFacts(provider, made, told)),
    ],
    lines: notes(made, told).map((text): CardLine => ({ mark: 'note', text })),
  };
}

/** The tokens; and what else is priced, with a line in all. In the other currency too, where there is a rate. */
function providerFacts(provider: ProviderEstimate, { input: { rate } }: Estimate, told: Told): Fact[] {
  const { name, currency, tokens, blended, people, support, month, development } = provider;
  const { facts } = told.words;
  const other = rate && (rate.from === currency ? rate.to : rate.from);
  const range = (given: Range<bigint | null> | null, into: string) => {
    const amounts = scenarios.map((one) => {
      const micro = given?.[one] ?? null;
      return micro === null ? told.words.unknown : amount(convert({ currency, micro }, into, rate), told);
    });
    return `${[...new Set(amounts)].length === 1 ? amounts[0] : amounts.join(' / ')} ${into}`;
  };
  const both = (given: Range<bigint | null> | null) =>
    other === null ? range(given, currency) : `${range(given, currency)} = ${range(given, other)}`;
  const fixed = (micro: bigint): Range<bigint> => ({ low: micro, expected: micro, high: micro });
  const fact = (what: string, text: string): Fact => ({ label: `${name}, ${what}`, text });
  return [
    { label: name, text: both(tokens) },
    fact(facts.perMillion, range(blended, currency)),
    ...(people ? [fact(facts.people, both(people))] : []),
    ...(support === null ? [] : [fact(facts.support, both(fixed(support)))]),
    ...(people || support !== null ? [fact(facts.all, both(month))] : []),
    ...(development === null ? [] : [fact(facts.development, both(fixed(development)))]),
  ];
}

function notes({ input, providers }: Estimate, told: Told): string[] {
  const { words } = told;
  const { minuteCost, support, development, rate } = input;
  const missing = [
    ...(minuteCost ? [] : [words.facts.minutes]),
    ...(support ? [] : [words.facts.support]),
    ...(development ? [] : [words.facts.development]),
  ].map((word) => word.toLowerCase());
  const foreign = providers.filter(
    (one) =>
      (minuteCost && !one.people) || (support && one.support === null) || (development && one.development === null),
  );
  const nameless = new Set(providers.flatMap(({ parts }) => parts.flatMap((one) => (one.price ? [] : [one.model]))));
  return [
    words.scenarios,
    ...basisNotes(input, told),
    ...(missing.length === 0 ? [] : [words.leftOut(missing)]),
    ...(foreign.length === 0 ? [] : [words.foreign(foreign.map(({ name }) => name).join(', '))]),
    ...(nameless.size === 0 ? [] : [words.nameless([...nameless].join(', '))]),
    ...(rate ? [words.rate(amount(rate.micro, told), rate.to, rate.from)] : []),
    ...providers.flatMap((provider) => priceNote(provider, words)),
    words.noBill,
  ];
}

function basisNotes({ measured, found, assumptions }: EstimateInput, told: Told): string[] {
  const { words } = told;
  const { modelSteps, retries, cachedInput, escalations, minutesEach } = assumptions;
  const say = (given: Range<number>) => {
    const numbers = scenarios.map((one) => given[one]);
    return [...new Set(numbers)].length === 1 ? `${numbers[0]}` : numbers.join(' / ');
  };
  if (!measured) {
    return [
      words.assumed(found, enoughRuns),
      words.calls(say(modelSteps), say(retries), say(cachedInput)),
      words.asked(say(escalations), say(minutesEach)),
    ];
  }
  const { runs, since, calls, failedCalls, questions } = measured;
  const share = (some: number, all: number) =>
    new Intl.NumberFormat(told.locale, { maximumFractionDigits: 1 }).format((100 * some) / Math.max(all, 1));
  return [
    words.measured(runs, since),
    words.failed(share(failedCalls, calls)),
    words.asked(share(questions, runs), say(minutesEach)),
  ];
}

/** The newest day of its prices, and the word of the least certain of them. */
function priceNote({ name, parts }: ProviderEstimate, words: EstimateWords): string[] {
  const prices = parts.flatMap(({ price }) => price ?? []);
  const newest = prices
    .map(({ from }) => from)
    .sort()
    .at(-1);
  const certainty = (['unofficial', 'secondary', 'official'] as const).find((one) =>
    prices.some((price) => price.certainty === one),
  );
  return newest === undefined || certainty === undefined ? [] : [words.prices(name, newest, certainty)];
}

/** To the hundredth, and from a million on without it. */
const amount = (micro: bigint, { locale }: Told): string =>
  new Intl.NumberFormat(locale, {
    minimumFractionDigits: micro < 1_000_000_000_000n ? 2 : 0,
    maximumFractionDigits: micro < 1_000_000_000_000n ? 2 : 0,
    // A decimal text, since a fraction of two is not exact.
  }).format(`${micro}E-6` as `${number}`);

/** Three digits tell enough of a large number: 93.2M. */
const shortly = (value: bigint, { locale }: Told): string =>
  value < 100_000n
    ? new Intl.NumberFormat(locale).format(value)
    : new Intl.NumberFormat(locale, { notation: 'compact', maximumSignificantDigits: 3 }).format(value);
