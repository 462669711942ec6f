/** The one run that a person means by an id, or by the beginning or the end of one. */
import { BatonError } from '../contracts/error.ts';
import { harmless } from '../core/cards/in-short.ts';
import type { Desk } from '../core/desk.ts';
import type { RunRow } from '../core/store/runs.ts';

/** Throws `usage` when there is none, or more than one. */
export async function findRun(desk: Desk, part: string): Promise<RunRow> {
  const typed = part.toLowerCase();
  const found = /^[0-9a-f-]+$/.test(typed) ? await desk.find(typed) : [];
  const [run] = found;
  if (run && found.length === 1) return run;
  const hint = run
    ? `is the beginning or end of several: ${found.map(({ id }) => id).join(', ')}`
    : 'is no run; see runs';
  throw new BatonError('usage', `${harmless(part)} ${hint}`, {
    problems: [{ code: 'usage', path: harmless(part), hint }],
  });
}
