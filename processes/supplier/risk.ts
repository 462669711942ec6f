/**
 * The risk of a supplier: a table of what speaks against it, each with its points. The same facts give the same score,
 * and every point of it is explained; nobody is weighed by a model.
 */
import { bankAccount, taxNumber } from './numbers.ts';
import type { Match } from './sanctions.ts';

export const levels = ['low', 'medium', 'high'] as const;
export type Level = (typeof levels)[number];

export interface Facts {
  country: string;
  taxId: string;
  account: string;
  email: string;
  /** The sanctions list has a name like this one. */
  match: Match | null;
  /** Another supplier writes from the same domain. */
  knownDomain: boolean;
}

export interface Risk {
  score: number;
  level: Level;
  reasons: string[];
}

const mediumFrom = 30;
const highFrom = 60;

/** Where money is not sent without a second look. */
const watched = new Set(['IR', 'KP', 'MM']);

const anybodysMail = new Set([
  ...['gmail.com', 'googlemail.com', 'outlook.com', 'hotmail.com', 'yahoo.com', 'icloud.com', 'proton.me', 'gmx.de'],
  ...['web.de', 'mail.ru', 'bk.ru', 'inbox.ru', 'list.ru', 'yandex.ru', 'ya.ru', 'rambler.ru'],
]);

export const domainOf = (email: string): string => email.slice(email.lastIndexOf('@') + 1).toLowerCase();

type Rule = { points: number; reason: (facts: Facts) => string | null };

const rules: Rule[] = [
  {
    points: 60,
    reason: ({ match }) => match && `The name is like ${match.listed} on the sanctions list (${match.entry})`,
  },
  // A wrong number gets here only as the word of a person, who was asked for the right one.
  { points: 60, reason: ({ taxId }) => (taxNumber(taxId) ? null : 'The check digits of the tax number are wrong') },
  { points: 60, reason: ({ account }) => (bankAccount(account) ? null : 'The check digits of the account are wrong') },
  {
    points: 30,
    reason: ({ account, country }) => {
      const at = bankAccount(account)?.country ?? country;
      return at === country ? null : `The account is in ${at}, the supplier in ${country}`;
    },
  },
  {
    points: 30,
    reason: ({ taxId, country }) => {
      const at = taxNumber(taxId)?.country ?? country;
      return at === country ? null : `The tax number is of ${at}, the supplier in ${country}`;
    },
  },
  {
    points: 20,
    reason: ({ taxId, country }) =>
      taxNumber(taxId)?.country === null ? `Nobody here can check tax numbers of ${country}` : null,
  },
  { points: 60, reason: ({ country }) => (watched.has(country) ? `${country} is a country under watch` : null) },
  {
    points: 20,
    reason: ({ email }) => (anybodysMail.has(domainOf(email)) ? `Anybody can write from ${domainOf(email)}` : null),
  },
  {
    points: 10,
    reason: ({ email, knownDomain }) =>
      knownDomain || anybodysMail.has(domainOf(email)) ? null : `Nobody has written from ${domainOf(email)} before`,
  },
];

/** Adds up what speaks against a supplier. */
export function assess(facts: Facts): Risk {
  const found = rules.flatMap(({ points, reason }) => {
    const words = reason(facts);
    return words ? [{ points, words }] : [];
  });
  const score = Math.min(
    100,
    found.reduce((sum, { points }) => sum + points, 0),
  );
  const level = score >= highFrom ? 'high' : score >= mediumFrom ? 'medium' : 'low';
  return { score, level, reasons: found.map(({ points, words }) => `${words} (+${points})`) };
}
