/**
 * Tax numbers and bank accounts: what a typing error would spoil is found by the check digits, before anybody looks at
 * it. VAT numbers and the Russian INN are checked by `jsvat`, IBANs by `ibantools`; the Russian account key is short
 * enough to be here.
 */
import { electronicFormatIBAN, isValidIBAN } from 'ibantools';
import { checkVAT, countries } from 'jsvat';

export interface TaxNumber {
  /** With its country's prefix, without blanks: `DE136695976`; a Russian INN is digits alone. */
  number: string;
  /** Two letters, or null for a number whose form nobody here knows. */
  country: string | null;
}

export interface Account {
  /** An IBAN without blanks, or `<20 digits>/<BIK>`. */
  number: string;
  country: string;
}

/** Reads a tax number; null when its check digits or its form are wrong. One of an unknown country is taken as it is. */
export function taxNumber(text: string): TaxNumber | null {
  const number = text
    .toUpperCase()
    .replace(/[\s.\-/]/g, '')
    .replace(/^RU(?=\d)/, '');
  if (/^\d{10}(\d{2})?$/.test(number)) {
    return checkVAT(`RU${number}`, countries).isValid ? { number, country: 'RU' } : null;
  }
  const { isValid, country } = checkVAT(number, countries);
  if (isValid) return { number, country: country?.isoCode.short ?? null };
  // Only digits, and not as many as an INN has: rather an INN with a digit too few than something unknown.
  const isKnown = prefixes.has(number.slice(0, 2)) || /^\d+$/.test(number);
  return isKnown || !/^[A-Z\d]{5,20}$/.test(number) ? null : { number, country: null };
}

/** The countries whose numbers can be checked, by the prefix. Greece writes EL. */
const prefixes = new Set([...countries.flatMap(({ codes }) => codes[0] ?? []), 'EL']);

/** Reads an IBAN, or a Russian account of 20 digits with its BIK in any words around them; null when either is wrong. */
export function bankAccount(text: string): Account | null {
  const iban = electronicFormatIBAN(text.replace(/^\s*IBAN[\s:]*/i, ''));
  if (iban !== null && isValidIBAN(iban)) return { number: iban, country: iban.slice(0, 2) };
  const digits = text.match(/\d+/g) ?? [];
  // The bank's own account at the central bank begins with 301 and often stands beside it.
  const account = digits.find((one) => one.length === 20 && !one.startsWith('301'));
  const bik = digits.find((one) => one.length === 9);
  if (account === undefined || bik === undefined || !hasRightKey(account, bik)) return null;
  return { number: `${account}/${bik}`, country: 'RU' };
}

/** The control key of Russian accounts: the bank's three digits before the account, weighed with 7, 1, 3. */
function hasRightKey(account: string, bik: string): boolean {
  // An account at the central bank itself is numbered by its office.
  const bank = /^\d{6}00\d$/.test(bik) ? `0${bik.slice(4, 6)}` : bik.slice(-3);
  const sum = [...`${bank}${account}`].reduce((at, digit, i) => at + ((Number(digit) * [7, 1, 3][i % 3]!) % 10), 0);
  return sum % 10 === 0;
}

/** The last four characters, by which people tell two numbers apart without seeing them: `…0130`. */
export const ending = (number: string): string => `…${number.replace(/\/.*$/, '').slice(-4)}`;
