import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { z } from 'zod';
import type { Json, JsonSchema } from '../../../src/contracts/json.ts';
import { checkJson } from '../../../src/core/schema/check.ts';
import { elementOf, fits, schemaAt } from '../../../src/core/schema/fits.ts';
import { lossless } from '../../../src/core/schema/lossless.ts';

const of = (schema: z.ZodType): JsonSchema => {
  const form = lossless(schema);
  assert.deepEqual(form.problems, []);
  return form.schema;
};
const told = (given: z.ZodType | JsonSchema, wanted: z.ZodType | JsonSchema): string[] => {
  const asJson = (schema: z.ZodType | JsonSchema) => (schema instanceof z.ZodType ? of(schema) : schema);
  return fits(asJson(given), asJson(wanted)).map((one) => `${one.path}: ${one.expected} / ${one.received}`);
};

const tree: z.ZodType = z.strictObject({ name: z.string(), kids: z.array(z.lazy(() => tree)) });
const otherTree: z.ZodType = z.strictObject({ name: z.int(), kids: z.array(z.lazy(() => otherTree)) });

const cases: [string, z.ZodType | JsonSchema, z.ZodType | JsonSchema, string[]][] = [
  ['the same type', z.string(), z.string(), []],
  ['disjoint types', z.string(), z.number(), ['(root): number / string']],
  ['an integer for a number', z.int(), z.number(), []],
  ['a number for an integer', z.number(), z.int(), ['(root): integer / number']],
  ['null where none is taken', z.string().nullable(), z.string(), ['(root): string / null']],
  ['a nullable taken', z.string(), z.string().nullable(), []],
  ['a missing field', z.strictObject({}), z.strictObject({ a: z.int() }), ['a: integer / missing']],
  [
    'a field that only may be there',
    z.strictObject({ a: z.int().optional() }),
    z.strictObject({ a: z.int() }),
    ['a: integer / possibly missing'],
  ],
  ['a field too many', z.strictObject({ a: z.int() }), z.strictObject({}), ['a: no such field / integer']],
  [
    'an open object for a closed one',
    z.looseObject({ a: z.int() }),
    z.strictObject({ a: z.int() }),
    ['*: no other fields / possibly other fields'],
  ],
  ['a closed object for an open one', z.strictObject({ a: z.int() }), z.looseObject({}), []],
  ['elements', z.array(z.string()), z.array(z.int()), ['*: integer / string']],
  ['a tuple for a list', z.tuple([z.int(), z.string()]), z.array(z.int()), ['[1]: integer / string']],
  [
    'a nested field',
    z.strictObject({ a: z.array(z.strictObject({ b: z.string() })) }),
    z.strictObject({ a: z.array(z.strictObject({ b: z.boolean() })) }),
    ['a.*.b: boolean / string'],
  ],
  ['an enumeration inside', z.enum(['a']), z.enum(['a', 'b']), []],
  ['an enumeration outside', z.enum(['a', 'b', 'c']), z.enum(['a', 'b']), ['(root): one of "a", "b" / "c"']],
  ['text for an enumeration', z.string(), z.enum(['a']), ['(root): "a" / string']],
  ['an enumeration for text', z.enum(['a']), z.string(), []],
  ['a union for one of its shapes', z.union([z.string(), z.int()]), z.string(), ['(root): string / integer']],
  ['a shape for its union', z.string(), z.union([z.string(), z.int()]), []],
  ['a union for a wider one', z.union([z.string(), z.int()]), z.union([z.number(), z.string(), z.null()]), []],
  ['a recursive schema for itself', tree, tree, []],
  ['a recursive schema for another', tree, otherTree, ['kids.*.name: integer / string', 'name: integer / string']],
  ['a range that overlaps', z.number().min(0), z.number().max(5), []],
  ['a range that does not', z.number().max(5), z.number().min(6), ['(root): at least 6 / at most 5']],
  ['anything for something', {}, z.string(), []],
  ['something for anything', z.strictObject({ a: z.int() }), {}, []],
  ['any JSON for something', z.json(), tree, []],
  ['an unspecified object for a closed one', { type: 'object' }, z.strictObject({ a: z.int() }), []],
  [
    'a record with listed keys',
    z.record(z.enum(['a', 'b']), z.int()),
    z.strictObject({ a: z.int() }),
    ['b: no such field / integer'],
  ],
  [
    'what is composed of parts',
    { allOf: [of(z.looseObject({ a: z.int() })), of(z.looseObject({ b: z.int() }))] },
    z.looseObject({ a: z.int(), b: z.string() }),
    ['b: string / integer'],
  ],
  ['nothing at all', z.string(), z.never(), ['(root): nothing / string']],
];

test('edges clash where a value would not be taken, and only there', () => {
  for (const [name, given, wanted, expected] of cases) assert.deepEqual(told(given, wanted).sort(), expected, name);
});

interface Pair {
  schema: JsonSchema;
  value: fc.Arbitrary<Json>;
}

const scalars: Pair[] = [
  { schema: { type: 'string' }, value: fc.constantFrom('', 'a', 'b', 'z') },
  { schema: { type: 'integer' }, value: fc.integer() },
  { schema: { type: 'number' }, value: fc.constantFrom(0.5, 1, -3) },
  { schema: { type: 'boolean' }, value: fc.boolean() },
  { schema: { type: 'null' }, value: fc.constant(null) },
  { schema: { enum: ['a', 'b'] }, value: fc.constantFrom('a', 'b') },
  { schema: { const: 'a' }, value: fc.constant('a') },
  { schema: { type: ['string', 'null'] }, value: fc.constantFrom('a', null) },
];

const objectOf = (fields: [string, Pair, boolean][], closed: boolean): Pair => {
  const model = Object.fromEntries(fields.map(([key, pair]) => [key, pair.value]));
  const requiredKeys = fields.filter(([, , required]) => required).map(([key]) => key);
  const known = fc.record(model, { requiredKeys });
  const extra = closed ? fc.constant({}) : fc.constantFrom<Record<string, Json>>({}, { x: 1 }, { y: 'q' });
  return {
    schema: {
      type: 'object',
      properties: Object.fromEntries(fields.map(([key, pair]) => [key, pair.schema])),
      required: requiredKeys,
      additionalProperties: closed ? false : {},
    },
    value: fc.tuple(known, extra).map(([a, b]) => ({ ...b, ...a }) as Json),
  };
};

const { pair } = fc.letrec<{ pair: Pair }>((tie) => {
  const field = (key: string) =>
    fc.option(fc.tuple(fc.constant(key), tie('pair'), fc.boolean()), { nil: null, freq: 3 });
  const object = fc.tuple(field('a'), field('b'), fc.boolean()).map(([a, b, closed]) =>
    objectOf(
      [a, b].filter((one) => one !== null),
      closed,
    ),
  );
  const list = tie('pair').map((inner) => ({
    schema: { type: 'array', items: inner.schema },
    value: fc.array(inner.value, { maxLength: 2 }) as fc.Arbitrary<Json>,
  }));
  const union = fc.array(tie('pair'), { minLength: 1, maxLength: 3 }).map((inner) => ({
    schema: { anyOf: inner.map((one) => one.schema) },
    value: fc.oneof(...inner.map((one) => one.value)),
  }));
  return { pair: fc.oneof({ maxDepth: 3, depthSize: 'small' }, fc.constantFrom(...scalars), object, list, union) };
});

test('when nothing clashes, every value of the one is a value of the other', () => {
  let fitting = 0;
  const numRuns = 1_500;
  fc.assert(
    fc.property(pair, pair, (given, wanted) => {
      if (fits(given.schema, wanted.schema).length > 0) return;
      fitting += 1;
      for (const value of fc.sample(given.value, { numRuns: 8, seed: 7 })) {
        const checked = checkJson(wanted.schema, value);
        assert.ok(checked.ok, JSON.stringify({ given: given.schema, wanted: wanted.schema, value }));
      }
    }),
    { numRuns, seed: 20 },
  );
  assert.ok(fitting > 50, `only ${fitting} pairs fit`);
});

test('every schema fits itself', () => {
  fc.assert(
    fc.property(pair, ({ schema }) => assert.deepEqual(fits(schema, schema), [])),
    { numRuns: 500 },
  );
});

test('a path reaches the schema of what stands there', () => {
  const schema = of(
    z.strictObject({
      list: z.array(z.strictObject({ price: z.number() })),
      pair: z.tuple([z.int(), z.string()]),
      maybe: z.strictObject({ deep: z.string() }).nullable(),
      either: z.union([z.strictObject({ a: z.int() }), z.strictObject({ a: z.string(), b: z.null() })]),
      free: z.looseObject({}),
      gone: z.string().optional(),
    }),
  );
  const at = (path: string) => schemaAt(schema, path.split('.'));
  assert.deepEqual(at('list.0.price'), { schema: { type: 'number' }, optional: true });
  assert.deepEqual(at('list.length'), { schema: { type: 'integer', minimum: 0 }, optional: false });
  assert.deepEqual(at('pair.1'), { schema: { type: 'string' }, optional: false });
  assert.equal(at('pair.2'), null);
  assert.deepEqual(at('maybe.deep'), { schema: { type: 'string' }, optional: true });
  assert.deepEqual(at('either.a'), { schema: { anyOf: [{ type: 'integer' }, { type: 'string' }] }, optional: false });
  assert.deepEqual(at('either.b'), { schema: { type: 'null' }, optional: true });
  assert.deepEqual(at('free.any.thing'), { schema: {}, optional: true });
  assert.deepEqual(at('gone'), { schema: { type: 'string' }, optional: true });
  for (const nowhere of ['lst', 'list.price', 'gone.length', 'toString', 'list.constructor']) {
    assert.equal(at(nowhere), null, nowhere);
  }
  assert.deepEqual(schemaAt(schema, []), { schema, optional: false });
});

test('a part of a recursive schema stands alone', () => {
  const part = schemaAt(of(tree), ['kids', '0', 'kids']);
  assert.ok(part);
  assert.deepEqual(fits(part.schema, of(z.array(tree))), []);
  assert.equal(fits(part.schema, of(z.array(otherTree))).length > 0, true);
  assert.equal(checkJson(part.schema, [{ name: 5, kids: [] }]).ok, false);
  assert.deepEqual(fits(schemaAt(part.schema, ['0', 'kids', '1'])?.schema ?? {}, of(tree)), []);
});

test('a document inside another one keeps its own references', () => {
  const outer = { type: 'object', properties: { list: { type: 'array', items: { ...of(tree), $id: 'inner' } } } };
  const part = schemaAt(outer, ['list']);
  assert.ok(part);
  assert.deepEqual(fits(part.schema, of(z.array(tree))), []);
  assert.deepEqual(schemaAt(part.schema, ['0', 'kids', '0', 'name'])?.schema, { type: 'string' });
});

test('a list has elements, and what is not always a list has none', () => {
  assert.deepEqual(elementOf(of(z.array(z.int()))), { type: 'integer' });
  assert.deepEqual(elementOf({}), {});
  assert.equal(elementOf(of(z.array(z.int()).nullable())), null);
  assert.equal(elementOf(of(z.string())), null);
});
