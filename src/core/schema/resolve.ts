/**
 * Reads a JSON Schema node by node: follows `$ref`, folds `allOf`, and lists the alternatives of unions and type lists.
 *
 * A node goes with the document that its references point into. Only pointers into that document (`#…`) are followed;
 * whatever else a reference names is unknown, and unknown is left to the check at run time.
 */
import type { Json, JsonObject, JsonSchema } from '../../contracts/json.ts';

export type Subschema = JsonObject | boolean;

export interface Node {
  schema: Subschema;
  root: JsonObject;
}

const maxHops = 32;

export const isObject = (of: Json | undefined): of is JsonObject =>
  typeof of === 'object' && of !== null && !Array.isArray(of);
export const listOf = (of: Json | undefined): Json[] => (Array.isArray(of) ? of : []);
export const own = (of: JsonObject, key: string): Json | undefined => (Object.hasOwn(of, key) ? of[key] : undefined);

export const nodeOf = (schema: JsonSchema): Node => ({ schema, root: schema });

/** A subschema of a node. One with an `$id` is a document of its own. */
export function child(schema: Json | undefined, of: Node): Node {
  if (isObject(schema)) return { schema, root: '$id' in schema ? schema : of.root };
  return { schema: schema !== false, root: of.root };
}

function pointed(ref: string, root: JsonObject): Node {
  const unknown: Node = { schema: true, root };
  if (ref === '#') return { schema: root, root };
  if (!ref.startsWith('#/')) return unknown;
  let at: Json | undefined = root;
  for (const token of ref.slice(2).split('/')) {
    const key = decodeURIComponent(token).replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(at)) at = at[Number(key)];
    else if (isObject(at)) at = own(at, key);
    else return unknown;
  }
  return at === undefined ? unknown : child(at, unknown);
}

export const typesOf = (schema: JsonObject): string[] =>
  [schema.type ?? []].flat().filter((type): type is string => typeof type === 'string');

const meet = (a: string[], b: string[]): string[] => [
  ...new Set([
    ...a.filter((type) => b.includes(type) || (type === 'integer' && b.includes('number'))),
    ...b.filter((type) => type === 'integer' && a.includes('number')),
  ]),
];

const both = (a: Json | undefined, b: Json): Json => (a === undefined ? b : { allOf: [a, b] });

function mergeKey(key: string, a: Json, b: Json): Json {
  if (key === 'required') return [...new Set([...listOf(a), ...listOf(b)])];
  if (key === 'additionalProperties' || key === 'items') return a === false || b === false ? false : both(a, b);
  if (/^(min|exclusiveMin)/.test(key)) return Math.max(Number(a), Number(b));
  if (/^(max|exclusiveMax)/.test(key)) return Math.min(Number(a), Number(b));
  if (key === 'enum') return listOf(a).filter((value) => listOf(b).includes(value));
  if (key === 'properties' && isObject(a) && isObject(b)) {
    const added = Object.entries(b).map(([name, schema]) => [name, both(own(a, name), schema)]);
    return { ...a, ...Object.fromEntries(added) };
  }
  return a;
}

/** What holds when both hold. Where two keywords cannot be joined the first stays: a weaker claim, never a wrong one. */
function merge(a: Node, b: Node): Node {
  if (a.schema === false || b.schema === true) return a;
  if (b.schema === false || a.schema === true) return { schema: b.schema, root: a.root };
  const merged: JsonObject = { ...a.schema };
  for (const [key, value] of Object.entries(b.schema)) {
    const before = own(merged, key);
    merged[key] = before === undefined ? value : mergeKey(key, before, value);
  }
  if (a.schema.type !== undefined && b.schema.type !== undefined) {
    const types = meet(typesOf(a.schema), typesOf(b.schema));
    if (types.length === 0) return { schema: false, root: a.root };
    merged.type = types;
  }
  return { schema: merged, root: a.root };
}

/** The node without `$ref` and `allOf`. */
export function flatten(node: Node, hops = 0): Node {
  if (typeof node.schema === 'boolean') return node;
  if (hops > maxHops) return { schema: true, root: node.root };
  const { $ref, allOf, ...rest } = node.schema;
  if ($ref === undefined && allOf === undefined) return node;
  const target = typeof $ref === 'string' ? [pointed($ref, node.root)] : [];
  const parts = [...target, ...listOf(allOf).map((part) => child(part, node))];
  return parts.map((part) => flatten(part, hops + 1)).reduce(merge, { schema: rest, root: node.root });
}

const isNever = (schema: JsonObject): boolean =>
  schema.not === true || (isObject(schema.not) && Object.keys(schema.not).length === 0);

function impliedType(schema: JsonObject): string[] {
  if (schema.properties !== undefined || schema.required !== undefined) return ['object'];
  return schema.items !== undefined || schema.prefixItems !== undefined ? ['array'] : [];
}

/** Shapes of one type each; a value of the node has one of them. Empty when no value is possible. */
export function alternatives(node: Node, hops = 0): Node[] {
  const flat = flatten(node);
  if (flat.schema === true || hops > maxHops) return [{ schema: {}, root: flat.root }];
  if (flat.schema === false || isNever(flat.schema)) return [];
  const { anyOf, oneOf, ...base } = flat.schema;
  const branches = Array.isArray(anyOf) ? anyOf : Array.isArray(oneOf) ? oneOf : null;
  if (branches) {
    const rest = { schema: base, root: flat.root };
    return branches.flatMap((branch) => alternatives(merge(rest, flatten(child(branch, flat))), hops + 1));
  }
  if ('const' in base || 'enum' in base) return [{ schema: base, root: flat.root }];
  const stated = typesOf(base);
  const types = stated.length > 0 ? stated : impliedType(base);
  if (types.length === 0) return [{ schema: base, root: flat.root }];
  return types.map((type) => ({ schema: { ...base, type }, root: flat.root }));
}

/** The values of an enumeration, of `null` and of a boolean; null when there are too many to list. */
export function valuesOf(schema: Subschema): Json[] | null {
  if (typeof schema === 'boolean') return null;
  if ('const' in schema) return [schema.const as Json];
  if (Array.isArray(schema.enum)) return schema.enum;
  if (schema.type === 'null') return [null];
  return schema.type === 'boolean' ? [true, false] : null;
}

const silent = new Set(['title', 'description', '$id', '$defs', '$schema', '$comment', 'default', 'examples']);

/** Says nothing about its values. */
export const saysNothing = (schema: Subschema): boolean =>
  schema === true || (schema !== false && Object.keys(schema).every((key) => silent.has(key)));

/** Has references that mean something only inside their document. */
export const hasReferences = (of: Json): boolean =>
  typeof of === 'object' &&
  of !== null &&
  (Object.hasOwn(of, '$ref') || Object.values(of as JsonObject).some((inner) => hasReferences(inner)));

const values = new Set(['const', 'enum', 'default', 'examples']);

function relocate(of: Json): Json {
  if (Array.isArray(of)) return of.map(relocate);
  // A document of its own keeps its pointers: they lead into itself.
  if (!isObject(of) || Object.hasOwn(of, '$id')) return of;
  return Object.fromEntries(
    Object.entries(of).map(([key, inner]) => {
      if (key === '$ref' && typeof inner === 'string' && inner.startsWith('#')) {
        return [key, `#/$defs/root${inner.slice(1)}`];
      }
      return [key, values.has(key) ? inner : relocate(inner)];
    }),
  );
}

const unnamed = ({ $id: _, ...rest }: JsonObject): JsonObject => rest;

/** The node as a document that stands alone. */
export function detach({ schema, root }: Node): JsonSchema {
  if (schema === true) return {};
  if (schema === false) return { not: {} };
  if (schema === root || !hasReferences(schema)) return schema;
  return { ...(relocate(unnamed(schema)) as JsonObject), $defs: { root: relocate(unnamed(root)) } };
}
