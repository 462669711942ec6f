/** `cost`: what the ledger adds up to, for people, for programs and for spreadsheets. */
import { BatonError, type Problem } from '../contracts/error.ts';
import { harmless } from '../core/cards/in-short.ts';
import { exact, grouped, price } from '../core/estimate/amount.ts';
import { suggestion } from '../core/nearest.ts';
import { type Grouping, groupings, type Total, type TotalsQuery } from '../core/store/ledger-totals.ts';
import type { Call } from './call.ts';
import { exit } from './exit.ts';
import { findRun } from './find.ts';
import { withBaton } from './open.ts';
import { columnsOf } from './table.ts';

export function showCost(call: Call): Promise<number> {
  const asked = readQuery(call);
  const [part] = call.arguments;
  return withBaton(call, false, async ({ orchestrator: { desk } }) => {
    const run = part === undefined ? undefined : (await findRun(desk, part)).id;
    const totals = await desk.totals({ ...asked, run });
    const { json, csv } = call.flags;
    const lines = json ? totals.map((total) => JSON.stringify(plainly(total))) : (csv ? csvOf : tablesOf)(totals);
    lines.forEach(call.terminal.out);
    return exit.completed;
  });
}

/** Throws `usage` with every problem, each by the name of its flag. */
function readQuery({ arguments: [run], flags }: Call): TotalsQuery {
  const problems: Problem[] = [];
  const refuse = (flag: string, hint: string): undefined => {
    problems.push({ code: 'usage', path: `--${flag}`, hint });
    return undefined;
  };
  const day = (flag: string, also = '') => {
    const given = flags[flag];
    if (typeof given !== 'string' || isDay(given)) return given === true ? undefined : given;
    return refuse(flag, `must be a day, as in 2026-11-01${also}`);
  };
  const [, days] = /^(\d{1,4})d$/.exec(String(flags.since ?? '')) ?? [];
  const since = days === undefined ? day('since', ', or the last days, as in 7d') : { days: Number(days) };
  if (days !== undefined && Number(days) === 0) refuse('since', 'must be a day at least: 1d is today');
  const until = day('until');
  if (typeof since === 'string' && until !== undefined && until < since)
    refuse('until', `lies before --since ${since}`);
  if (flags.json && flags.csv) refuse('csv', 'is another form than --json: choose one');
  const otherwise: Grouping[] = run === undefined ? ['route', 'agent', 'model', 'day'] : ['purpose', 'agent', 'model'];
  const by = typeof flags.by === 'string' ? readGroupings(flags.by, refuse) : otherwise;
  if (problems.length === 0) return { by, since, until };
  throw new BatonError('usage', problems.map(({ path, hint }) => `${path}: ${hint}`).join('; '), { problems });
}

function readGroupings(given: string, refuse: (flag: string, hint: string) => undefined): Grouping[] {
  const words = [...new Set(given.split(',').map((word) => word.trim()))];
  return words.flatMap((word) => {
    const known = groupings.find((one) => one === word);
    return known ?? refuse('by', `${harmless(word)} is nothing to add up by; ${suggestion(word, groupings)}`) ?? [];
  });
}

/** A day that is in the calendar: a month has no 31st because somebody wrote it. */
function isDay(text: string): boolean {
  const read = /^\d{4}-\d\d-\d\d$/.test(text) ? new Date(`${text}T00:00:00Z`) : null;
  return read !== null && !Number.isNaN(read.getTime()) && read.toISOString().startsWith(text);
}

const currenciesOf = (totals: readonly Total[]): string[] =>
  [...new Set(totals.flatMap(({ money }) => Object.keys(money)))].sort();

function tablesOf(totals: readonly Total[]): string[] {
  const all = totals.find(({ by }) => by === 'all');
  if (!all) return ['Nothing: no model was asked, and no agent with a price was called.'];
  const currencies = currenciesOf(totals);
  const sums = ({ calls, failed, tokens, cached, output, reasoning, money, unpriced }: Total) => [
    ...[calls, failed, tokens, cached, output, reasoning].map((count) => grouped(BigInt(count))),
    ...currencies.map((currency) => (money[currency] === undefined ? '–' : price(money[currency]))),
    unpriced === 0 ? '–' : grouped(BigInt(unpriced)),
  ];
  const head = ['calls', 'failed', 'tokens', 'cached', 'output', 'reasoning', ...currencies, 'n/a'];
  const tables = [...Map.groupBy(totals, ({ by }) => by)].filter(([by]) => by !== 'all');
  // One width for all, so that a column is a column from the first table to the last.
  const rows = tables.flatMap(([by, of]) => [
    [by, ...head],
    ...of.map((total) => [total.key === null ? '–' : harmless(total.key, 60), ...sums(total)]),
    ['in all', ...sums(all)],
  ]);
  const lines = columnsOf(rows, 1);
  const ends = tables.map(([, of]) => of.length + 2);
  return [...ends.flatMap((length, i) => [...(i === 0 ? [] : ['']), ...lines.splice(0, length)]), ...notesOf(all)];
}

const calls = (count: number, one: string, many: string) =>
  `${grouped(BigInt(count))} ${count === 1 ? `call ${one}` : `calls ${many}`}`;

const notesOf = ({ unpriced, unsure }: Total): string[] => [
  ...(unpriced > 0 || unsure > 0 ? [''] : []),
  ...(unpriced > 0
    ? [`n/a: ${calls(unpriced, 'has a price', 'have prices')} that nobody knows; no sum of money has it.`]
    : []),
  ...(unsure > 0
    ? [`${calls(unsure, 'was', 'were')} not heard of again: the most that can be billed is in the sums.`]
    : []),
];

const plainly = ({ money, ...total }: Total): object => ({
  ...total,
  money: Object.fromEntries(Object.entries(money).map(([currency, micros]) => [currency, exact(micros)])),
});

function csvOf(totals: readonly Total[]): string[] {
  const currencies = currenciesOf(totals);
  const counts = ['calls', 'failed', 'tokens', 'cached', 'output', 'reasoning', 'unpriced', 'unsure'] as const;
  const rows = totals.map((total) => [
    total.by,
    total.key ?? '',
    ...counts.map((count) => String(total[count])),
    ...currencies.map((currency) => (total.money[currency] === undefined ? '' : exact(total.money[currency]))),
  ]);
  return [['by', 'key', ...counts, ...currencies], ...rows].map((row) => row.map(cell).join(','));
}

/** RFC 4180. */
const cell = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
