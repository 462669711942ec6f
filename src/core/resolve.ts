/** Turns a condition into yes or no, over what a run knows. Pure; no expressions, no code. */
import type { Json } from '../contracts/json.ts';
import type { Comparison, Condition } from '../contracts/plan.ts';
import { lookUp, type Scope } from '../contracts/resolve.ts';

export { lookUp, resolve, resolveText, type Scope } from '../contracts/resolve.ts';

/** Decides a condition. An absent value is equal to nothing and in no order with anything. */
export const holds = (condition: Condition, scope: Scope): boolean =>
  decide(condition, (one) => compare(one, lookUp(one.ref, scope)));

/**
 * Decides the condition of an approval rule: a comparison with a value that is absent or null holds, so that what is
 * not there asks a person instead of letting the effect pass. `exists` is about absence itself and keeps its meaning.
 */
export const mayHold = (condition: Condition, scope: Scope): boolean =>
  decide(condition, (one) => {
    const value = lookUp(one.ref, scope) ?? null;
    return (value === null && !('exists' in one)) || compare(one, value);
  });

function decide(condition: Condition, one: (of: Comparison) => boolean): boolean {
  if ('all' in condition) return condition.all.every((inner) => decide(inner, one));
  if ('any' in condition) return condition.any.some((inner) => decide(inner, one));
  return one(condition);
}

function compare(of: Comparison, value: Json | undefined): boolean {
  if ('exists' in of) return (value !== undefined && value !== null) === of.exists;
  if ('is' in of) return value === of.is;
  if ('not' in of) return value !== of.not;
  if ('in' in of) return of.in.some((one) => one === value);
  if (typeof value !== 'number') return false;
  if ('gt' in of) return value > of.gt;
  if ('gte' in of) return value >= of.gte;
  if ('lt' in of) return value < of.lt;
  return value <= of.lte;
}
