/**
 * A JSON Schema in the words that GigaChat takes.
 *
 * It follows no reference, so what they name is put in their place. The parameters of a function may not be of several
 * kinds at once either. What cannot be said so is left open, `isExact` is false, and the whole schema has to be told in
 * another way.
 */
import type { Json, JsonObject, JsonSchema } from '../../contracts/json.ts';

export interface Sayable {
  schema: JsonSchema;
  isExact: boolean;
}

interface Walk {
  root: JsonSchema;
  isParameters: boolean;
  isExact: boolean;
  /** References that are being put in place, to notice one that leads to itself. */
  open: Set<string>;
  /** Schemas that may still be written: references to references grow without a bound. */
  left: number;
}

const maxSchemas = 5_000;
const dropped = new Set(['$schema', '$id', '$anchor', '$comment', '$defs', 'definitions', '$ref']);
const maps = new Set(['properties', 'patternProperties', 'dependentSchemas']);
const lists = new Set(['anyOf', 'oneOf', 'allOf', 'prefixItems']);
const single = new Set(['items', 'additionalProperties', 'contains', 'propertyNames', 'not', 'if', 'then', 'else']);

/** For `response_format`. */
export const forFormat = (schema: JsonSchema): Sayable => rewrite(schema, false);

/** For the parameters of a function. */
export const forParameters = (schema: JsonSchema): Sayable => rewrite(schema, true);

function rewrite(root: JsonSchema, isParameters: boolean): Sayable {
  const walk: Walk = { root, isParameters, isExact: true, open: new Set(['#']), left: maxSchemas };
  const schema = say(root, walk);
  return { schema, isExact: walk.isExact };
}

function say(schema: JsonSchema, walk: Walk): JsonSchema {
  walk.left -= 1;
  const { $ref: reference } = schema;
  if (walk.left < 0) return leaveOpen({}, walk);
  if (typeof reference === 'string') return sayNamed(reference, schema, walk);
  const said: JsonSchema = {};
  for (const [key, value] of Object.entries(schema)) {
    if (dropped.has(key)) continue;
    if (maps.has(key) && isObject(value)) said[key] = mapValues(value, (one) => sayAny(one, walk));
    else if (lists.has(key) && Array.isArray(value)) said[key] = value.map((one) => sayAny(one, walk));
    else if (single.has(key)) said[key] = sayAny(value, walk);
    else said[key] = value;
  }
  return walk.isParameters ? asParameter(said, walk) : said;
}

/** A schema may be true or false as well. */
const sayAny = (value: Json, walk: Walk): Json => (isObject(value) ? say(value, walk) : value);

/** What a reference names, with what is said beside it. */
function sayNamed(reference: string, { $ref: _, ...beside }: JsonSchema, walk: Walk): JsonSchema {
  const named = find(walk.root, reference);
  if (named === null || walk.open.has(reference)) return leaveOpen(say(beside, walk), walk);
  walk.open.add(reference);
  const said = say({ ...named, ...beside }, walk);
  walk.open.delete(reference);
  return said;
}

/** By a JSON pointer (RFC 6901) within the same schema. */
function find(root: JsonSchema, reference: string): JsonObject | null {
  if (!reference.startsWith('#')) return null;
  let at: Json | undefined = root;
  for (const part of reference.split('/').slice(1)) {
    const key = decode(part).replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return null;
    at = (at as JsonObject)[key];
  }
  return isObject(at) ? at : null;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** One kind only: `null` beside another is left out, several are left open. */
function asParameter(said: JsonSchema, walk: Walk): JsonSchema {
  const { anyOf, oneOf, allOf, type, const: constant, ...rest } = said;
  let own: JsonSchema = rest;
  if (Array.isArray(type))
    own = {
      ...own,
      ...oneKind(
        type.map((one) => ({ type: one })),
        walk,
      ),
    };
  else if (type !== undefined) own = { type, ...own };
  if (constant !== undefined) own = { ...own, enum: [constant] };
  for (const union of [anyOf, oneOf, allOf]) {
    if (Array.isArray(union)) own = { ...oneKind(union, walk), ...own };
  }
  return own.type === 'object' && !own.properties ? { ...own, properties: {} } : own;
}

function oneKind(union: Json[], walk: Walk): JsonSchema {
  const kinds = union.filter((one) => isObject(one) && one.type !== 'null') as JsonObject[];
  if (kinds.length === 1 && union.length === 1) return kinds[0]!;
  walk.isExact = false;
  if (kinds.length === 1) return kinds[0]!;
  const types = new Set(kinds.map(({ type }) => type));
  const [type] = types;
  return types.size === 1 && typeof type === 'string' ? { type } : {};
}

function leaveOpen(schema: JsonSchema, walk: Walk): JsonSchema {
  walk.isExact = false;
  return schema;
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const mapValues = (of: JsonObject, to: (value: Json) => Json): JsonObject =>
  Object.fromEntries(Object.entries(of).map(([key, value]) => [key, to(value)]));
