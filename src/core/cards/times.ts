/**
 * Times and durations as people of a language write them. UTC throughout: a card is read in many places and says the
 * same in all.
 */
import type { Words } from './words.ts';

/** `12:03 UTC`, with the day in front when it is another one than that of `beside`. */
export function clock(at: number, beside: number, words: Words): string {
  const [day, time] = partsOf(at, words);
  return day === partsOf(beside, words)[0] ? time : `${day} ${time}`;
}

/** `2026-11-22 12:03 UTC`, `22.11.2026 12:03 UTC`. */
export const moment = (at: number, words: Words): string => partsOf(at, words).join(' ');

function partsOf(at: number, words: Words): [day: string, time: string] {
  const text = new Date(at).toISOString();
  return [words.day(text.slice(0, 4), text.slice(5, 7), text.slice(8, 10)), `${text.slice(11, 16)} UTC`];
}

const units = [
  { name: 'd', ms: 86_400_000 },
  { name: 'h', ms: 3_600_000 },
  { name: 'min', ms: 60_000 },
  { name: 's', ms: 1_000 },
] as const;

/** The two largest units: `340 ms`, `4.2 s`, `3 min 20 s`, `2 d 5 h`; `4,2 с` in Russian. */
export function duration(ms: number, { locale, units: names }: Words): string {
  const number = (count: number, digits = 0) =>
    new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(count);
  if (ms < 1_000) return `${number(Math.max(0, ms))} ${names.ms}`;
  if (ms < 59_950) return `${number(ms / 1_000, 1)} ${names.s}`;
  const whole = Math.round(ms / 1_000) * 1_000;
  const first = units.findIndex((unit) => whole >= unit.ms);
  const [large, small] = [units[first]!, units[first + 1]!];
  const rest = Math.floor((whole % large.ms) / small.ms);
  return `${number(Math.floor(whole / large.ms))} ${names[large.name]}${rest > 0 ? ` ${rest} ${names[small.name]}` : ''}`;
}
