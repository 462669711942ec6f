import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { checkJson } from '../../../src/core/schema/check.ts';
import { lossless } from '../../../src/core/schema/lossless.ts';

const formOf = (schema: z.ZodType) => {
  const { schema: form, problems } = lossless(schema);
  assert.deepEqual(problems, []);
  return form;
};

test('what JSON can say becomes JSON Schema without noise', () => {
  assert.deepEqual(formOf(z.strictObject({ order: z.string().min(2), count: z.int().min(1).optional() })), {
    type: 'object',
    properties: { order: { type: 'string', minLength: 2 }, count: { type: 'integer', minimum: 1 } },
    required: ['order'],
    additionalProperties: false,
  });
  assert.deepEqual(formOf(z.record(z.string(), z.array(z.boolean()).readonly())), {
    type: 'object',
    additionalProperties: { type: 'array', items: { type: 'boolean' } },
  });
  assert.deepEqual(formOf(z.int32()), { type: 'integer', minimum: -2147483648, maximum: 2147483647 });
});

test('titles and descriptions stay, and metadata cannot change what the schema says', () => {
  const schema = z.string().meta({ id: 'word', description: 'A word', type: 'number' });
  assert.deepEqual(formOf(schema), { type: 'string', description: 'A word' });
});

test('a field named like a keyword is not touched', () => {
  const schema = z.strictObject({ format: z.string(), maximum: z.literal(Number.MAX_SAFE_INTEGER) });
  assert.deepEqual(formOf(schema).properties, {
    format: { type: 'string' },
    maximum: { type: 'number', const: Number.MAX_SAFE_INTEGER },
  });
});

const refused: [string, z.ZodType, RegExp][] = [
  ['a transform', z.string().transform(Number), /same type/],
  ['a pipe', z.string().pipe(z.string()), /same type/],
  ['a preprocess', z.preprocess((x) => x, z.string()), /same type/],
  ['a codec', z.stringbool(), /same type/],
  ['a default', z.string().default('x'), /optional/],
  ['a prefault', z.string().prefault('x'), /optional/],
  ['a catch', z.string().catch('x'), /mismatch/],
  ['coercion', z.coerce.number(), /z\.coerce/],
  ['a date', z.date(), /z\.iso\.datetime/],
  ['a bigint', z.bigint(), /z\.int/],
  ['a map', z.map(z.string(), z.string()), /z\.record/],
  ['a set', z.set(z.string()), /z\.array/],
  ['a symbol', z.symbol(), /JSON has/],
  ['undefined', z.undefined(), /optional/],
  ['void', z.void(), /z\.null/],
  ['a function', z.function() as unknown as z.ZodType, /JSON has/],
  ['a custom type', z.custom(), /refine/],
  ['an instance', z.instanceof(Map), /refine/],
  ['a file', z.file(), /JSON has/],
  ['a promise', z.promise(z.string()), /JSON has/],
  ['trimming', z.string().trim(), /changes the value/],
  ['lower case', z.string().toLowerCase(), /changes the value/],
  ['an object that strips', z.object({ a: z.string() }), /z\.strictObject or z\.looseObject/],
  ['an optional element', z.array(z.string().optional()), /outside a field/],
  ['an intersection', z.intersection(z.looseObject({}), z.looseObject({})), /one z\.strictObject/],
  ['a flagged pattern', z.string().regex(/a/i), /flag i/],
  ['an undefined literal', z.literal(undefined), /JSON has/],
  ['a numeric key', z.record(z.number(), z.string()), /key/],
];

test('what JSON cannot say is refused where it stands, with a hint', () => {
  for (const [name, schema, hint] of refused) {
    const { problems } = lossless(z.strictObject({ list: z.array(z.strictObject({ odd: schema })) }));
    assert.equal(problems.length, 1, name);
    assert.match(problems[0]?.path ?? '', /^list\.\*\.odd/, name);
    assert.match(problems[0]?.hint ?? '', hint, name);
    assert.equal(problems[0]?.code, 'schema_lossy');
  }
});

test('all that is wrong is told at once', () => {
  const { problems } = lossless(z.strictObject({ a: z.date(), b: z.union([z.string(), z.bigint()]), c: z.object({}) }));
  assert.deepEqual(
    problems.map((problem) => problem.path),
    ['a', 'b', 'c'],
  );
});

test('refinements are listed by path, at every place of a schema that is used twice', () => {
  const even = z.int().refine((n) => n % 2 === 0);
  const schema = z.strictObject({ a: even, list: z.array(even), link: z.url() }).superRefine(() => {});
  assert.deepEqual(lossless(schema).checkedAtRunTime, ['(root)', 'a', 'link', 'list.*']);
  assert.deepEqual(lossless(schema).problems, []);
});

test('a schema that contains itself keeps its references', () => {
  const tree = z.strictObject({
    name: z.string(),
    get kids() {
      return z.array(tree);
    },
  });
  const form = formOf(tree);
  assert.equal(checkJson(form, { name: 'a', kids: [{ name: 'b', kids: [] }] }).ok, true);
  assert.equal(checkJson(form, { name: 'a', kids: [{ name: 5, kids: [] }] }).ok, false);
  assert.equal(checkJson(formOf(z.json()), { any: ['thing', 1, null] }).ok, true);
});
