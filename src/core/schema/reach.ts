/** Where a reference path leads inside a schema, and whether there always is something. */
import type { JsonSchema } from '../../contracts/json.ts';
import { alternatives, child, detach, isObject, listOf, type Node, nodeOf, own, saysNothing } from './resolve.ts';

interface Reached {
  node: Node;
  optional: boolean;
}

function enterObject(node: Node, schema: JsonSchema, key: string): Reached | null {
  const declared = isObject(schema.properties) ? own(schema.properties, key) : undefined;
  const optional = !listOf(schema.required).includes(key);
  if (declared !== undefined) return { node: child(declared, node), optional };
  const { additionalProperties } = schema;
  // A schema that names its fields and is silent about others is taken at its word: a typo must not pass.
  if (additionalProperties === false || (additionalProperties === undefined && schema.properties)) return null;
  return { node: child(additionalProperties, node), optional };
}

function enterArray(node: Node, schema: JsonSchema, key: string): Reached | null {
  if (key === 'length') return { node: { schema: { type: 'integer', minimum: 0 }, root: node.root }, optional: false };
  if (!/^\d+$/.test(key)) return null;
  const prefix = listOf(schema.prefixItems);
  const element = Number(key) < prefix.length ? prefix[Number(key)] : schema.items;
  if (element === false) return null;
  return { node: child(element, node), optional: !(Number(schema.minItems ?? 0) > Number(key)) };
}

function enter(node: Node, key: string): Reached | null {
  const { schema } = node;
  if (saysNothing(schema)) return { node: { schema: true, root: node.root }, optional: true };
  if (typeof schema === 'boolean') return null;
  if (schema.type === 'object') return enterObject(node, schema, key);
  return schema.type === 'array' ? enterArray(node, schema, key) : null;
}

function joined(nodes: Node[]): Node {
  const [first, ...more] = nodes;
  if (!first || more.length === 0) return first ?? { schema: false, root: {} };
  if (nodes.some((node) => saysNothing(node.schema))) return { schema: true, root: first.root };
  return { schema: { anyOf: nodes.map((node) => node.schema) }, root: first.root };
}

/**
 * The subschema that a path reaches: fields of objects, elements of arrays by index, `length` of arrays.
 *
 * `optional` when a value of the schema may lack it. Null when the path leads nowhere in every value.
 */
export function schemaAt(
  schema: JsonSchema,
  path: readonly string[],
): { schema: JsonSchema; optional: boolean } | null {
  let at = nodeOf(schema);
  let optional = false;
  for (const key of path) {
    const tried = alternatives(at).map((node) => enter(node, key));
    const reached = tried.filter((one) => one !== null);
    if (reached.length === 0) return null;
    optional ||= reached.length < tried.length || reached.some((one) => one.optional);
    at = joined(reached.map((one) => one.node));
  }
  return { schema: detach(at), optional };
}

/** The schema of a list's elements; null unless every value of the schema is a list. */
export function elementOf(schema: JsonSchema): JsonSchema | null {
  const lists = alternatives(nodeOf(schema));
  const elements: Node[] = [];
  for (const list of lists) {
    if (saysNothing(list.schema)) elements.push({ schema: true, root: list.root });
    else if (typeof list.schema === 'boolean' || list.schema.type !== 'array') return null;
    else {
      const { prefixItems, items } = list.schema;
      const inner = [...listOf(prefixItems), ...(items === false ? [] : [items])].map((item) => child(item, list));
      elements.push(...inner);
    }
  }
  return lists.length === 0 ? null : detach(joined(elements));
}

/** The names of the fields that a schema declares, for hints. */
export const fieldsOf = (schema: JsonSchema): string[] => [
  ...new Set(
    alternatives(nodeOf(schema)).flatMap(({ schema: shape }) =>
      isObject(shape) && isObject(shape.properties) ? Object.keys(shape.properties) : [],
    ),
  ),
];
