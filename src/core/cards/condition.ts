/** The condition of a step as people read it, with the values that it was decided on: `check.score > 50 (12)`. */
import type { Json } from '../../contracts/json.ts';
import type { Comparison, Condition, PlanStep } from '../../contracts/plan.ts';
import { lookUp } from '../resolve.ts';
import { scopeOf } from '../scope.ts';
import { plain, scalarText } from './facts.ts';
import type { Material } from './steps.ts';
import { isHidden, veilOf } from './veil.ts';

/** What nobody may see is hidden here as well, the value that it is compared with included. */
export function conditionText(condition: Condition, step: PlanStep, of: Material): string {
  const { why } = of.words;
  if ('all' in condition) return condition.all.map((one) => conditionText(one, step, of)).join(` ${why.and} `);
  if ('any' in condition) return `(${condition.any.map((one) => conditionText(one, step, of)).join(` ${why.or} `)})`;
  return comparisonText(condition, step, of);
}

function comparisonText(one: Comparison, step: PlanStep, of: Material): string {
  const { state, known, words, secrets } = of;
  const name = plain(one.ref.replace(/^task\.fields\.|^steps\./, '').replace('.output', ''), of, words);
  if ('exists' in one) return one.exists ? words.why.exists(name) : words.why.absent(name);
  const hidden = isHidden(state, known, one.ref, step);
  const text = (value: Json | undefined): string => {
    if (hidden) return words.hidden;
    if (typeof value === 'object' && value !== null) return '…';
    return scalarText(value ?? null, veilOf([], secrets), words);
  };
  return `${name} ${wantedOf(one, text)} (${text(lookUp(one.ref, scopeOf(state, known, null)))})`;
}

function wantedOf(one: Exclude<Comparison, { exists: boolean }>, text: (value: Json) => string): string {
  if ('is' in one) return `= ${text(one.is)}`;
  if ('not' in one) return `≠ ${text(one.not)}`;
  if ('in' in one) return `∈ {${one.in.map(text).join(', ')}}`;
  if ('gt' in one) return `> ${text(one.gt)}`;
  if ('gte' in one) return `≥ ${text(one.gte)}`;
  if ('lt' in one) return `< ${text(one.lt)}`;
  return `≤ ${text(one.lte)}`;
}
