/** Which keywords the strict form has, and words for those that it has not. */
import type { Json, JsonObject } from '../../contracts/json.ts';
import { hasReferences, own, typesOf } from '../../core/schema/resolve.ts';

const ranges = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'];
const ofType: Record<string, readonly string[]> = {
  string: ['pattern', 'format'],
  number: ranges,
  integer: ranges,
  array: ['minItems', 'maxItems'],
};
const formats = new Set(['date-time', 'time', 'date', 'duration', 'email', 'hostname', 'ipv4', 'ipv6', 'uuid']);

/** Look-around, back-references and classes by property are no part of the grammar that answers are held to. */
const isPlainPattern = (pattern: Json): boolean =>
  typeof pattern === 'string' && !/\(\?(?!:)|\\[1-9kpP]/.test(pattern) && isRegex(pattern);

function isRegex(pattern: string): boolean {
  try {
    return new RegExp(pattern, 'u') !== null;
  } catch {
    return false;
  }
}

const isSupported = (key: string, value: Json): boolean =>
  key === 'format' ? formats.has(String(value)) : key === 'pattern' ? isPlainPattern(value) : true;

/** The keywords of a type that may stay as they are. */
function kept(schema: JsonObject, type: string): JsonObject {
  const entries = (ofType[type] ?? []).map((key) => [key, own(schema, key)] as const);
  return Object.fromEntries(
    entries.filter((entry): entry is [string, Json] => entry[1] !== undefined && isSupported(entry[0], entry[1])),
  );
}

/** Keywords that a model can follow by reading them. All others say nothing of a value, or are none. */
const readable = new Set([
  ...['minLength', 'maxLength', 'pattern', 'format', 'uniqueItems', 'minProperties', 'maxProperties', 'default'],
  ...['examples', 'not', 'if', 'then', 'else', 'dependentRequired', 'dependentSchemas', 'contains', 'minContains'],
  ...['maxContains', 'propertyNames', 'contentEncoding', 'contentMediaType', ...ranges, 'minItems', 'maxItems'],
]);
const maxWords = 1_000;

/**
 * Title, description, and the keywords that the form has for the type (none for a list of values). What else the schema
 * demands is said in the description.
 */
export function keywordsOf(schema: JsonObject, type: string | null): JsonObject {
  const keywords = type === null ? {} : kept(schema, type);
  const { title, description } = schema;
  const text = [description, demandsOf(schema, type)].filter((part) => typeof part === 'string' && part !== '');
  return {
    ...(typeof title === 'string' && { title }),
    ...(text.length > 0 && { description: text.join(' ') }),
    ...keywords,
  };
}

function demandsOf(schema: JsonObject, type: string | null): string {
  // In a list of types, what holds for another one is said there.
  const types = new Set([...typesOf(schema), ...(type === null ? [] : [type])]);
  const expressed = new Set([...types].flatMap((one) => Object.keys(kept(schema, one))));
  const demands = Object.entries(schema).filter(([key, value]) => {
    if (!readable.has(key) || expressed.has(key) || hasReferences(value)) return false;
    // A format that is enforced says what the long pattern says that libraries write beside it.
    return key !== 'pattern' || !formats.has(String(schema.format));
  });
  if (demands.length === 0) return '';
  const words = `It must also hold, in JSON Schema: ${JSON.stringify(Object.fromEntries(demands))}`;
  return words.length > maxWords ? '' : words;
}
