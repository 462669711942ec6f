/** Schemas and agents in few words, for a model to read: `{ order: string, total?: { minor: integer } }`. */
import { agentId, type Contract } from '../contracts/contract.ts';
import type { JsonObject, JsonSchema } from '../contracts/json.ts';
import {
  alternatives,
  child,
  isObject,
  listOf,
  type Node,
  nodeOf,
  saysNothing,
  valuesOf,
} from '../core/schema/resolve.ts';

const deepest = 5;
const maxValues = 30;
const maxPattern = 60;

function textOf({ format, pattern }: JsonObject): string {
  if (typeof format === 'string') return format;
  return typeof pattern === 'string' && pattern.length <= maxPattern ? `string /${pattern}/` : 'string';
}

/** What is being written: how deep, and inside of which references. */
interface Place {
  depth: number;
  within: readonly string[];
}

function objectOf(node: Node, schema: JsonObject, place: Place): string {
  const required = listOf(schema.required);
  const fields = Object.entries(isObject(schema.properties) ? schema.properties : {}).map(([name, field]) => {
    const note = isObject(field) && typeof field.description === 'string' ? ` (${field.description})` : '';
    return `${name}${required.includes(name) ? '' : '?'}: ${nodeText(child(field, node), place)}${note}`;
  });
  const { additionalProperties: more } = schema;
  const others = isObject(more) ? [`[name]: ${nodeText(child(more, node), place)}`] : [];
  const all = [...fields, ...others];
  return all.length === 0 ? '{}' : `{ ${all.join(', ')} }`;
}

function shapeText(node: Node, place: Place): string {
  const { schema } = node;
  if (typeof schema === 'boolean' || saysNothing(schema)) return 'any';
  if ('const' in schema || 'enum' in schema) {
    const values = valuesOf(schema) ?? [];
    const shown = values.slice(0, maxValues).map((value) => JSON.stringify(value));
    return [...shown, ...(values.length > maxValues ? ['…'] : [])].join(' | ');
  }
  if (schema.type === 'string') return textOf(schema);
  if (schema.type === 'object') return objectOf(node, schema, place);
  if (schema.type !== 'array') return String(schema.type ?? 'any');
  const element = nodeText(child(schema.items, node), place);
  return element.includes(' | ') ? `(${element})[]` : `${element}[]`;
}

function nodeText(node: Node, { depth, within }: Place): string {
  const ref = isObject(node.schema) && typeof node.schema.$ref === 'string' ? node.schema.$ref : null;
  if (depth > deepest || (ref !== null && within.includes(ref))) return 'any';
  const place = { depth: depth + 1, within: ref === null ? within : [...within, ref] };
  return [...new Set(alternatives(node).map((shape) => shapeText(shape, place)))].join(' | ') || 'nothing';
}

/** A schema as a type. */
export const typeText = (schema: JsonSchema): string => nodeText(nodeOf(schema), { depth: 0, within: [] });

const priceText = ({ price }: Contract): string[] =>
  price ? [`costs ${price.micros / 1e6} ${price.currency} a call`] : [];

/** An agent as a planner needs to know it. */
export function agentText(contract: Contract): string {
  const { title, effect, input, output, undo } = contract;
  const terms = [effect, ...(undo ? [`undone by ${undo.agent} when the task fails`] : []), ...priceText(contract)];
  return [
    `${agentId(contract)}: ${title} (${terms.join(', ')})`,
    `  takes ${typeText(input)}`,
    `  gives ${typeText(output)}`,
  ].join('\n');
}
