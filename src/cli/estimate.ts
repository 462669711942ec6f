/**
 * `estimate`: what a month costs, in tokens and in money. Flags come before the configuration, and what the ledger knows
 * before what is assumed.
 */
import { BatonError, type Problem } from '../contracts/error.ts';
import type { PriceTable } from '../contracts/price.ts';
import { type Tier, tiers } from '../contracts/usage.ts';
import { readMicro } from '../core/estimate/amount.ts';
import { type Basis, bounds, inputOf } from '../core/estimate/basis.ts';
import { estimate } from '../core/estimate/estimate.ts';
import { estimateJson } from '../core/estimate/json.ts';
import type { EstimateInput, Money, Rate } from '../core/estimate/shape.ts';
import { estimateTable } from '../core/estimate/table.ts';
import { suggestion } from '../core/nearest.ts';
import { priceTables } from '../models/prices/tables.ts';
import type { Call } from './call.ts';
import { assumedBasis, readBasis } from './estimate-basis.ts';
import { exit } from './exit.ts';

type Flags = Call['flags'];

export async function estimateCost(call: Call): Promise<number> {
  const { flags, terminal } = call;
  // What is wrong with the flags is told before anything is opened.
  readInput(flags, assumedBasis());
  const basis = await readBasis(call);
  const made = estimate(
    readInput(flags, basis),
    priceTables.flatMap(({ prices }) => prices),
  );
  if (flags.json) terminal.out(JSON.stringify(estimateJson(made)));
  else for (const line of estimateTable(made)) terminal.out(line);
  return exit.completed;
}

/** Throws `usage` with every problem, each by the name of its flag. */
function readInput(flags: Flags, basis: Basis): EstimateInput {
  const problems: Problem[] = [];
  const refuse = (flag: string, hint: string): null => {
    problems.push({ code: 'usage', path: `--${flag}`, hint });
    return null;
  };
  const whole = (flag: string, from: number, to: number, otherwise: number): number => {
    const given = flags[flag];
    if (typeof given !== 'string') return otherwise;
    const number = /^\d{1,9}$/.test(given) ? Number(given) : Number.NaN;
    if (number >= from && number <= to) return number;
    refuse(flag, `must be a whole number from ${from} to ${to.toLocaleString('en')}`);
    return otherwise;
  };
  const tables = readProviders(flags, refuse);
  const load = {
    tasksPerDay: whole('tasks', ...bounds.tasks, 200),
    stepsPerTask: whole('steps', ...bounds.steps, 5),
    daysPerMonth: whole('days', 1, 31, 30),
    date: basis.use?.today ?? new Date().toISOString().slice(0, 10),
  };
  const begun = inputOf(load, { ...basis, tables });
  const rate = readRate(flags, refuse) ?? begun.rate;
  const money = (flag: string) => readMoney(flag, flags[flag], tables, rate, refuse);
  const input: EstimateInput = {
    ...begun,
    providers: readModels(flags, begun.providers, tables, refuse),
    minuteCost: money('minute-cost') ?? begun.minuteCost,
    support: money('support') ?? begun.support,
    development: money('development') ?? begun.development,
    rate,
  };
  if (problems.length === 0) return input;
  const message = problems.map(({ path, hint }) => `${path}: ${hint}`).join('; ');
  throw new BatonError('usage', message, { problems });
}

type Refuse = (flag: string, hint: string) => null;

function readProviders({ provider }: Flags, refuse: Refuse): readonly PriceTable[] {
  if (typeof provider !== 'string' || provider === 'all') return priceTables;
  const table = priceTables.find((one) => one.provider === provider);
  if (table) return [table];
  refuse(
    'provider',
    `${provider} is no provider; ${suggestion(provider, [...priceTables.map((one) => one.provider), 'all'])}`,
  );
  return priceTables;
}

/** Roubles for one dollar. There is no other source of it: a rate is never guessed. */
function readRate({ rate }: Flags, refuse: Refuse): Rate | null {
  if (typeof rate !== 'string') return null;
  const micro = readMicro(rate);
  if (micro !== null && micro > 0n && micro <= 1_000_000_000n) return { from: 'USD', to: 'RUB', micro };
  return refuse('rate', 'must be the roubles for one dollar, above 0 and up to 1,000, with a point, as in 92.5');
}

/** `30000`, in the currency of the one provider, or `30000RUB`. */
function readMoney(
  flag: string,
  given: string | true | undefined,
  tables: readonly PriceTable[],
  rate: Rate | null,
  refuse: Refuse,
): Money | null {
  if (typeof given !== 'string') return null;
  const [, number = '', named] = /^([\d.]+) ?([A-Za-z]{3})?$/.exec(given) ?? [];
  const micro = readMicro(number);
  const most = flag === 'minute-cost' ? 1_000_000n : 1_000_000_000n;
  if (micro === null || micro > most * 1_000_000n) {
    return refuse(flag, `must be an amount of up to ${most.toLocaleString('en')}, as in 30000, 0.25 or 30000RUB`);
  }
  const currencies = [...new Set(tables.map(({ currency }) => currency))];
  const currency = named?.toUpperCase() ?? currencies[0]!;
  if (named === undefined && currencies.length > 1) {
    return refuse(
      flag,
      `says no currency, and the providers count in ${currencies.join(' and ')}: choose one --provider, or write ${number}RUB and give --rate`,
    );
  }
  const known = new Set(priceTables.map((one) => one.currency));
  if (!known.has(currency)) return refuse(flag, `is in ${currency}; ${suggestion(currency, known)}`);
  const foreign = currencies.find((one) => one !== currency);
  if (foreign === undefined || rate) return { currency, micro };
  return refuse(
    flag,
    `is in ${currency}, and a provider counts in ${foreign}: give --rate, or choose another --provider`,
  );
}

/** A model of a price table goes to its provider; one that none has goes to all, and costs nobody knows what. */
function readModels(
  { models }: Flags,
  begun: EstimateInput['providers'],
  tables: readonly PriceTable[],
  refuse: Refuse,
): EstimateInput['providers'] {
  const given = typeof models === 'string' ? models.split(',') : [];
  const wanted = given.flatMap((pair) => {
    const [, tier = '', model = ''] = /^\s*([^=]*)=([\w.:/-]{1,100})\s*$/.exec(pair) ?? [];
    if (model === '') refuse('models', 'must be light=<model>,mid=<model>,strong=<model>, or some of them');
    else if (!tiers.includes(tier as Tier)) refuse('models', `${tier} is no tier; ${suggestion(tier, tiers)}`);
    else return [{ tier: tier as Tier, model, of: ownersOf(model) }];
    return [];
  });
  for (const { model, of } of wanted) {
    if (of.length > 0 && !of.some((one) => tables.includes(one))) {
      refuse('models', `${model} is a model of ${of[0]!.provider}, which --provider leaves out`);
    }
  }
  return begun.map((provider, i) => {
    const own = wanted.filter(({ of }) => of.length === 0 || of.includes(tables[i]!));
    return {
      ...provider,
      models: { ...provider.models, ...Object.fromEntries(own.map(({ tier, model }) => [tier, model] as const)) },
    };
  });
}

const ownersOf = (model: string) => priceTables.filter(({ prices }) => prices.some((price) => price.model === model));
