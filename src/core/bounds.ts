/** How large a value from outside may be. Looked at before anything recursive touches it. */
import type { Mismatch } from '../contracts/error.ts';

/** How many lists and objects may sit in each other. */
export const maxValueDepth = 64;
/** What people may write into an `edit` or an `answer`. */
export const maxGivenBytes = 256_000;
/** No contract lets an output be larger, so no value of a `done` can be. */
export const maxAnyBytes = 10_000_000;

/** Why a value is out of bounds, as a mismatch at its root; null when it is not. */
export function outOfBounds(value: unknown, maxBytes: number): Mismatch | null {
  const tooLarge = { path: '', expected: `at most ${maxBytes} bytes`, received: 'more' };
  const left: { of: unknown; depth: number }[] = [{ of: value, depth: 0 }];
  // Each node counts at least one byte, so that what refers to itself comes to an end.
  let bytes = 0;
  for (let next = left.pop(); next; next = left.pop()) {
    const { of, depth } = next;
    bytes += typeof of === 'string' ? Buffer.byteLength(of) + 2 : 1;
    if (bytes > maxBytes) return tooLarge;
    if (typeof of !== 'object' || of === null) continue;
    if (depth === maxValueDepth) {
      return { path: '', expected: `at most ${maxValueDepth} levels of nesting`, received: 'more' };
    }
    for (const [key, inner] of Object.entries(of)) {
      if (!Array.isArray(of)) bytes += Buffer.byteLength(key) + 2;
      left.push({ of: inner, depth: depth + 1 });
    }
  }
  const exact = value === undefined ? 0 : Buffer.byteLength(JSON.stringify(value));
  return exact > maxBytes ? tooLarge : null;
}
