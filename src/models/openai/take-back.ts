/**
 * An answer in the strict form, taken back to the form of the schema itself: a null that stands for an absent optional
 * property is removed. Where null is a value of the property it stays.
 */
import type { Json, JsonObject, JsonSchema } from '../../contracts/json.ts';
import { checkJson } from '../../core/schema/check.ts';
import { alternatives, child, detach, isObject, listOf, type Node, nodeOf, own } from '../../core/schema/resolve.ts';
import { admitsNull } from './nullable.ts';

/** The answer as the schema has it. Whether it fits is not looked at. */
export const takeBack = (schema: JsonSchema, answer: Json): Json => take(nodeOf(schema), answer);

function take(node: Node, value: Json): Json {
  if (typeof value !== 'object' || value === null) return value;
  const type = Array.isArray(value) ? 'array' : 'object';
  const shapes = alternatives(node).filter(({ schema }) => isObject(schema as Json) && typeOf(schema) === type);
  const taken = shapes.map((shape) => ({ shape, value: takeShape(shape, value) }));
  // Of a union it is the shape that it fits; of one shape alone there is nothing to choose.
  const fitting = taken.length > 1 ? taken.find((one) => checkJson(detach(one.shape), one.value).ok) : undefined;
  return (fitting ?? taken[0])?.value ?? value;
}

const typeOf = (schema: Node['schema']): Json | undefined => (typeof schema === 'boolean' ? undefined : schema.type);

function takeShape(shape: Node, value: Json[] | JsonObject): Json {
  const { properties, items, required } = shape.schema as JsonObject;
  if (Array.isArray(value)) return value.map((item) => take(child(items, shape), item));
  const declared = isObject(properties) ? properties : {};
  const isAbsent = (key: string, inner: Json): boolean => {
    const field = own(declared, key);
    const isOptional = field !== undefined && !listOf(required).includes(key);
    return inner === null && isOptional && !admitsNull(child(field, shape));
  };
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, inner]) => !isAbsent(key, inner))
      .map(([key, inner]) => [key, take(child(own(declared, key), shape), inner)]),
  );
}
