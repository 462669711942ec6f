/**
 * Checks a value against a contract and says where, what was expected and what came: by types and constraints only,
 * never by the value itself, since values may be secrets.
 *
 * Both checks speak with one voice: what zod refuses is explained by the JSON form of the same schema, and only what
 * that form cannot say is told in zod's terms.
 */
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { z } from 'zod';
import type { Mismatch } from '../../contracts/error.ts';
import type { Json, JsonObject, JsonSchema } from '../../contracts/json.ts';
import { digest } from '../digest.ts';
import { describe, describeNode, describeValues, pathText, typeName } from './describe.ts';
import { lossless } from './lossless.ts';
import { alternatives, child, detach, isObject, type Node, own, valuesOf } from './resolve.ts';

export type Checked<T> = { ok: true; value: T } | { ok: false; mismatches: Mismatch[] };

const maxMismatches = 20;
const maxValidators = 500;
const maxUnionDepth = 8;

// Multiples are decimal, as they are to zod: 19.99 is one of 0.01.
const ajv = new Ajv2020({
  allErrors: true,
  strict: false,
  verbose: true,
  logger: false,
  ownProperties: true,
});
formats.default(ajv);
ajv.removeKeyword('multipleOf');
ajv.addKeyword({
  keyword: 'multipleOf',
  type: 'number',
  schemaType: 'number',
  validate: (divisor: number, value: number) => z.core.util.floatSafeRemainder(value, divisor) === 0,
});

const byDigest = new Map<string, ValidateFunction | null>();
let byIdentity = new WeakMap<JsonSchema, ValidateFunction | null>();

function compile(schema: JsonSchema): ValidateFunction | null {
  const known = byIdentity.get(schema);
  if (known !== undefined) return known;
  const key = digest(schema);
  let validator = byDigest.get(key);
  if (validator === undefined) {
    try {
      validator = ajv.compile(schema);
    } catch {
      validator = null;
    }
    // Ajv keeps every schema that it compiled; the bounded cache here is the only one.
    ajv.removeSchema(schema);
    if (byDigest.size >= maxValidators) {
      byDigest.clear();
      byIdentity = new WeakMap();
    }
    byDigest.set(key, validator);
  }
  byIdentity.set(schema, validator);
  return validator;
}

/** Whether values can be checked against the schema at all. */
export const isUsable = (schema: JsonSchema): boolean => compile(schema) !== null;

const keysOf = (error: ErrorObject, value: Json): (string | number)[] => {
  let at: Json | undefined = value;
  return error.instancePath
    .split('/')
    .slice(1)
    .map((token) => {
      const key = token.replaceAll('~1', '/').replaceAll('~0', '~');
      const part = Array.isArray(at) ? Number(key) : key;
      at = Array.isArray(at) ? at[Number(key)] : isObject(at) ? own(at, key) : undefined;
      return part;
    });
};

const counted: Record<string, string> = {
  minLength: 'at least # characters',
  maxLength: 'at most # characters',
  minItems: 'at least # elements',
  maxItems: 'at most # elements',
  minProperties: 'at least # fields',
  maxProperties: 'at most # fields',
  minimum: 'at least #',
  maximum: 'at most #',
  exclusiveMinimum: 'more than #',
  exclusiveMaximum: 'less than #',
  multipleOf: 'a multiple of #',
};

function constraint(error: ErrorObject, root: JsonSchema): string {
  const { keyword, schema } = error;
  const words = counted[keyword];
  if (words) return words.replace('#', String(schema));
  if (keyword === 'pattern') return `text that matches ${String(schema).slice(0, 100)}`;
  if (keyword === 'format') return `text in the format ${String(schema).slice(0, 40)}`;
  if (keyword === 'uniqueItems') return 'no element twice';
  if (keyword === 'enum') return describeValues(schema as Json[]);
  if (keyword === 'const') return describeValues([schema as Json]);
  if (keyword === 'type') return describe({ type: schema as Json });
  if (keyword === 'anyOf' || keyword === 'oneOf') return describeNode({ schema: { [keyword]: schema as Json }, root });
  return keyword === 'false schema' ? 'nothing' : `a value that holds by ${keyword}`;
}

/** Words for a field that is not there: what its schema would take. */
function missing(error: ErrorObject, root: JsonSchema, key: string): string {
  const parent = error.parentSchema as JsonObject;
  const node: Node = { schema: parent, root };
  const declared = isObject(parent.properties) ? own(parent.properties, key) : undefined;
  return describeNode(child(declared ?? parent.additionalProperties, node));
}

/** The one shape of a union that a value was plainly meant to have: by its type, or by a field that is a constant. */
function meant(error: ErrorObject, root: JsonSchema): JsonSchema | null {
  const value = error.data as Json;
  const shapes = alternatives({ schema: { anyOf: error.schema as Json }, root });
  const alike = shapes.filter(({ schema }) => {
    if (!isObject(schema) || schema.type !== typeName(value)) return false;
    if (!isObject(schema.properties) || !isObject(value)) return true;
    return Object.entries(schema.properties).every(([key, field]) => {
      const constants = isObject(field) && ('const' in field || 'enum' in field) ? valuesOf(field) : null;
      return constants === null || constants.includes(own(value, key) as Json);
    });
  });
  return alike.length === 1 && shapes.length > 1 && alike[0] ? detach(alike[0]) : null;
}

function explainUnion(error: ErrorObject, at: (string | number)[], root: JsonSchema, depth: number): Mismatch[] {
  const shape = depth < maxUnionDepth ? meant(error, root) : null;
  const inner = shape ? explain(shape, error.data as Json, at, depth + 1) : [];
  if (inner.length > 0) return inner;
  return [{ path: pathText(at), expected: constraint(error, root), received: typeName(error.data) }];
}

/** A union's own error stands for those of its branches: all of them but one were never meant. */
function withoutBranches(errors: ErrorObject[]): ErrorObject[] {
  return errors.filter(
    (error, i) =>
      !errors.slice(i + 1).some((union) => {
        if (union.keyword !== 'anyOf' && union.keyword !== 'oneOf') return false;
        const inside = `${error.instancePath}/`.startsWith(`${union.instancePath}/`);
        const parent = union.schemaPath.slice(0, -union.keyword.length);
        const beside = error.schemaPath.startsWith(parent) && !error.schemaPath.startsWith(`${union.schemaPath}/`);
        return inside && !(beside && error.instancePath === union.instancePath);
      }),
  );
}

function explain(schema: JsonSchema, value: Json, prefix: (string | number)[], depth: number): Mismatch[] {
  const validator = compile(schema);
  if (validator === null) return [{ path: pathText(prefix), expected: 'a usable schema', received: 'a broken one' }];
  if (validator(value)) return [];
  return withoutBranches(validator.errors ?? []).flatMap((error): Mismatch[] => {
    const at = [...prefix, ...keysOf(error, value)];
    const { keyword, params } = error;
    if (keyword === 'required') {
      const key = String(params.missingProperty);
      return [{ path: pathText([...at, key]), expected: missing(error, schema, key), received: 'missing' }];
    }
    const extra = params.additionalProperty ?? params.unevaluatedProperty ?? params.propertyName;
    if (extra !== undefined && error.propertyName === undefined) {
      const data = isObject(error.data as Json) ? own(error.data as JsonObject, extra) : undefined;
      return [{ path: pathText([...at, extra]), expected: 'no such field', received: typeName(data) }];
    }
    // The error about a name's own schema; the one of `propertyNames` itself says it in full.
    if (error.propertyName !== undefined) return [];
    if (keyword === 'anyOf' || keyword === 'oneOf') return explainUnion(error, at, schema, depth);
    return [{ path: pathText(at), expected: constraint(error, schema), received: typeName(error.data) }];
  });
}

/** The first mismatches in an order that depends on nothing but what they say. */
function settled(of: Mismatch[]): Mismatch[] {
  const key = (one: Mismatch) => `${one.path}\n${one.expected}`;
  const unique = new Map(of.map((one) => [key(one), one]));
  return [...unique.keys()]
    .sort()
    .slice(0, maxMismatches)
    .map((one) => unique.get(one) as Mismatch);
}

/** Checks a value against a JSON Schema (draft 2020-12). Formats that nobody here knows are not checked. */
export function checkJson(schema: JsonSchema, value: Json): Checked<Json> {
  const mismatches = settled(explain(schema, value, [], 0));
  return mismatches.length === 0 ? { ok: true, value } : { ok: false, mismatches };
}

const jsonForms = new WeakMap<z.ZodType, JsonSchema | null>();

function jsonForm(schema: z.ZodType): JsonSchema | null {
  const known = jsonForms.get(schema);
  if (known !== undefined) return known;
  const { schema: form, problems } = lossless(schema);
  jsonForms.set(schema, problems.length === 0 ? form : null);
  return problems.length === 0 ? form : null;
}

function fromIssue(issue: z.core.$ZodIssue, value: unknown, form: JsonSchema | null): Mismatch {
  let at: unknown = value;
  for (const key of issue.path) at = at === null || at === undefined ? undefined : (at as never)[key];
  const expected = issue.code === 'invalid_type' ? String(issue.expected) : `a value that holds by ${issue.code}`;
  return {
    path: pathText(issue.path),
    expected: issue.code === 'custom' ? (described(issue.path, form) ?? 'a value that passes its own check') : expected,
    received: typeName(at),
  };
}

/** How the schema describes the place: what a check of its own demands, nobody else can say. */
function described(path: readonly PropertyKey[], form: JsonSchema | null): string | null {
  let at: Json | undefined = form ?? undefined;
  for (const key of path) {
    const inside: Json | undefined = isObject(at) ? (typeof key === 'number' ? at.items : at.properties) : undefined;
    at = typeof key === 'number' ? inside : isObject(inside) ? own(inside, String(key)) : undefined;
  }
  return isObject(at) && typeof at.description === 'string' ? at.description.slice(0, 200) : null;
}

/** Checks a value against the schema of the code that made it, refinements included. */
export function checkZod<T>(schema: z.ZodType<T>, value: unknown): Checked<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return { ok: true, value: parsed.data };
  const form = jsonForm(schema);
  const explained = form && value !== undefined ? explain(form, value as Json, [], 0) : [];
  const mismatches =
    explained.length > 0 ? explained : parsed.error.issues.map((issue) => fromIssue(issue, value, form));
  return { ok: false, mismatches: settled(mismatches) };
}
