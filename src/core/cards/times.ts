/** Times and durations as people read them. UTC throughout: a card is read in many places and says the same in all. */

/** `12:03 UTC`, with the day in front when it is another one than that of `beside`. */
export function clock(at: number, beside: number): string {
  const whole = moment(at);
  return whole.slice(0, 10) === moment(beside).slice(0, 10) ? whole.slice(11) : whole;
}

/** `2026-11-22 12:03 UTC`. */
export function moment(at: number): string {
  const text = new Date(at).toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, 16)} UTC`;
}

const units = [
  { name: 'd', ms: 86_400_000 },
  { name: 'h', ms: 3_600_000 },
  { name: 'min', ms: 60_000 },
  { name: 's', ms: 1_000 },
] as const;

/** The two largest units: `340 ms`, `4.2 s`, `3 min 20 s`, `2 d 5 h`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 59_950) return `${(ms / 1_000).toFixed(1).replace(/\.0$/, '')} s`;
  const whole = Math.round(ms / 1_000) * 1_000;
  const first = units.findIndex((unit) => whole >= unit.ms);
  const [large, small] = [units[first]!, units[first + 1]!];
  const rest = Math.floor((whole % large.ms) / small.ms);
  return `${Math.floor(whole / large.ms)} ${large.name}${rest > 0 ? ` ${rest} ${small.name}` : ''}`;
}
