/** Conditions of a plan: do they compare what can be compared, and what do they make sure of? */
import type { JsonSchema } from '../../contracts/json.ts';
import type { Comparison, Condition } from '../../contracts/plan.ts';
import { checkJson } from '../schema/check.ts';
import { describe } from '../schema/describe.ts';
import { fits } from '../schema/fits.ts';
import type { Finding } from './finding.ts';
import { resolve, type Scope } from './scope.ts';

function wrongComparison(of: Comparison, schema: JsonSchema, optional: boolean): string | null {
  if ('exists' in of) return null;
  const fitting = (value: string | number | boolean | null) =>
    (value === null && optional) || checkJson(schema, value).ok;
  if ('is' in of) return fitting(of.is) ? null : `is never ${JSON.stringify(of.is)}`;
  if ('not' in of) return fitting(of.not) ? null : `is never ${JSON.stringify(of.not)}`;
  if ('in' in of) {
    const never = of.in.filter((value) => !fitting(value));
    return never.length === 0 ? null : `is never ${never.map((value) => JSON.stringify(value)).join(' or ')}`;
  }
  return fits(schema, { type: ['number', 'null'] }).length === 0 ? null : 'is not a number, so it has no order';
}

/** All that is wrong with a condition. */
export function checkCondition(of: Condition, scope: Scope, path: string): Finding[] {
  if ('all' in of) return of.all.flatMap((inner, i) => checkCondition(inner, scope, `${path}.all[${i}]`));
  if ('any' in of) return of.any.flatMap((inner, i) => checkCondition(inner, scope, `${path}.any[${i}]`));
  const reached = resolve(of.ref, scope);
  if ('hint' in reached) {
    return [{ code: 'dangling_reference', path, hint: `${of.ref} leads nowhere: ${reached.hint}` }];
  }
  const wrong = wrongComparison(of, reached.schema, reached.optional);
  if (wrong === null) return [];
  return [{ code: 'condition_type', path, hint: `${of.ref} is ${describe(reached.schema)}: it ${wrong}` }];
}

/** The references that are there whenever the condition holds. */
export function madeSure(of: Condition | undefined): Set<string> {
  if (of === undefined || 'any' in of) return new Set();
  if ('all' in of) return new Set(of.all.flatMap((inner) => [...madeSure(inner)]));
  const absent = ('exists' in of && !of.exists) || 'not' in of || ('is' in of && of.is === null);
  return absent || ('in' in of && of.in.includes(null)) ? new Set() : new Set([of.ref]);
}
