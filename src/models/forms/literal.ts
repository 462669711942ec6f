/**
 * The form in which a model gives a value of a schema, in the subset that providers enforce to the letter
 * (https://developers.openai.com/api/docs/guides/structured-outputs): every field is there, absence is null, no object
 * takes fields that it does not name, and no two objects of a union begin with the same field.
 *
 * What that subset cannot say is given in the loose form `value`, in which an object is a list of named entries. The
 * names of references are plain words here and become those of plans when the answer is read: a field called `$ref` is
 * taken for a reference by more than one reader of schemas.
 */
import type { Json, JsonObject, JsonSchema } from '../../contracts/json.ts';
import {
  alternatives,
  child,
  isObject,
  listOf,
  type Node,
  own,
  saysNothing,
  valuesOf,
} from '../../core/schema/resolve.ts';

export interface Style {
  /** A value may be a reference or a template, as in a plan. */
  refs: boolean;
  /** Patterns, formats and ranges are part of the form. */
  exact: boolean;
}

/** As the plan's own pattern, and bounded: none is longer than a plan takes. */
const referencePattern = '^(task\\.fields|steps\\.[a-z][A-Za-z0-9_]{0,39}\\.output|item)(\\.[^.{}\\s]{1,40}){0,6}$';

/** Forms of a value that may be given in several ways; one of them is enough. */
type Options = JsonSchema[];

const maxPattern = 120;
const maxEnum = 100;
// The formats that providers know; to others a pattern may stand beside them.
const knownFormats = ['date', 'date-time', 'time', 'duration', 'email', 'hostname', 'ipv4', 'ipv6', 'uuid'];
const limits = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'];
/** Names of fields that every provider takes. */
const plainName = /^[A-Za-z0-9_.-]{1,64}$/;
/** Objects of one field of such a name are what a reference, a template and a loose object look like. */
export const reserved = ['ref', 'template', 'entries'] as const;

/** An object that has exactly these fields. */
export const strictObject = (properties: Record<string, JsonSchema>): JsonSchema => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});

/** One of these; a union within is part of it. */
export function anyOf(options: Options): JsonSchema {
  const flat = options.flatMap((option) => (Array.isArray(option.anyOf) ? (option.anyOf as JsonSchema[]) : [option]));
  const unique = [...new Map(flat.map((option) => [JSON.stringify(option), option])).values()];
  return unique.length === 1 ? unique[0]! : { anyOf: unique };
}

export const nothing: JsonSchema = { type: 'null' };
export const defined = (name: string): JsonSchema => ({ $ref: `#/$defs/${name}` });

const references: Options = [defined('ref'), defined('template')];

/** The definitions that forms of this style refer to. */
export function definitions({ refs }: Style): Record<string, JsonSchema> {
  const value = defined('value');
  const entry = strictObject({ name: { type: 'string', pattern: '^[^$]' }, value });
  const loose = anyOf([
    ...['string', 'number', 'boolean', 'null'].map((type) => ({ type })),
    { type: 'array', items: value },
    strictObject({ entries: { type: 'array', items: entry } }),
    ...(refs ? references : []),
  ]);
  return {
    value: loose,
    ...(refs && {
      ref: strictObject({ ref: defined('path') }),
      template: strictObject({ template: { type: 'string' } }),
      path: { type: 'string', pattern: referencePattern },
    }),
  };
}

function textForm({ format, pattern }: JsonObject, style: Style): JsonSchema {
  if (!style.exact) return { type: 'string' };
  if (typeof format === 'string' && knownFormats.includes(format)) return { type: 'string', format };
  // Grammars know no look-around and no back-references.
  const usable = typeof pattern === 'string' && pattern.length <= maxPattern && !/\(\?[^:]|\\[1-9kpP]/.test(pattern);
  return usable ? { type: 'string', pattern } : { type: 'string' };
}

function valuesForm(values: Json[]): Options | null {
  if (values.some((value) => typeof value === 'object' && value !== null)) return null;
  return ['string', 'number', 'boolean', 'object'].flatMap((kind): Options => {
    const of = values.filter((value) => typeof value === kind);
    if (of.length === 0) return [];
    if (kind === 'object') return [nothing];
    if (kind === 'boolean' && of.length === 2) return [{ type: kind }];
    if (of.length > maxEnum) return [{ type: kind }];
    return [of.length === 1 ? { type: kind, const: of[0]! } : { type: kind, enum: of }];
  });
}

function objectForm(node: Node, schema: JsonObject, depth: number, style: Style): JsonSchema | null {
  const open = schema.additionalProperties !== false && (schema.additionalProperties ?? !schema.properties) !== false;
  if (depth <= 0 || open || schema.patternProperties !== undefined) return null;
  const properties = isObject(schema.properties) ? schema.properties : {};
  const isConstant = (name: string) => isObject(properties[name]) && 'const' in properties[name];
  // What tells the shapes of a union apart comes first, and what looks like a reference does not.
  const rank = (name: string) => (isConstant(name) ? 0 : (reserved as readonly string[]).includes(name) ? 2 : 1);
  const names = Object.keys(properties).sort((a, b) => rank(a) - rank(b));
  if (names.some((name, i) => !plainName.test(name) || (i === 0 && rank(name) === 2))) return null;
  const fields = names.map((name) => {
    const form = valueForm(child(own(properties, name), node), depth - 1, style);
    return [name, listOf(schema.required).includes(name) ? form : anyOf([form, nothing])] as const;
  });
  return strictObject(Object.fromEntries(fields));
}

function arrayForm(node: Node, schema: JsonObject, depth: number, style: Style): JsonSchema | null {
  if (depth <= 0 || schema.prefixItems !== undefined) return null;
  const items = valueForm(child(schema.items, node), depth - 1, style);
  const { minItems, maxItems } = schema;
  const bounds = { ...(minItems !== undefined && { minItems }), ...(maxItems !== undefined && { maxItems }) };
  return { type: 'array', items, ...(style.exact && bounds) };
}

/** Null when only the loose form can say it. */
function literalForm(node: Node, depth: number, style: Style): Options | null {
  const { schema } = node;
  if (typeof schema === 'boolean' || saysNothing(schema)) return null;
  if ('const' in schema || 'enum' in schema) return valuesForm(valuesOf(schema) ?? []);
  const one = (form: JsonSchema | null): Options | null => form && [form];
  switch (schema.type) {
    case 'string':
      return [textForm(schema, style)];
    case 'number':
    case 'integer': {
      const kept = Object.entries(schema).filter(([key]) => style.exact && limits.includes(key));
      return [{ type: schema.type, ...Object.fromEntries(kept) }];
    }
    case 'boolean':
    case 'null':
      return [{ type: schema.type }];
    case 'array':
      return one(arrayForm(node, schema, depth, style));
    case 'object':
      return one(objectForm(node, schema, depth, style));
    default:
      return null;
  }
}

/** Whether the shapes of a union can be told apart by how they begin: by a name, or by the constant that it has. */
function areApart(options: Options): boolean {
  const begins = options
    .filter(({ type }) => type === 'object')
    .map(({ properties }): [string, Json | undefined] => {
      const [name, schema] = Object.entries(properties as Record<string, JsonSchema>)[0] ?? ['', {}];
      return [name, schema.const];
    });
  const clash = begins.some(([name, value], i) =>
    begins
      .slice(0, i)
      .some(([other, its]) => name === other && (value === undefined || its === undefined || value === its)),
  );
  return !clash && options.filter(({ type }) => type === 'array').length <= 1;
}

/** The form of a node's values, to a depth of so many objects and lists; below it is loose. */
export function valueForm(node: Node, depth: number, style: Style): JsonSchema {
  const shapes = alternatives(node).map((shape) => literalForm(shape, depth, style));
  const options = shapes.flatMap((shape) => shape ?? []);
  if (shapes.length === 0 || shapes.includes(null) || !areApart(options)) return defined('value');
  const takesText = options.some(({ type, const: only, enum: list }) => type === 'string' && !only && !list);
  return anyOf([...options, ...(style.refs ? (takesText ? references : references.slice(0, 1)) : [])]);
}
