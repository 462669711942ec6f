/**
 * What an agent may answer with: plain JSON, no larger than its contract says, no deeper than 64.
 *
 * The walk over a value is bounded by the cap on bytes, not by the value: each node counts at least one byte, so that a
 * small object that refers to itself twice on every level cannot make it endless. The answer is untrusted, so nothing
 * of it is ever part of a failure.
 */
import type { CallResult } from '../contracts/agent.ts';
import { fail } from '../contracts/error.ts';
import type { Json } from '../contracts/json.ts';

/** How many lists and objects may sit in each other. */
export const maxOutputDepth = 64;

/** Longest wait that an agent may ask for. */
export const maxRetryAfterMs = 24 * 3_600_000;

type Flaw = 'malformed' | 'too_large' | 'too_deep';
type Limits = { agent: { id: string }; maxOutputBytes: number };

export const malformed = (of: Limits, what: string): CallResult => ({
  end: 'unknown',
  error: fail('output_malformed', `${of.agent.id} answered with ${what}`),
});

export const tooLarge = (of: Limits): CallResult => ({
  end: 'unknown',
  error: fail('output_too_large', `${of.agent.id} answered with more than ${of.maxOutputBytes} bytes`),
});

export const tooDeep = (of: Limits): CallResult => ({
  end: 'unknown',
  error: fail('output_too_large', `${of.agent.id} answered with more than ${maxOutputDepth} levels of nesting`),
});

/** Ends a call with the value as `done`, as a copy that its maker cannot change any more; or says what is wrong. */
export function done(of: Limits, value: unknown): CallResult {
  const copy = copyJson(of, value);
  return typeof copy === 'string' ? { end: 'done', output: JSON.parse(copy) as Json } : copy;
}

function copyJson(of: Limits, value: unknown): string | CallResult {
  try {
    const flaw = findFlaw(value, of.maxOutputBytes);
    if (flaw === 'malformed') return malformed(of, 'something that JSON cannot say');
    if (flaw === 'too_deep') return tooDeep(of);
    if (flaw === 'too_large') return tooLarge(of);
    const json = JSON.stringify(value);
    return Buffer.byteLength(json) > of.maxOutputBytes ? tooLarge(of) : json;
  } catch {
    // A getter or a proxy that throws.
    return malformed(of, 'something that cannot be read');
  }
}

function findFlaw(value: unknown, maxBytes: number): Flaw | null {
  const ancestors = new Set<object>();
  let bytes = 0;
  const walk = (of: unknown): Flaw | null => {
    bytes += typeof of === 'string' ? of.length + 2 : 1;
    if (bytes > maxBytes) return 'too_large';
    if (typeof of !== 'object' || of === null) return isScalar(of) ? null : 'malformed';
    if (ancestors.has(of)) return 'malformed';
    if (ancestors.size === maxOutputDepth) return 'too_deep';
    if (!Array.isArray(of) && !isPlain(of)) return 'malformed';
    ancestors.add(of);
    const flaw = Array.isArray(of) ? walkList(of) : walkObject(of);
    ancestors.delete(of);
    return flaw;
  };
  const walkList = (list: unknown[]): Flaw | null => {
    for (const element of list) {
      const flaw = walk(element);
      if (flaw) return flaw;
    }
    return null;
  };
  const walkObject = (object: object): Flaw | null => {
    for (const [key, inner] of Object.entries(object)) {
      // An optional field that is undefined is an absent one, to types and to JSON alike.
      if (inner === undefined) continue;
      bytes += key.length + 2;
      const flaw = walk(inner);
      if (flaw) return flaw;
    }
    return null;
  };
  return walk(value);
}

const isScalar = (of: unknown): boolean =>
  of === null || typeof of === 'string' || typeof of === 'boolean' || (typeof of === 'number' && Number.isFinite(of));

/** An object literal of any realm; a Date, a Map or an instance of a class is none. */
function isPlain(of: object): boolean {
  const prototype = Object.getPrototypeOf(of) as object | null;
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Says whether a JSON text nests deeper than allowed, without building what it says. */
export function isTooDeep(json: string): boolean {
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < json.length; i += 1) {
    const unit = json[i];
    if (quoted) {
      if (unit === '\\') i += 1;
      else if (unit === '"') quoted = false;
    } else if (unit === '"') quoted = true;
    else if (unit === '[' || unit === '{') depth += 1;
    else if (unit === ']' || unit === '}') depth -= 1;
    if (depth > maxOutputDepth) return true;
  }
  return false;
}
