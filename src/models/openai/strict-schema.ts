/**
 * A schema in the form that OpenAI enforces word by word (https://developers.openai.com/api/docs/guides/structured-outputs):
 * every object is closed and all its properties are required, so that an optional one is null when it is absent;
 * `take-back.ts` removes those nulls. What the form has no keyword for goes into the description, for the model to read,
 * and whoever asked checks the answer. It admits less than the schema, or says less of it; it never asks for what the
 * schema forbids to be there.
 */
import type { Json, JsonObject, JsonSchema } from '../../contracts/json.ts';
import {
  child,
  flatten,
  isObject,
  listOf,
  type Node,
  nodeOf,
  own,
  saysNothing,
  typesOf,
} from '../../core/schema/resolve.ts';
import { admitsNull } from './nullable.ts';
import { isWithinLimits } from './strict-limits.ts';
import { keywordsOf } from './strict-words.ts';

/** The strict form; null when there is none, as for records, tuples, or a root that is not one object. */
export function toStrict(schema: JsonSchema): JsonSchema | null {
  const root = flatten(nodeOf(schema));
  if (!isObject(root.schema) || unionOf(root.schema) || !isOf('object', root.schema)) return null;
  const state: State = { root: schema, definitions: new Map(), names: new Map([['#', '#']]), left: maxNodes };
  const body = convert({ ...root, schema: { ...root.schema, type: 'object' } }, state, 0);
  if (body === null || [...state.definitions.values()].includes(null)) return null;
  const strict = { ...body, ...(state.definitions.size > 0 && { $defs: Object.fromEntries(state.definitions) }) };
  return isWithinLimits(strict as JsonSchema) ? (strict as JsonSchema) : null;
}

interface State {
  /** References are followed in this document alone. */
  root: JsonSchema;
  /** By name; null while one is converted, and for ever when it cannot be. */
  definitions: Map<string, JsonSchema | null>;
  /** By the reference of the original: that of the strict form. */
  names: Map<string, string>;
  /** So many more nodes may be looked at. */
  left: number;
}

/** References that are merged into their place could go on for ever; no schema within the limits is half as large. */
const maxNodes = 20_000;
const maxDepth = 40;

const annotations = new Set(['title', 'description', 'default', 'examples', '$comment', 'deprecated', 'readOnly']);
/** What else stands beside a union is in each of its branches. */
const annotationsOf = (schema: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(schema).filter(([key]) => annotations.has(key)));
const scalars = new Set(['string', 'number', 'integer', 'boolean', 'null']);

const unionOf = ({ anyOf, oneOf }: JsonObject): Json[] | null =>
  Array.isArray(anyOf) ? anyOf : Array.isArray(oneOf) ? oneOf : null;

const isOf = (type: string, schema: JsonObject): boolean => {
  const types = typesOf(schema);
  return types.length === 1 ? types[0] === type : types.length === 0 && impliedType(schema) === type;
};

const impliedType = (schema: JsonObject): string | null =>
  isObject(schema.properties) ? 'object' : isObject(schema.items) ? 'array' : null;

function convert(node: Node, state: State, depth: number): JsonSchema | null {
  state.left -= 1;
  if (state.left < 0 || depth > maxDepth || !isObject(node.schema)) return null;
  const { $ref, ...beside } = node.schema;
  if (typeof $ref === 'string' && Object.keys(beside).every((key) => annotations.has(key))) {
    return convertReference($ref, node, state);
  }
  const flat = flatten(node);
  if (!isObject(flat.schema)) return null;
  const branches = unionOf(flat.schema);
  if (branches) return convertUnion(flat, flat.schema, branches, state, depth);
  if ('const' in flat.schema || 'enum' in flat.schema) return convertValues(flat.schema);
  const types = typesOf(flat.schema);
  const type = types[0] ?? impliedType(flat.schema);
  if (types.length > 1) return anyOf(types.map((one) => convertType(one, flat, state, depth)));
  return type === null ? null : convertType(type, flat, state, depth);
}

function convertReference(ref: string, node: Node, state: State): JsonSchema | null {
  if (node.root !== state.root) return null;
  const known = state.names.get(ref);
  if (known) return { $ref: known };
  const name = `d${state.definitions.size + 1}`;
  state.names.set(ref, `#/$defs/${name}`);
  state.definitions.set(name, null);
  // One reference to another would be a definition without an object of its own.
  const target = flatten({ schema: { $ref: ref }, root: node.root });
  state.definitions.set(name, convert(target, state, 0));
  return { $ref: `#/$defs/${name}` };
}

function convertUnion(
  node: Node,
  schema: JsonObject,
  branches: Json[],
  state: State,
  depth: number,
): JsonSchema | null {
  const { anyOf: _, oneOf: __, ...base } = schema;
  const joined = branches.map((branch): Node => {
    if (saysNothing(base) || !isObject(branch)) return child(branch, node);
    return child({ allOf: [base, branch] }, node);
  });
  const union = anyOf(joined.map((branch) => convert(branch, state, depth + 1)));
  return union && { ...keywordsOf(annotationsOf(base), null), ...union };
}

function anyOf(branches: (JsonSchema | null)[]): JsonSchema | null {
  const flat = branches.flatMap((branch) => (branch && isBare(branch) ? (branch.anyOf as JsonSchema[]) : [branch]));
  if (flat.length === 0 || flat.includes(null)) return null;
  return flat.length === 1 ? (flat[0] ?? null) : { anyOf: flat as JsonSchema[] };
}

const isBare = (branch: JsonSchema): boolean => 'anyOf' in branch && Object.keys(branch).length === 1;

/** Every value says its type; the form has no values that are objects or lists. */
function convertValues(schema: JsonObject): JsonSchema | null {
  const stated = typesOf(schema);
  const all = 'const' in schema ? [schema.const as Json] : listOf(schema.enum);
  const values = all.filter((value) => stated.length === 0 || stated.some((type) => isOfType(value, type)));
  if (values.length === 0 || values.some((value) => typeof value === 'object' && value !== null)) return null;
  const types = [...new Set(values.map((value) => (value === null ? 'null' : typeof value)))];
  const type = types.length === 1 ? types[0]! : types;
  return { ...keywordsOf(schema, null), type, ...('const' in schema ? { const: values[0]! } : { enum: values }) };
}

function isOfType(value: Json, type: string): boolean {
  if (type === 'integer') return Number.isInteger(value);
  return (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value) === type;
}

function convertType(type: string, node: Node, state: State, depth: number): JsonSchema | null {
  const schema = node.schema as JsonObject;
  if (type === 'object') return convertObject(node, schema, state, depth);
  if (type === 'array') return convertArray(node, schema, state, depth);
  return scalars.has(type) ? { ...keywordsOf(schema, type), type } : null;
}

function convertArray(node: Node, schema: JsonObject, state: State, depth: number): JsonSchema | null {
  if ('prefixItems' in schema || !isObject(schema.items)) return null;
  const items = convert(child(schema.items, node), state, depth + 1);
  return items && { ...keywordsOf(schema, 'array'), type: 'array', items };
}

/**
 * An object that does not say whether it is open is closed: what fits is still right. One that says it is open, or has
 * no properties to speak of, wants keys of the model's own, and the form has none.
 */
function convertObject(node: Node, schema: JsonObject, state: State, depth: number): JsonSchema | null {
  const { properties, additionalProperties: others, patternProperties } = schema;
  const isOpen = others === undefined ? !isObject(properties) : others !== false;
  if (isOpen || patternProperties !== undefined) return null;
  const required = new Set(listOf(schema.required));
  const declared = isObject(properties) ? properties : {};
  const fields = Object.keys(declared).map((key) => {
    const field = child(own(declared, key), node);
    const form = convert(field, state, depth + 1);
    return [key, form && !required.has(key) && !admitsNull(field) ? anyOf([form, { type: 'null' }]) : form] as const;
  });
  // What is demanded and not declared could never be given.
  const isWhole = [...required].every((key) => Object.hasOwn(declared, String(key)));
  if (!isWhole || fields.some(([, form]) => form === null)) return null;
  return {
    ...keywordsOf(schema, 'object'),
    type: 'object',
    properties: Object.fromEntries(fields) as JsonObject,
    required: Object.keys(declared),
    additionalProperties: false,
  };
}
