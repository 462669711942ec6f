/**
 * How large a form is, by the measures in which providers limit what they enforce, and definitions for what repeats in
 * it. A reference counts as what it stands for, and one that leads back into itself as nothing.
 */
import type { Json, JsonObject, JsonSchema } from '../../contracts/json.ts';
import { isObject } from '../../core/schema/resolve.ts';

const most = { properties: 5_000, levels: 10, values: 1_000, characters: 120_000 };
type Size = typeof most;

const partsOf = (schema: JsonSchema): [JsonSchema[], string[]] => {
  const properties = isObject(schema.properties) ? schema.properties : {};
  const parts = [...Object.values(properties), schema.items, ...(Array.isArray(schema.anyOf) ? schema.anyOf : [])];
  return [parts.filter(isObject), Object.keys(properties)];
};

/** How many objects and lists stand in each other. */
function levelsOf(schema: JsonSchema, defs: JsonObject, within: readonly string[]): number {
  if (typeof schema.$ref === 'string') {
    const name = schema.$ref.slice('#/$defs/'.length);
    return within.includes(name) ? 0 : levelsOf(defs[name] as JsonSchema, defs, [...within, name]);
  }
  const own = schema.type === 'object' || schema.type === 'array' ? 1 : 0;
  const [parts] = partsOf(schema);
  return own + parts.reduce((deepest, part) => Math.max(deepest, levelsOf(part, defs, within)), 0);
}

function count(schema: JsonSchema, size: Size): void {
  const [parts, names] = partsOf(schema);
  const values = [...(Array.isArray(schema.enum) ? schema.enum : []), ...('const' in schema ? [schema.const] : [])];
  size.properties += names.length;
  size.values += values.length;
  size.characters += [...names, ...values.map(String)].reduce((sum, text) => sum + text.length, 0);
  for (const part of parts) count(part, size);
}

/** Whether providers take the form. */
export function isWithinLimits(schema: JsonSchema): boolean {
  const defs = (schema.$defs ?? {}) as JsonObject;
  const size: Size = { properties: 0, levels: levelsOf(schema, defs, []), values: 0, characters: 0 };
  count(schema, size);
  for (const [name, body] of Object.entries(defs)) {
    size.characters += name.length;
    count(body as JsonSchema, size);
  }
  return (Object.keys(most) as (keyof Size)[]).every((measure) => size[measure] <= most[measure]);
}

/** Shorter than this, what repeats is no longer than a reference to it. */
const worthwhile = 50;

const mapParts = (schema: JsonSchema, map: (part: JsonSchema) => JsonSchema): JsonSchema => ({
  ...schema,
  ...(isObject(schema.properties) && {
    properties: Object.fromEntries(
      Object.entries(schema.properties).map(([name, part]) => [name, map(part as JsonSchema)]),
    ),
  }),
  ...(isObject(schema.items) && { items: map(schema.items) }),
  ...(Array.isArray(schema.anyOf) && { anyOf: schema.anyOf.map((part) => map(part as JsonSchema)) }),
});

interface Kind {
  name: string | null;
  uses: number;
  length: number;
}

/** What is the same has the same kind. Each part is written once, with its own parts as names of kinds. */
function kindsOf(body: JsonSchema): WeakMap<JsonSchema, Kind> {
  const byText = new Map<string, Kind & { id: number }>();
  const kinds = new WeakMap<JsonSchema, Kind>();
  const look = (part: JsonSchema): { id: number; length: number } => {
    let inner = 0;
    const flat = mapParts(part, (one) => {
      const { id, length } = look(one);
      inner += length;
      return { id };
    });
    const text = JSON.stringify(flat);
    const kind = byText.get(text) ?? { id: byText.size, name: null, uses: 0, length: text.length + inner };
    byText.set(text, kind);
    kind.uses += 1;
    kinds.set(part, kind);
    return kind;
  };
  look(body);
  return kinds;
}

/** The same form, in which what stands in several places is defined once. */
export function shared(schema: JsonSchema): JsonSchema {
  const { $defs = {}, ...body } = schema;
  const kinds = kindsOf(body);
  const added: JsonObject = {};
  const define = (part: JsonSchema): JsonSchema => {
    const kind = kinds.get(part)!;
    if (kind.length < worthwhile || kind.uses < 2) return mapParts(part, define);
    if (kind.name === null) {
      kind.name = `form${Object.keys(added).length + 1}`;
      added[kind.name] = null;
      added[kind.name] = mapParts(part, define);
    }
    return { $ref: `#/$defs/${kind.name}` };
  };
  const whole = define(body);
  return { ...whole, $defs: used(whole, { ...($defs as JsonObject), ...added }) };
}

const refsIn = (of: Json): string[] =>
  [...JSON.stringify(of).matchAll(/"\$ref":"#\/\$defs\/(\w+)"/g)].flatMap((match) => match[1] ?? []);

/** The definitions to which something leads. */
function used(whole: JsonSchema, defs: JsonObject): JsonObject {
  const names = new Set(refsIn(whole));
  // A set is walked through with what is added on the way.
  for (const name of names) for (const ref of refsIn(defs[name] ?? null)) names.add(ref);
  return Object.fromEntries(Object.entries(defs).filter(([name]) => names.has(name)));
}
