/**
 * A plan is data: steps over agents of the registry, a DAG. No expressions, no code.
 *
 * An input is built of literals, references (`{ "$ref": "steps.lookup.output.total" }`) and text templates
 * (`{ "$text": "Refund for order {{task.fields.order}}" }`). Keys that begin with `$` are reserved for these two.
 */
import { z } from 'zod';
import type { Json } from './json.ts';

/** What a reference may start with: the task's fields, another step's output, the element of a `forEach`. */
const referencePath = z
  .string()
  .max(300)
  .regex(
    /^(task\.fields|steps\.[a-z][A-Za-z0-9_]*\.output|item|input|output)(\.[^.{}\s]+)*$/,
    'a reference is task.fields.<name>, steps.<id>.output.<path> or item.<path>',
  );

export const reference = z.strictObject({ $ref: referencePath });
export type Reference = z.infer<typeof reference>;

export const template = z.strictObject({ $text: z.string().max(10_000) });
export type Template = z.infer<typeof template>;

export type Mapping = Reference | Template | string | number | boolean | null | Mapping[] | { [key: string]: Mapping };

export const mapping: z.ZodType<Mapping> = z.lazy(() =>
  z.union([
    reference,
    template,
    z.string(),
    z.number(),
    z.boolean(),
    z.null(),
    z.array(mapping),
    z.record(z.string().regex(/^[^$]/, 'a key that begins with $ is reserved'), mapping),
  ]),
);

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/** A comparison of one referenced value. A reference that leads nowhere compares as absent. */
const comparison = z.union([
  z.strictObject({ ref: referencePath, is: scalar }),
  z.strictObject({ ref: referencePath, not: scalar }),
  z.strictObject({ ref: referencePath, gt: z.number() }),
  z.strictObject({ ref: referencePath, gte: z.number() }),
  z.strictObject({ ref: referencePath, lt: z.number() }),
  z.strictObject({ ref: referencePath, lte: z.number() }),
  z.strictObject({ ref: referencePath, in: z.array(scalar).min(1) }),
  z.strictObject({ ref: referencePath, exists: z.boolean() }),
]);
export type Comparison = z.infer<typeof comparison>;
export type Condition = Comparison | { all: Condition[] } | { any: Condition[] };

export const condition: z.ZodType<Condition> = z.lazy(() =>
  z.union([
    comparison,
    z.strictObject({ all: z.array(condition).min(1) }),
    z.strictObject({ any: z.array(condition).min(1) }),
  ]),
);

const stepId = z.string().regex(/^[a-z][A-Za-z0-9_]{0,39}$/, 'a step id is a lower-case word');

export const planStep = z.strictObject({
  id: stepId,
  /** `name@version` of an agent. */
  agent: z.string(),
  input: mapping,
  after: z.array(stepId).optional(),
  when: condition.optional(),
  /** A person may skip it when it fails; what reads it is skipped with it. */
  optional: z.boolean().optional(),
  /** A list: the step runs once for each element, which its input reaches as `item`. */
  forEach: z
    .strictObject({ in: reference, concurrency: z.int().min(1).max(50), max: z.int().min(1).max(1000) })
    .optional(),
});
export type PlanStep = z.infer<typeof planStep>;

export const maxPlanSteps = 200;

export const plan = z.strictObject({
  goal: z.string().max(500),
  steps: z.array(planStep).min(1).max(maxPlanSteps),
  /** What the run answers with when it completes. */
  answer: mapping,
});
export type Plan = z.infer<typeof plan>;

export const isReference = (m: Mapping): m is Reference => typeof m === 'object' && m !== null && '$ref' in m;
export const isTemplate = (m: Mapping): m is Template => typeof m === 'object' && m !== null && '$text' in m;

/** Every element of a template: literal text and the references between `{{` and `}}`. */
export function templateParts(text: string): ({ text: string } | { ref: string })[] {
  return text
    .split(/(\{\{[^{}]*\}\})/)
    .filter((part) => part !== '')
    .map((part) => (part.startsWith('{{') && part.endsWith('}}') ? { ref: part.slice(2, -2).trim() } : { text: part }));
}

/** All references of a mapping, in order of appearance. */
export function referencesOf(m: Mapping): string[] {
  if (m === null || typeof m !== 'object') return [];
  if (isReference(m)) return [m.$ref];
  if (isTemplate(m)) return templateParts(m.$text).flatMap((part) => ('ref' in part ? [part.ref] : []));
  return Object.values(m).flatMap((inner) => referencesOf(inner as Mapping));
}

/** All references of a condition. */
export function referencesOfCondition(c: Condition): string[] {
  if ('all' in c) return c.all.flatMap(referencesOfCondition);
  if ('any' in c) return c.any.flatMap(referencesOfCondition);
  return [c.ref];
}

/** The step that a reference reads, if it reads one. */
export const stepOfReference = (ref: string): string | null => /^steps\.([^.]+)\.output/.exec(ref)?.[1] ?? null;

// A plan's steps are never changed once they are there, so what they depend on is worked out once.
const dependencies = new WeakMap<PlanStep, readonly string[]>();

/** The steps that must be settled before this one may start. */
export function dependenciesOf(step: PlanStep): readonly string[] {
  const known = dependencies.get(step);
  if (known) return known;
  const refs = [
    ...referencesOf(step.input),
    ...(step.when ? referencesOfCondition(step.when) : []),
    ...(step.forEach ? [step.forEach.in.$ref] : []),
  ];
  const read = refs.map(stepOfReference).filter((id) => id !== null);
  const all = [...new Set([...(step.after ?? []), ...read])];
  dependencies.set(step, all);
  return all;
}

/** Scalars that a condition compares with. */
export type Scalar = Extract<Json, string | number | boolean | null>;
