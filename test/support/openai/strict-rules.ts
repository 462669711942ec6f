/**
 * What a schema may say under `strict: true` (https://developers.openai.com/api/docs/guides/structured-outputs). A
 * keyword that the guide does not name as supported is refused, also where the real service may let it pass: lengths of
 * text, defaults, anything beside a reference.
 */
import { excessOf } from './strict-limits.ts';

export type Schema = Record<string, unknown>;

export const isObject = (of: unknown): of is Schema => typeof of === 'object' && of !== null && !Array.isArray(of);

const annotations = ['title', 'description'];
const ranges = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'];
const byType: Record<string, string[]> = {
  object: ['properties', 'required', 'additionalProperties'],
  array: ['items', 'minItems', 'maxItems'],
  string: ['pattern', 'format', 'enum', 'const'],
  number: [...ranges, 'enum', 'const'],
  integer: [...ranges, 'enum', 'const'],
  boolean: ['enum', 'const'],
  null: ['enum', 'const'],
};
const formats = ['date-time', 'time', 'date', 'duration', 'email', 'hostname', 'ipv4', 'ipv6', 'uuid'];

/** What the service would say against the schema; null when it takes it. */
export function complaintOf(schema: unknown): string | null {
  if (!isObject(schema) || schema.type !== 'object') {
    const got = isObject(schema) ? JSON.stringify(schema.type ?? 'None') : typeof schema;
    return `schema must be a JSON Schema of 'type: "object"', got 'type: ${got}'.`;
  }
  if ('anyOf' in schema) return "In context=(), 'anyOf' is not permitted at the root.";
  const { $defs = {}, ...root } = schema;
  if (!isObject($defs)) return "In context=(), '$defs' must be an object.";
  const names = new Set(Object.keys($defs));
  const of = (node: unknown, path: string[]) => nodeComplaint(node, path, names);
  const found = [of(root, []), ...Object.entries($defs).map(([name, node]) => of(node, ['$defs', name]))];
  return found.find((complaint) => complaint !== null) ?? excessOf(schema);
}

function nodeComplaint(node: unknown, path: string[], names: Set<string>): string | null {
  const no = (what: string) => `In context=(${path.map((key) => `'${key}'`).join(', ')}), ${what}.`;
  if (!isObject(node)) return no('the schema must be an object');
  if ('$ref' in node) return refComplaint(node, names, no);
  const inside = (child: unknown, ...keys: string[]) => nodeComplaint(child, [...path, ...keys], names);
  if ('anyOf' in node) {
    const other = Object.keys(node).find((key) => key !== 'anyOf' && !annotations.includes(key));
    if (other) return no(`'${other}' is not permitted beside 'anyOf'`);
    if (!Array.isArray(node.anyOf) || node.anyOf.length === 0) return no("'anyOf' must be a list");
    return first(node.anyOf.map((branch, i) => inside(branch, 'anyOf', String(i))));
  }
  const types = [node.type].flat();
  const known = types.length > 0 && types.every((type) => typeof type === 'string' && Object.hasOwn(byType, type));
  if (!known) return no("schema must have a 'type' key");
  const allowed = new Set([...annotations, 'type', ...types.flatMap((type) => byType[type as string] ?? [])]);
  const foreign = Object.keys(node).find((key) => !allowed.has(key));
  if (foreign) return no(`'${foreign}' is not permitted`);
  return first([
    types.includes('object') ? objectComplaint(node, no, inside) : null,
    types.includes('array') ? arrayComplaint(node, no, inside) : null,
    valuesComplaint(node, types as string[], no),
    textComplaint(node, no),
    rangeComplaint(node, no),
  ]);
}

type No = (what: string) => string;
type Inside = (child: unknown, ...keys: string[]) => string | null;

const first = (complaints: (string | null)[]) => complaints.find((complaint) => complaint !== null) ?? null;

function refComplaint(node: Schema, names: Set<string>, no: No): string | null {
  const others = Object.keys(node).filter((key) => key !== '$ref');
  if (others.length > 0) return no(`$ref cannot have keywords {'${others.join("', '")}'}`);
  const [, name] = /^#\/\$defs\/(.+)$/.exec(String(node.$ref)) ?? [];
  const isKnown = node.$ref === '#' || (name !== undefined && names.has(name));
  return isKnown ? null : no(`reference to component '${node.$ref}' which was not found in the schema`);
}

function objectComplaint(node: Schema, no: No, inside: Inside): string | null {
  if (node.additionalProperties !== false) {
    return no("'additionalProperties' is required to be supplied and to be false");
  }
  if (!isObject(node.properties)) return no("object schema missing 'properties'");
  const keys = Object.keys(node.properties);
  const required = Array.isArray(node.required) ? node.required : [];
  const missing = keys.find((key) => !required.includes(key));
  if (missing !== undefined || !Array.isArray(node.required)) {
    return no(`'required' is required to be an array including every key in properties. Missing '${missing}'`);
  }
  const extra = required.find((key) => !keys.includes(key));
  if (extra !== undefined) return no(`extra required key '${extra}' supplied`);
  return first(Object.entries(node.properties).map(([key, child]) => inside(child, 'properties', key)));
}

function arrayComplaint(node: Schema, no: No, inside: Inside): string | null {
  if (!isObject(node.items)) return no('array schema missing items');
  return inside(node.items, 'items');
}

function valuesComplaint(node: Schema, types: string[], no: No): string | null {
  if ('enum' in node && (!Array.isArray(node.enum) || node.enum.length === 0)) return no("'enum' must be a list");
  const values = [...((node.enum as unknown[]) ?? []), ...('const' in node ? [node.const] : [])];
  const odd = values.find((value) => !typesOf(value).some((type) => types.includes(type)));
  return odd === undefined ? null : no(`enum value ${JSON.stringify(odd)} does not validate against ${types}`);
}

function typesOf(value: unknown): string[] {
  if (value === null) return ['null'];
  if (typeof value === 'number') return Number.isInteger(value) ? ['integer', 'number'] : ['number'];
  return [typeof value];
}

function textComplaint({ pattern, format }: Schema, no: No): string | null {
  if (format !== undefined && !formats.includes(String(format))) return no(`'${format}' is not a valid format`);
  if (pattern === undefined) return null;
  if (typeof pattern !== 'string' || /\(\?(?:[=!]|<[=!])|\\[1-9kpP]/.test(pattern)) {
    return no("'pattern' is not supported: no look-around, back-reference or property of characters");
  }
  try {
    return new RegExp(pattern, 'u') && null;
  } catch {
    return no("'pattern' is not a valid regex");
  }
}

function rangeComplaint(node: Schema, no: No): string | null {
  const wrong = [...ranges, 'minItems', 'maxItems'].find((key) => key in node && typeof node[key] !== 'number');
  return wrong ? no(`'${wrong}' must be a number`) : null;
}
