/** What a look at a deployment finds: one line, and what to do about it. */
import type { ErrorCode } from '../../contracts/error.ts';

export interface Finding {
  /** What was looked at, in a word. */
  check: string;
  ok: boolean;
  text: string;
  /** What to do; only where something needs attention. */
  advice?: string;
  /** Runs that it is about, at most a few. */
  runs?: string[];
  /** Why nothing more can be said: the same code with which a command would end. */
  code?: ErrorCode;
}

export const fine = (check: string, text: string): Finding => ({ check, ok: true, text });

export const wrong = (
  check: string,
  text: string,
  advice: string,
  more: Pick<Finding, 'runs' | 'code'> = {},
): Finding => ({ check, ok: false, text, advice, ...more });

/** `one run`, `3 runs`. */
export const count = (n: number, one: string, many = `${one}s`): string => (n === 1 ? `one ${one}` : `${n} ${many}`);

/** `40 s`, `5 min`, `3 h`, `12 days`: how long something has been so. */
export function age(ms: number): string {
  const steps = [
    { unit: 's', ms: 1_000 },
    { unit: 'min', ms: 60_000 },
    { unit: 'h', ms: 3_600_000 },
    { unit: 'days', ms: 86_400_000 },
  ];
  const step = steps.findLast((one) => ms >= 2 * one.ms) ?? steps[0]!;
  return `${Math.floor(ms / step.ms)} ${step.unit}`;
}
