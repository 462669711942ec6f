/**
 * The rules of schemas that OpenAI enforces to the letter, written down from its guide and from what it answers with
 * 400: https://developers.openai.com/api/docs/guides/structured-outputs and openai/openai-python#2193. Knows nothing of
 * the code that makes the schemas.
 */
import type { Json, JsonObject, JsonSchema } from '../../../src/contracts/json.ts';

const allowed: Record<string, string[]> = {
  object: ['type', 'properties', 'required', 'additionalProperties'],
  array: ['type', 'items', 'minItems', 'maxItems'],
  string: ['type', 'enum', 'const', 'pattern', 'format'],
  number: ['type', 'enum', 'const', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  boolean: ['type', 'const'],
  null: ['type'],
};
allowed.integer = allowed.number!;
const formats = ['date-time', 'time', 'date', 'duration', 'email', 'hostname', 'ipv4', 'ipv6', 'uuid'];

interface Totals {
  properties: number;
  values: number;
  characters: number;
}

class Reader {
  readonly broken: string[] = [];
  private readonly counted = new Set<JsonSchema>();
  readonly totals: Totals = { properties: 0, values: 0, characters: 0 };
  private readonly defs: Record<string, JsonSchema>;

  constructor(defs: Record<string, JsonSchema>) {
    this.defs = defs;
  }

  resolve(schema: JsonSchema): JsonSchema {
    if (typeof schema.$ref !== 'string') return schema;
    return this.resolve(this.defs[schema.$ref.replace('#/$defs/', '')] ?? {});
  }

  /** All that a union may come to, unions within it included. */
  options(schema: JsonSchema): JsonSchema[] {
    const known = this.resolve(schema);
    return Array.isArray(known.anyOf) ? known.anyOf.flatMap((one) => this.options(one as JsonSchema)) : [known];
  }

  visit(schema: JsonSchema, at: string, depth: number, within: string[]): void {
    if (typeof schema.$ref === 'string') this.follow(schema, at, depth, within);
    else if (schema.anyOf !== undefined) this.union(schema, at, depth, within);
    else this.plain(schema, at, depth, within);
  }

  private plain(schema: JsonSchema, at: string, depth: number, within: string[]): void {
    const kind = String(schema.type);
    const keywords = allowed[kind];
    if (!keywords) this.broken.push(`${at}: no known type (${kind})`);
    for (const key of Object.keys(schema)) if (!keywords?.includes(key)) this.broken.push(`${at}: ${key}`);
    if (!this.counted.has(schema)) this.count(schema);
    this.counted.add(schema);
    if (typeof schema.format === 'string' && !formats.includes(schema.format)) this.broken.push(`${at}: format`);
    if (/\(\?[=!<]/.test(String(schema.pattern ?? ''))) this.broken.push(`${at}: look-around`);
    if ((kind === 'object' || kind === 'array') && depth > 10) this.broken.push(`${at}: more than ten levels`);
    if (kind === 'array') this.visit(schema.items as JsonSchema, `${at}[]`, depth + 1, within);
    if (kind === 'object') this.object(schema, at, depth, within);
  }

  /** A definition counts once, however often it is used. */
  private count(schema: JsonSchema): void {
    const names = Object.keys((schema.properties as JsonObject | undefined) ?? {});
    const values = [...((schema.enum as Json[] | undefined) ?? []), ...('const' in schema ? [schema.const] : [])];
    this.totals.properties += names.length;
    this.totals.values += values.length;
    this.totals.characters += [...names, ...values.map(String)].join('').length;
  }

  private follow(schema: JsonSchema, at: string, depth: number, within: string[]): void {
    const name = String(schema.$ref).replace('#/$defs/', '');
    if (Object.keys(schema).length > 1) this.broken.push(`${at}: $ref with others beside it`);
    const body = this.defs[name];
    if (!body) this.broken.push(`${at}: ${name} is not defined`);
    else if (!within.includes(name)) this.visit(body, `${at}<${name}>`, depth, [...within, name]);
  }

  private union(schema: JsonSchema, at: string, depth: number, within: string[]): void {
    if (Object.keys(schema).length > 1) this.broken.push(`${at}: anyOf with others beside it`);
    const firsts = this.options(schema).flatMap((one) => {
      const [name, first] = Object.entries((one.properties ?? {}) as Record<string, JsonSchema>)[0] ?? [];
      return name === undefined ? [] : [{ name, value: first?.const }];
    });
    const same = firsts.filter(({ name, value }, i) =>
      firsts
        .slice(0, i)
        .some((one) => one.name === name && (value === undefined || [undefined, value].includes(one.value))),
    );
    if (same.length > 0) this.broken.push(`${at}: objects share a first key (${same.map(({ name }) => name)})`);
    for (const [i, one] of (schema.anyOf as JsonSchema[]).entries()) this.visit(one, `${at}|${i}`, depth, within);
  }

  private object(schema: JsonSchema, at: string, depth: number, within: string[]): void {
    const properties = schema.properties as Record<string, JsonSchema>;
    const names = Object.keys(properties);
    if (schema.additionalProperties !== false) this.broken.push(`${at}: takes other fields`);
    if (JSON.stringify(schema.required) !== JSON.stringify(names)) this.broken.push(`${at}: not all are required`);
    for (const name of names) {
      if (!/^[A-Za-z0-9_.-]{1,64}$/.test(name)) this.broken.push(`${at}: a field called ${name}`);
      this.visit(properties[name]!, `${at}.${name}`, depth + 1, within);
    }
  }
}

/** What an enforcing provider would not take of a schema; levels count through definitions. */
export function brokenRules(schema: JsonSchema): string[] {
  const { $defs = {}, ...root } = schema;
  const reader = new Reader($defs as Record<string, JsonSchema>);
  if (root.type !== 'object') reader.broken.push('the root is no object');
  reader.visit(root, '', 1, []);
  const unused = Object.keys($defs as JsonObject).filter(
    (name) => !JSON.stringify(schema).includes(`#/$defs/${name}"`),
  );
  const { properties, values, characters } = reader.totals;
  return [
    ...reader.broken,
    ...unused.map((name) => `${name} is not used`),
    ...(properties > 5_000 ? ['more than 5000 properties'] : []),
    ...(values > 1_000 ? ['more than 1000 values'] : []),
    ...(characters > 120_000 ? ['more than 120000 characters'] : []),
  ];
}
