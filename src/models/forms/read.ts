/**
 * Reads a value back out of the form in which a model gave it: nulls that stand for absence are dropped, entries become
 * objects, and references get the names that they have in plans. What has no such form is taken as it is; the checks
 * that follow decide.
 */
import type { Json, JsonObject, JsonSchema } from '../../contracts/json.ts';
import { elementOf, schemaAt } from '../../core/schema/fits.ts';
import { isObject } from '../../core/schema/resolve.ts';

const only = (of: JsonObject, key: string): Json | undefined =>
  Object.hasOwn(of, key) && Object.keys(of).length === 1 ? of[key] : undefined;

/** The pairs of a loose object; null when it is none. */
function entriesOf(of: JsonObject): [string, Json][] | null {
  const entries = only(of, 'entries');
  if (!Array.isArray(entries)) return null;
  const pairs = entries.map((entry): [string, Json] | null => {
    const { name, value } = isObject(entry) ? entry : {};
    return typeof name === 'string' && value !== undefined ? [name, value] : null;
  });
  return pairs.every((pair) => pair !== null) ? pairs : null;
}

/** A field that may be absent is absent when it is null, unless it was listed as an entry: that is said on purpose. */
function readFields(of: JsonObject, wanted: JsonSchema, refs: boolean): JsonObject {
  const entries = entriesOf(of);
  const fields = (entries ?? Object.entries(of)).flatMap(([name, value]): [string, Json][] => {
    const reached = schemaAt(wanted, [name]);
    if (value === null && !entries && reached?.optional !== false) return [];
    return [[name, readValue(value, reached?.schema ?? {}, refs)]];
  });
  return Object.fromEntries(fields);
}

/** A value of the schema, as the model gave it; with `refs` it may hold references and templates, as in a plan. */
export function readValue(value: Json, wanted: JsonSchema, refs: boolean): Json {
  if (Array.isArray(value)) {
    const element = elementOf(wanted) ?? {};
    return value.map((inner) => readValue(inner, element, refs));
  }
  if (!isObject(value)) return value;
  const [ref, template] = [only(value, 'ref'), only(value, 'template')];
  if (refs && typeof ref === 'string') return { $ref: ref };
  if (refs && typeof template === 'string') return { $text: template };
  return readFields(value, wanted, refs);
}
