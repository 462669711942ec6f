import type { ModelWords } from './models.ts';
import { pluralsOf } from './plural.ts';

const locale = 'en-US';
const plural = pluralsOf<'one' | 'other'>(locale);
const number = new Intl.NumberFormat(locale).format;
const units: Record<string, string> = { tokens: 'tokens', calls: 'calls' };

export const englishModels: ModelWords = {
  failures: {
    model_missing: 'Only a model can plan this, and none is set up',
    model_unreachable: 'The model could not be reached',
    model_unavailable: 'The model is out of order',
    model_throttled: 'The model asked to come back later',
    model_quota: 'The account with the provider of the model is used up',
    model_unauthorised: 'The provider of the model does not accept the key',
    model_rejected: 'The provider of the model did not accept the request',
    model_refused: 'The model declined to answer',
    model_filtered: 'A filter held the answer of the model back',
    model_truncated: 'The answer of the model was cut off',
    model_malformed: 'The answer of the model does not have the form that was asked for',
    budget_soft: 'A soft limit is reached',
    budget_exceeded: 'A hard limit of money, tokens or calls is reached',
  },
  taken: (money, tokens, calls) =>
    [
      ...(money === '' ? [] : [money]),
      ...(calls === 0
        ? []
        : [
            `${number(tokens)} ${plural(tokens, { one: 'token', other: 'tokens' })} in ${number(calls)} ${plural(calls, { one: 'call', other: 'calls' })} of models`,
          ]),
    ].join(', '),
  nothingTaken: 'Nothing: no model was asked, and no agent has a price',
  unpriced: (calls) =>
    `${number(calls)} ${plural(calls, { one: 'call', other: 'calls' })} at a price that nobody knows (n/a)`,
  noPrice: 'n/a',
  standIn: (provider, instead) => `${provider} stood in for ${instead}, which could not answer`,
  about: { answer: 'what was missing', plan: 'the plan', budget: 'the budget' },
  titles: { plan: 'No plan could be proven', budget: 'It may cost more than planned. Go on?' },
  does: {
    edit: 'takes the plan that you write, once it is proven',
    retry: 'lets the model try again',
    stop: 'ends the run, and takes back what it did',
    approve: 'goes on, up to the hard limit',
  },
  facts: {
    cost: 'Cost',
    taken: 'Taken so far',
    briefing: 'A model says',
    proposal: 'A model proposes',
    closing: 'In short',
    finding: 'Against the plan',
  },
  by: (text, by) => `${text} (written by ${by}, not checked)`,
  called: (purpose, by, tokens, cost) => `${purpose}: ${by}, ${tokens}${cost === '' ? '' : `, ${cost}`}`,
  tokens: (count, cached) =>
    `${number(count)} ${plural(count, { one: 'token', other: 'tokens' })}${cached > 0 ? ` (${number(cached)} cached)` : ''}`,
  limit: (scope, limit, unit) =>
    `The ${limit} limit of ${units[unit] ?? unit} for ${scope === 'run' ? 'a run' : 'a day'} is reached`,
  refused: (by, findings) =>
    `A plan by ${by} was turned down: ${number(findings)} ${plural(findings, { one: 'finding', other: 'findings' })}`,
};
