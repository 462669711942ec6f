/**
 * How large a strict schema may be (https://developers.openai.com/api/docs/guides/structured-outputs). What a level of
 * nesting is, the guide does not say: here every object and every array is one, which is the strictest reading. A
 * definition begins anew, for it may be recursive.
 */
import { isObject, type Schema } from './strict-rules.ts';

const most = { properties: 5000, levels: 10, characters: 120_000, values: 1000, ofLongEnum: 250, longEnum: 15_000 };

interface Sum {
  properties: number;
  levels: number;
  characters: number;
  values: number;
}

/** Why the schema is too large; null when it is not. */
export function excessOf(schema: Schema): string | null {
  const sum: Sum = { properties: 0, levels: 0, characters: 0, values: 0 };
  const tooLong = add(schema, sum, 0);
  for (const [name, definition] of Object.entries((schema.$defs as Record<string, Schema>) ?? {})) {
    sum.characters += name.length;
    const found = add(definition, sum, 0);
    if (found) return found;
  }
  if (tooLong) return tooLong;
  const expected = (limit: number, what: string, got: number) =>
    `Expected at most ${limit} ${what} in total within a single schema, but received ${got}.`;
  if (sum.properties > most.properties) return expected(most.properties, 'object properties', sum.properties);
  if (sum.levels > most.levels) return `Expected at most ${most.levels} levels of nesting, but received ${sum.levels}.`;
  if (sum.values > most.values) return expected(most.values, 'enum values', sum.values);
  return sum.characters > most.characters ? expected(most.characters, 'characters', sum.characters) : null;
}

function add(node: Schema, sum: Sum, above: number): string | null {
  const isContainer = isObject(node.properties) || isObject(node.items);
  const level = above + (isContainer ? 1 : 0);
  sum.levels = Math.max(sum.levels, level);
  const listed = Array.isArray(node.enum) ? node.enum : [];
  const long = listed.filter((value) => typeof value === 'string').join('').length;
  if (listed.length > most.ofLongEnum && long > most.longEnum) {
    return `An enum of ${listed.length} values has ${long} characters, of which ${most.longEnum} are allowed.`;
  }
  sum.values += listed.length;
  sum.characters += [...listed, ...('const' in node ? [node.const] : [])].map(String).join('').length;
  const properties = isObject(node.properties) ? (node.properties as Record<string, Schema>) : {};
  for (const name of Object.keys(properties)) {
    sum.properties += 1;
    sum.characters += name.length;
  }
  const inner = [...Object.values(properties), node.items, ...((node.anyOf as Schema[]) ?? [])].filter(isObject);
  return inner.map((child) => add(child, sum, level)).find((found) => found !== null) ?? null;
}
