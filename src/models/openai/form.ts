/** The form in which an answer is asked for, and the way back from it to the one that was wanted. */
import type { Json, JsonSchema } from '../../contracts/json.ts';
import { detach, isObject } from '../../core/schema/resolve.ts';
import { toStrict } from './strict-schema.ts';
import { takeBack } from './take-back.ts';

export interface Form {
  body: JsonSchema;
  /** Whether the provider enforces it. */
  isStrict: boolean;
  takeBack(answer: Json): Json;
}

const known = new WeakMap<JsonSchema, Form>();

/** The strictest form that can be had for a schema. */
export function formOf(schema: JsonSchema): Form {
  const form = known.get(schema) ?? buildForm(schema);
  known.set(schema, form);
  return form;
}

/** What is no plain object at its root, as a union of objects, travels as the one property of an object. */
function buildForm(schema: JsonSchema): Form {
  const strict = toStrict(schema);
  if (strict) return { body: strict, isStrict: true, takeBack: (answer) => takeBack(schema, answer) };
  if (isPlainObject(schema)) return { body: schema, isStrict: false, takeBack: (answer) => answer };
  const wrapped = wrap(schema);
  const strictly = toStrict(wrapped);
  return {
    body: strictly ?? wrapped,
    isStrict: strictly !== null,
    takeBack: (answer) => unwrap(strictly ? takeBack(wrapped, answer) : answer),
  };
}

const isPlainObject = (schema: JsonSchema): boolean =>
  schema.type === 'object' && !['$ref', 'anyOf', 'oneOf', 'allOf'].some((key) => key in schema);

function wrap(schema: JsonSchema): JsonSchema {
  const { $defs, ...answer } = detach({ schema: { $ref: '#' }, root: schema });
  const properties = { answer };
  const root = { type: 'object', properties, required: ['answer'], additionalProperties: false };
  return $defs === undefined ? root : { ...root, $defs };
}

const unwrap = (answer: Json): Json => (isObject(answer) && answer.answer !== undefined ? answer.answer : answer);
