/**
 * Money as people write it. An amount of the smallest unit beside its currency, `{ minor: 12900, currency: 'EUR' }`, is
 * how money is computed with; nobody should have to decide about 129 euros by reading 12900.
 */
import type { Json } from '../../contracts/json.ts';

/** `129.00 EUR`, or null for whatever is not exactly such an object. */
export function moneyText(value: Json): string | null {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return null;
  const { minor, currency, ...rest } = value;
  if (!Number.isSafeInteger(minor) || typeof currency !== 'string' || !/^[A-Z]{3}$/.test(currency)) return null;
  if (Object.keys(rest).length > 0) return null;
  const digits = digitsOf(currency);
  const units = BigInt(Math.abs(minor as number))
    .toString()
    .padStart(digits + 1, '0');
  const whole = digits === 0 ? units : `${units.slice(0, -digits)}.${units.slice(-digits)}`;
  return `${(minor as number) < 0 ? '-' : ''}${whole} ${currency}`;
}

/** How many digits follow the point: two for EUR, none for JPY. */
const digitsOf = (currency: string): number =>
  new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
