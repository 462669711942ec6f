/**
 * How large a strict schema may be (https://developers.openai.com/api/docs/guides/structured-outputs). What a level of
 * nesting is, the guide does not say; here each object and each array is one, so that no reading of it is offended. A
 * definition begins anew, for it may be recursive.
 */
import type { Json, JsonObject, JsonSchema } from '../../contracts/json.ts';
import { isObject, listOf } from '../../core/schema/resolve.ts';

const maxProperties = 5_000;
const maxLevels = 10;
const maxCharacters = 120_000;
const maxValues = 1_000;
/** An enumeration of more than `values` may have so many characters. */
const longEnum = { values: 250, characters: 15_000 };

/** Whether a schema in the strict form is small enough. */
export function isWithinLimits({ $defs, ...root }: JsonSchema): boolean {
  const definitions = isObject($defs) ? $defs : {};
  const sums = [root, ...Object.values(definitions)].map((node) => sumOf(node));
  const of = (what: keyof Sum) => sums.map((sum) => sum[what]);
  const total = (what: keyof Sum) => of(what).reduce((a, b) => a + b, 0);
  const names = Object.keys(definitions).join('').length;
  return (
    Math.max(...of('levels')) <= maxLevels &&
    total('properties') <= maxProperties &&
    total('values') <= maxValues &&
    total('characters') + names <= maxCharacters &&
    total('longEnums') === 0
  );
}

interface Sum {
  properties: number;
  levels: number;
  characters: number;
  values: number;
  longEnums: number;
}

function sumOf(node: Json): Sum {
  const { properties, items, anyOf, enum: listed, ...rest } = node as JsonObject;
  const fields = isObject(properties) ? properties : {};
  const values = listOf(listed);
  const length = values.map(String).join('').length;
  const constant = rest.const === undefined ? 0 : String(rest.const).length;
  const isContainer = properties !== undefined || items !== undefined;
  const sums = [...Object.values(fields), ...(items === undefined ? [] : [items]), ...listOf(anyOf)].map(sumOf);
  const start = {
    properties: Object.keys(fields).length,
    levels: 0,
    characters: Object.keys(fields).join('').length + length + constant,
    values: values.length,
    longEnums: values.length > longEnum.values && length > longEnum.characters ? 1 : 0,
  };
  const sum = sums.reduce(add, start);
  return { ...sum, levels: sum.levels + (isContainer ? 1 : 0) };
}

const add = (a: Sum, b: Sum): Sum => ({
  properties: a.properties + b.properties,
  levels: Math.max(a.levels, b.levels),
  characters: a.characters + b.characters,
  values: a.values + b.values,
  longEnums: a.longEnums + b.longEnums,
});
