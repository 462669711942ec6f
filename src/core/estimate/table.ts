/** An estimate as people read it, in lines of at most 80 columns. */
import { grouped, price, rounded } from './amount.ts';
import { enoughRuns } from './basis.ts';
import { convert } from './estimate.ts';
import { type Estimate, type Part, type ProviderEstimate, parts, type Range, scenarios, tierOf } from './shape.ts';
import { statements } from './statements.ts';

const [width, column] = [80, 18];
const unknown = 'n/a';

export function estimateTable(estimate: Estimate): string[] {
  const { tasksPerDay, stepsPerTask, daysPerMonth } = estimate.input;
  return [
    ...wrap(
      `${counted(tasksPerDay, 'task')} a day of ${counted(stepsPerTask, 'step')} each, ${counted(daysPerMonth, 'day')} a month: ${grouped(estimate.tasks)} tasks and ${grouped(estimate.steps)} steps a month.`,
    ),
    '',
    ...usage(estimate),
    ...estimate.providers.flatMap((provider) => ['', ...costs(provider, estimate)]),
    '',
    ...hints(estimate),
    '',
    ...assumed(estimate),
  ];
}

function usage({ parts: of, lines, tokens, escalations }: Estimate): string[] {
  const tiersOf = (part: Part) =>
    lines.flatMap((line) => (line.part === part ? [line.tier] : [])).join(', ') || tierOf[part];
  const sum = (part: Part) => all((scenario) => of[part].input[scenario] + of[part].output[scenario]);
  return [
    row('Tokens a month', scenarios),
    ...parts.map((part) => row(`  ${part === 'steps' ? 'steps of models' : part} (${tiersOf(part)})`, sum(part))),
    row(
      '  in all',
      all((scenario) => tokens.input[scenario] + tokens.output[scenario]),
    ),
    row(
      '    of these input',
      all((scenario) => tokens.input[scenario]),
    ),
    row(
      '      of it cached',
      all((scenario) => tokens.cachedInput[scenario]),
    ),
    row(
      '    of these output',
      all((scenario) => tokens.output[scenario]),
    ),
    row(
      "People's minutes a month",
      all((scenario) => (escalations.seconds[scenario] + 59n) / 60n),
    ),
  ];
}

const all = (value: (scenario: keyof Range<0>) => bigint): string[] =>
  scenarios.map((one) => short(value(one), grouped));

function costs(provider: ProviderEstimate, { input: { rate } }: Estimate): string[] {
  const { currency } = provider;
  const other = rate === null ? null : rate.from === currency ? rate.to : rate.from;
  const money = (given: Range<bigint | null> | null, into = currency) =>
    scenarios.map((one) => {
      const micro = given?.[one] ?? null;
      return micro === null ? unknown : short(convert({ currency, micro }, into, rate), rounded);
    });
  const both = (title: string, given: Range<bigint | null> | null) => [
    row(`  ${title}, ${currency}`, money(given)),
    ...(other === null ? [] : [row(`  ${title}, ${other}`, money(given, other))]),
  ];
  const fixed = (micro: bigint): Range<bigint> => ({ low: micro, expected: micro, high: micro });
  return [
    row(`${provider.name}, ${currency} a month`, scenarios),
    ...provider.parts.map(({ part, model, money: given }) => row(`  ${part}: ${model}`, money(given))),
    ...both('tokens', provider.tokens),
    row('  blended, per million', money(provider.blended)),
    ...(provider.people ? [row('  people', money(provider.people))] : []),
    ...(provider.support === null ? [] : [row('  support', money(fixed(provider.support)))]),
    ...(provider.people || provider.support !== null ? both('in all', provider.month) : []),
    ...(provider.development === null ? [] : both('development, once', fixed(provider.development))),
  ];
}

function hints({ input, providers }: Estimate): string[] {
  const { minuteCost, development, support, rate, measured, found } = input;
  const missing = [
    ...(minuteCost ? [] : ["people's minutes (--minute-cost)"]),
    ...(development ? [] : ['development (--development)']),
    ...(support ? [] : ['support (--support)']),
  ];
  const nameless = new Set(
    providers.flatMap((one) => one.parts.filter(({ price: of }) => of === null).map(({ model }) => model)),
  );
  const foreign = providers.filter(
    (one) =>
      (minuteCost && !one.people) || (support && one.support === null) || (development && one.development === null),
  );
  return [
    ...(measured || found === null ? [] : wrap(tooFew(found))),
    ...(foreign.length === 0
      ? []
      : wrap(
          `Left out for ${foreign.map(({ name }) => name).join(', ')}: what is priced in another currency; it needs --rate.`,
        )),
    ...(missing.length === 0 ? [] : wrap(`Not priced, and so left out: ${missing.join(', ')}.`)),
    ...(rate
      ? wrap(`${price(rate.micro)} ${rate.to} for one ${rate.from}, as you said.`)
      : ['For both currencies give --rate, in roubles for one dollar.']),
    ...(nameless.size === 0
      ? []
      : wrap(`No price table has ${[...nameless].join(', ')}: its tokens are counted, its money is ${unknown}.`)),
    ...wrap('An estimate is not a bill: see what your provider counts, and its prices of today.'),
  ];
}

function assumed({ input, providers }: Estimate): string[] {
  const prices = new Set(providers.flatMap(({ parts: of }) => of.flatMap((one) => one.price ?? [])));
  const bySource = Map.groupBy(prices, ({ certainty, source }) => `${certainty}; ${source}`);
  return [
    input.measured ? 'What it rests on, low / expected / high' : 'Assumptions, low / expected / high',
    ...statements(input).flatMap(({ words, source }) => [...wrap(words, '  '), ...wrap(`From: ${source}.`, '    ')]),
    ...wrap(`Days: ${input.daysPerMonth} a month.`, '  '),
    ...wrap(
      'From: --days; 30 unless you say otherwise, since messages come every day. Count 21 or 22 for working days alone.',
      '    ',
    ),
    '',
    'Prices of a million tokens: input, cached input, output',
    ...[...bySource].flatMap(([source, from]) => [
      ...from.flatMap((one) => {
        const amounts = [one.input, one.cachedInput, one.output].map(price).join(', ');
        return wrap(`${one.model}: ${amounts} ${one.currency} from ${one.from}.`, '  ');
      }),
      ...wrap(`From: ${source}.`, '    '),
    ]),
  ];
}

const tooFew = (found: number): string =>
  `The ledger has ${counted(found, 'run')} of the last 30 days that asked models, and it takes ${enoughRuns} to measure: all of this is assumed.`;

const counted = (n: number, noun: string): string => `${n.toLocaleString('en')} ${noun}${n === 1 ? '' : 's'}`;

/** What is too long for its column is shown in millions. */
function short(value: bigint, write: (value: bigint) => string): string {
  const text = write(value);
  return text.length < column ? text : `${write(value / 1_000_000n).replace(/\.\d+$/, '')} M`;
}

function row(label: string, cells: readonly string[]): string {
  const most = width - 3 * column;
  const title = label.length > most ? `${label.slice(0, most - 1)}…` : label;
  return title.padEnd(most) + cells.map((cell) => cell.padStart(column)).join('');
}

/** Words that do not fit go on in the next line; one that fits in none is cut. */
function wrap(text: string, indent = ''): string[] {
  const lines: string[] = [];
  let line = indent;
  const most = width - indent.length;
  for (const whole of text.split(' ')) {
    const word = whole.length > most ? `${whole.slice(0, most - 1)}…` : whole;
    const isFirst = line === indent;
    if (!isFirst && line.length + 1 + word.length > width) {
      lines.push(line);
      line = indent + word;
    } else line += isFirst ? word : ` ${word}`;
  }
  return [...lines, line];
}
