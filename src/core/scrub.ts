/**
 * Makes a value storable. Postgres refuses U+0000 in text and lone surrogates in jsonb
 * (https://www.postgresql.org/docs/current/datatype-json.html), and people, models and agents send both. They become
 * U+FFFD before anything is decided, digested or stored, so that what was decided upon is what is read back.
 */
import type { Json } from '../contracts/json.ts';

/** Replaces U+0000 and lone surrogates. */
export const scrubText = (text: string): string => text.toWellFormed().replaceAll('\u0000', '\uFFFD');

/** Replaces them in every string and key of a value; returns the same object when there is nothing to replace. */
export function scrub<T extends Json>(value: T): T {
  return isSuspect(JSON.stringify(value)) ? (walk(value) as T) : value;
}

// JSON.stringify writes both as escapes, so one look at the text finds them (and, harmlessly, some that are not).
const isSuspect = (text: string): boolean => text.includes('\\u') && /\\u(0000|d[89a-f])/i.test(text);

function walk(value: Json): Json {
  if (typeof value === 'string') return scrubText(value);
  if (Array.isArray(value)) return value.map(walk);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [scrubText(key), walk(inner)]));
}

/** JSON text that jsonb accepts. */
export function encodeJson(value: unknown): string {
  const text = JSON.stringify(value);
  return isSuspect(text) ? JSON.stringify(walk(value as Json)) : text;
}
