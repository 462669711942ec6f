/** Any schema of an agent becomes one that OpenAI takes, and its answers become values of the schema again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import fc from 'fast-check';
import { z } from 'zod';
import type { Json, JsonSchema } from '../../../src/contracts/json.ts';
import { formOf } from '../../../src/models/openai/form.ts';
import { toStrict } from '../../../src/models/openai/strict-schema.ts';
import { takeBack } from '../../../src/models/openai/take-back.ts';
import { complaintOf } from '../../support/openai/strict-rules.ts';
import { schemaWithValue } from './schemas.ts';

const ajv = new Ajv2020({ strict: false, ownProperties: true });
formats.default(ajv);
const fits = (schema: JsonSchema, value: Json): string | null =>
  ajv.validate(schema, value) ? null : ajv.errorsText(ajv.errors);

const object = (properties: JsonSchema, required: string[] = Object.keys(properties)): JsonSchema => ({
  ...{ type: 'object', properties, required, additionalProperties: false },
});
const fieldOf = (schema: JsonSchema) => (toStrict(object({ a: schema }))?.properties as JsonSchema | undefined)?.a;
const text = { type: 'string' };

test('what is converted is taken by the rules, whatever the schema', () => {
  fc.assert(
    fc.property(schemaWithValue, ({ schema }) => {
      const strict = toStrict(schema);
      assert.ok(strict);
      assert.equal(complaintOf(strict), null);
    }),
    { numRuns: 200 },
  );
});

test('a value with null for what it has not fits the strict form, and taken back fits the schema', () => {
  fc.assert(
    fc.property(schemaWithValue, ({ schema, plain, filled }) => {
      assert.equal(fits(schema, plain), null);
      assert.equal(fits(toStrict(schema)!, filled), null);
      assert.equal(fits(schema, takeBack(schema, filled)), null);
    }),
    { numRuns: 100 },
  );
});

test('an optional property is required and may be null; a null that is a value of its own stays', () => {
  const schema = object({ a: text, b: text, c: { type: ['string', 'null'] }, d: { $ref: '#/$defs/d' } }, ['a']);
  const whole = { ...schema, $defs: { d: { anyOf: [text, { type: 'null' }] } } };
  assert.deepEqual(toStrict(object({ a: text, b: text }, ['a'])), {
    ...object({ a: text, b: { anyOf: [text, { type: 'null' }] } }),
  });
  const back = takeBack(whole, { a: 'x', b: null, c: null, d: null });
  assert.deepEqual(back, { a: 'x', c: null, d: null });
});

test('an answer to a union is taken back by the shape that it fits', () => {
  const long = object({ a: { type: 'string', minLength: 5 }, b: text }, ['a']);
  const short = object({ a: text, b: { type: ['string', 'null'] } });
  const schema = object({ list: { type: 'array', items: { oneOf: [long, short] } } });
  const answer = {
    list: [
      { a: 'longer', b: null },
      { a: 'x', b: null },
    ],
  };
  assert.deepEqual(takeBack(schema, answer), { list: [{ a: 'longer' }, { a: 'x', b: null }] });
});

test('what does not fit is handed on as it came', () => {
  const schema = object({ a: object({ b: text }, []), c: { anyOf: [object({ d: text }), object({ e: text })] } });
  const odd = { a: [null, { b: null }], c: { f: null }, g: { b: null } };
  assert.deepEqual(takeBack(schema, odd), odd);
  assert.equal(takeBack(schema, 'no object'), 'no object');
});

test('keywords that the form has stay, and what it has not is said in the description', () => {
  assert.deepEqual(fieldOf({ type: 'integer', minimum: 1, multipleOf: 5 }), {
    type: 'integer',
    minimum: 1,
    multipleOf: 5,
  });
  assert.deepEqual(fieldOf({ type: 'string', format: 'email', pattern: '^(?!\\.).*$' }), {
    type: 'string',
    format: 'email',
  });
  assert.deepEqual(fieldOf({ type: 'string', description: 'A name.', minLength: 2, pattern: '^(?!x)' }), {
    type: 'string',
    description: 'A name. It must also hold, in JSON Schema: {"minLength":2,"pattern":"^(?!x)"}',
  });
  assert.deepEqual(fieldOf({ type: 'array', items: text, uniqueItems: true, minItems: 1 }), {
    ...{ type: 'array', items: text, minItems: 1 },
    description: 'It must also hold, in JSON Schema: {"uniqueItems":true}',
  });
  assert.deepEqual(fieldOf({ const: 'x', $comment: 'not for models' }), { type: 'string', const: 'x' });
  assert.deepEqual(fieldOf({ oneOf: [text, { type: 'integer' }], description: 'Either.' }), {
    ...{ anyOf: [text, { type: 'integer' }], description: 'Either.' },
  });
});

test('records, tuples, anything at all and objects that say they are open have no strict form', () => {
  const without: JsonSchema[] = [
    { type: 'object', additionalProperties: text },
    { type: 'object', properties: { a: text }, additionalProperties: true },
    { type: 'object' },
    { ...object({ a: text }), patternProperties: { '^x': text } },
    { ...object({ a: text }), required: ['b'] },
    { type: 'array', prefixItems: [text] },
    { type: 'array' },
    { enum: [{ a: 1 }] },
    { $ref: '#/$defs/nowhere' },
    { $ref: 'https://example.org/elsewhere' },
    { not: {} },
    {},
  ];
  for (const schema of without) assert.equal(fieldOf(schema), undefined, JSON.stringify(schema));
  assert.equal(fieldOf({ anyOf: [text, {}] }), undefined);
  assert.equal(toStrict({ anyOf: [object({}), object({ a: text })] }), null);
  assert.equal(toStrict(text), null);
});

test('what is too large has no strict form', () => {
  const nested = (levels: number): JsonSchema => (levels === 1 ? object({}) : object({ a: nested(levels - 1) }));
  const listed = (n: number, length: number) =>
    object({ a: { enum: Array.from({ length: n }, (_, i) => String(i).padStart(length, '0')) } });
  const many = (n: number) => object(Object.fromEntries(Array.from({ length: n }, (_, i) => [`p${i}`, text])));
  for (const schema of [nested(10), listed(1000, 10), listed(250, 70), many(5000)]) {
    assert.equal(complaintOf(toStrict(schema)), null);
  }
  const long = object({ ['x'.repeat(120_001)]: text });
  for (const schema of [nested(11), listed(1001, 4), listed(251, 70), many(5001), long]) {
    assert.equal(toStrict(schema), null);
  }
});

test('a schema may be recursive, and references that lead nowhere but to themselves come to an end', () => {
  const tree = object({ name: text, left: { $ref: '#', description: 'Again.' }, right: { $ref: '#/$defs/t' } }, [
    'name',
  ]);
  const schema = { ...tree, $defs: { t: { $ref: '#/$defs/u' }, u: tree } };
  const strict = toStrict(schema);
  assert.equal(complaintOf(strict), null);
  const answer = { name: 'a', left: { name: 'b', left: null, right: null }, right: null };
  assert.equal(fits(strict!, answer), null);
  assert.deepEqual(takeBack(schema, answer), { name: 'a', left: { name: 'b' } });
  const endless = { a: { allOf: [{ $ref: '#/$defs/x' }, { $ref: '#/$defs/x' }] } };
  const x = {
    anyOf: [
      { $ref: '#/$defs/x', minLength: 1 },
      { $ref: '#/$defs/x', maxLength: 1 },
    ],
  };
  assert.equal(toStrict({ ...object(endless), $defs: { x } }), null);
});

test('schemas of zod are strict as they are, with unions, references and dates', () => {
  const money = z
    .strictObject({ amount: z.number().positive(), currency: z.enum(['EUR', 'USD']) })
    .meta({ id: 'money' });
  const schema = z.strictObject({
    email: z.email().optional(),
    at: z.iso.datetime(),
    price: money,
    limit: money.optional(),
    action: z.discriminatedUnion('do', [
      z.strictObject({ do: z.literal('refund'), sum: money.nullable() }),
      z.strictObject({ do: z.literal('reply'), text: z.string().max(200), urgent: z.boolean().optional() }),
    ]),
  });
  const json = z.toJSONSchema(schema) as JsonSchema;
  const strict = toStrict(json);
  assert.equal(complaintOf(strict), null);
  const answer = {
    ...{ email: null, at: '2026-11-25T08:00:00Z', price: { amount: 1, currency: 'EUR' }, limit: null },
    action: { do: 'reply', text: 'Hello', urgent: null },
  };
  assert.equal(fits(strict!, answer), null);
  const back = schema.parse(takeBack(json, answer));
  assert.deepEqual(back.action, { do: 'reply', text: 'Hello' });
  assert.ok(!('email' in back));
});

test('a root that is no plain object travels in one, strictly where that can be', () => {
  const union = { anyOf: [object({ a: text }), object({ b: text, c: text }, ['b'])] };
  const strictly = formOf(union);
  assert.equal(strictly.isStrict, true);
  assert.equal(complaintOf(strictly.body), null);
  assert.deepEqual(strictly.takeBack({ answer: { b: 'x', c: null } }), { b: 'x' });
  const loose = formOf({ anyOf: [object({ a: text }), { type: 'object', additionalProperties: text }] });
  assert.deepEqual([loose.isStrict, loose.body.type], [false, 'object']);
  assert.deepEqual(loose.takeBack({ answer: { any: 'x' } }), { any: 'x' });
  assert.deepEqual(loose.takeBack({ any: 'x' }), { any: 'x' });
  const recursive = { anyOf: [text, { type: 'array', items: { $ref: '#' } }] };
  assert.equal(complaintOf(formOf(recursive).body), null);
  assert.deepEqual(formOf(recursive).takeBack({ answer: ['a', ['b']] }), ['a', ['b']]);
  const record = { type: 'object', additionalProperties: text };
  assert.deepEqual([formOf(record).isStrict, formOf(record).body], [false, record]);
});
