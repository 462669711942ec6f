/**
 * Money as people write it. An amount of the smallest unit beside its currency, `{ minor: 12900, currency: 'EUR' }`, is
 * how money is computed with; nobody should have to decide about 129 euros by reading 12900.
 */
import type { Json } from '../../contracts/json.ts';
import type { Words } from './words.ts';

/** Exactly such an object and nothing else. */
export function isMoney(value: Json): value is { minor: number; currency: string } {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return false;
  const { minor, currency, ...rest } = value;
  const isMade = Number.isSafeInteger(minor) && typeof currency === 'string' && /^[A-Z]{3}$/.test(currency);
  return isMade && Object.keys(rest).length === 0;
}

/** `129.00 EUR`, `129,00 EUR`; null for what is no money. */
export function moneyText(value: Json, { locale }: Pick<Words, 'locale'>): string | null {
  if (!isMoney(value)) return null;
  const digits = digitsOf(value.currency);
  const written = new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  // A decimal text, since a fraction of two is not exact.
  return `${written.format(`${value.minor}E-${digits}` as `${number}`)} ${value.currency}`;
}

/** How many digits follow the point: two for EUR, none for JPY. */
const digitsOf = (currency: string): number =>
  new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;

/** What `moneyText` wrote, in any language: `1,290.00 EUR`, `1 290,00 EUR`; null for what is no such text. */
export function readMoney(text: string): { minor: number; currency: string } | null {
  const [, sign = '', amount = '', currency = ''] = /^([-−]?)([\d\s.,]*\d)\s*([A-Za-z]{3})$/.exec(text.trim()) ?? [];
  if (amount === '') return null;
  const code = currency.toUpperCase();
  const digits = digitsOf(code);
  // The last point or comma with no more digits behind it than the currency has is the decimal one.
  const [, whole = '', fraction = ''] =
    new RegExp(`^(.*?)(?:[.,](\\d{1,${Math.max(digits, 1)}}))?$`).exec(amount) ?? [];
  if (fraction.length > digits || !/^\d{1,3}(?:[\s.,]\d{3})*$|^\d+$/.test(whole)) return null;
  const minor = Number(`${whole.replace(/\D/g, '')}${fraction.padEnd(digits, '0')}`);
  return Number.isSafeInteger(minor) ? { minor: sign === '' ? minor : -minor, currency: code } : null;
}
