/** What the calculator says in a chat, in English. */
import type { EstimateWords } from './estimate.ts';
import { pluralsOf } from './plural.ts';

const plural = pluralsOf<'one' | 'other'>('en-US');
const number = new Intl.NumberFormat('en-US').format;
const count = (of: number | bigint, one: string) => `${number(of)} ${plural(Number(of), { one, other: `${one}s` })}`;
const certainties = {
  official: 'as the provider says',
  secondary: 'second hand',
  unofficial: 'unofficial: nobody stands by them',
};

export const englishEstimate: EstimateWords = {
  title: (tasks, steps) => `${count(tasks, 'task')} a day of ${count(steps, 'step')} each: what a month costs`,
  usage: (tasks, steps) =>
    `Like this: estimate 200 5 – tasks a day, up to ${number(tasks)}, and steps a task, from 1 to ${number(steps)}.`,
  facts: {
    month: 'A month',
    tokens: 'Tokens',
    minutes: "People's minutes",
    perMillion: 'a million tokens',
    people: 'people',
    support: 'support',
    all: 'in all',
    development: 'development, once',
  },
  month: (tasks, steps, days) => `${count(tasks, 'task')} and ${count(steps, 'step')} on ${count(days, 'day')}`,
  unknown: 'n/a',
  scenarios: 'Three numbers are low / expected / high',
  measured: (runs, since) => `Measured: from ${count(runs, 'run')} since ${since}`,
  assumed: (found, needed) =>
    `Assumed, not measured${found === null ? '' : `: ${count(found, 'run')} of the last 30 days asked models, and it takes ${needed}`}`,
  calls: (steps, repeats, cached) =>
    `A task is a call each to understand, plan and close it; models close ${steps} % of the steps; ${repeats} % of the calls are made twice, ${cached} % of the input is cached`,
  failed: (share) => `Calls that failed: ${share} %; what they took is counted`,
  asked: (times, minutes) => `People are asked ${times} times in 100 tasks, and take ${minutes} minutes each time`,
  leftOut: (what) => `Not priced, and so left out: ${what.join(', ')}`,
  foreign: (providers) => `Left out for ${providers}: what is priced in another currency, since nobody gave a rate`,
  nameless: (models) => `No price table has ${models}`,
  prices: (provider, from, certainty) => `Prices of ${provider}: the newest from ${from}, ${certainties[certainty]}`,
  rate: (amount, of, one) => `${amount} ${of} for one ${one}`,
  noBill: 'An estimate is not a bill',
};
