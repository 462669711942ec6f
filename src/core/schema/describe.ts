/** Names schemas and values in the few words that mismatches and findings are made of. Never shows a checked value. */
import type { Json, JsonSchema } from '../../contracts/json.ts';
import { alternatives, child, isObject, type Node, nodeOf, saysNothing, valuesOf } from './resolve.ts';

const maxWords = 160;
const maxShownValues = 8;

/** The JSON type of a value; `missing` when there is none. */
export function typeName(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** `"a"` or `one of "a", "b"`. The values are the schema's own. */
export function describeValues(of: Json[]): string {
  const shown = of.slice(0, maxShownValues).map((value) => JSON.stringify(value));
  const words = [...shown, ...(of.length > maxShownValues ? ['…'] : [])].join(', ');
  return of.length === 1 ? words : `one of ${words}`;
}

function describeAlternative(node: Node, depth: number): string {
  const { schema } = node;
  if (typeof schema === 'boolean' || saysNothing(schema)) return 'anything';
  if ('const' in schema || 'enum' in schema) return describeValues(valuesOf(schema) ?? []);
  if (typeof schema.type !== 'string') return 'anything';
  const named = schema.type === 'array' && isObject(schema.items) && depth < 2;
  return named ? `array of ${describeNode(child(schema.items, node), depth + 1)}` : schema.type;
}

/** The types of a node, e.g. `string or null`. */
export function describeNode(node: Node, depth = 0): string {
  const words = [...new Set(alternatives(node).map((alternative) => describeAlternative(alternative, depth)))];
  const joined = words.length === 0 ? 'nothing' : words.join(' or ');
  return joined.length > maxWords ? `${joined.slice(0, maxWords - 1)}…` : joined;
}

/** The types of a schema, e.g. `array of string` or `one of "a", "b"`. */
export const describe = (schema: JsonSchema): string => describeNode(nodeOf(schema));

const plain = /^[A-Za-z_$][\w$-]*$/;

/** A path as people read it: `items[2].price`; `(root)` for the value itself. */
export function pathText(path: readonly PropertyKey[]): string {
  const text = path
    .map((part) => {
      if (typeof part === 'number') return `[${part}]`;
      return plain.test(String(part)) || part === '*' ? `.${String(part)}` : `[${JSON.stringify(String(part))}]`;
    })
    .join('');
  return text === '' ? '(root)' : text.replace(/^\./, '');
}
