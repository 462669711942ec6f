import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { z } from 'zod';
import type { Json } from '../../../src/contracts/json.ts';
import { checkJson, checkZod, isUsable } from '../../../src/core/schema/check.ts';
import { lossless } from '../../../src/core/schema/lossless.ts';

const order = z.strictObject({
  id: z.string().regex(/^o-\d+$/),
  items: z.array(z.strictObject({ price: z.number().min(1).max(9) })).optional(),
  kind: z.enum(['a', 'b']).optional(),
  note: z.string().nullable().optional(),
  cents: z.number().multipleOf(0.01).optional(),
  either: z.union([z.string(), z.strictObject({ code: z.int() })]).optional(),
  by: z
    .discriminatedUnion('as', [
      z.strictObject({ as: z.literal('card'), last: z.string() }),
      z.strictObject({ as: z.literal('cash') }),
    ])
    .optional(),
  flags: z.record(z.enum(['x', 'y']), z.boolean()).optional(),
});

const table: [string, Json, string, string, string][] = [
  ['a missing field', {}, 'id', 'string', 'missing'],
  ['an unknown field', { id: 'o-1', odd: 'secret' }, 'odd', 'no such field', 'string'],
  ['a wrong type', { id: 5 }, 'id', 'string', 'number'],
  ['a wrong root', [], '(root)', 'object', 'array'],
  ['a wrong value of an enumeration', { id: 'o-1', kind: 'secret' }, 'kind', 'one of "a", "b"', 'string'],
  ['too little', { id: 'o-1', items: [{ price: 5 }, { price: 0 }] }, 'items[1].price', 'at least 1', 'number'],
  ['too much', { id: 'o-1', items: [{ price: 10 }] }, 'items[0].price', 'at most 9', 'number'],
  ['a broken pattern', { id: 'secret' }, 'id', 'text that matches ^o-\\d+$', 'string'],
  ['a wrong nullable', { id: 'o-1', note: 5 }, 'note', 'string or null', 'number'],
  ['half a cent', { id: 'o-1', cents: 1.005 }, 'cents', 'a multiple of 0.01', 'number'],
  ['no shape of a union', { id: 'o-1', either: 5 }, 'either', 'string or object', 'number'],
  ['the meant shape of a union', { id: 'o-1', either: { code: 'x' } }, 'either.code', 'integer', 'string'],
  ['the named shape of a union', { id: 'o-1', by: { as: 'card' } }, 'by.last', 'string', 'missing'],
  ['an unknown key', { id: 'o-1', flags: { x: true, y: true, z: true } }, 'flags.z', 'no such field', 'boolean'],
];

test('both checks say the same of the same error', () => {
  const { schema } = lossless(order);
  for (const [name, value, path, expected, received] of table) {
    const wanted = { ok: false, mismatches: [{ path, expected, received }] };
    assert.deepEqual(checkJson(schema, value), wanted, name);
    assert.deepEqual(checkZod(order, value), wanted, name);
  }
});

test('no value is ever shown', () => {
  const { schema } = lossless(order);
  for (const [, value] of table) assert.doesNotMatch(JSON.stringify(checkJson(schema, value)), /secret/);
});

test('both checks agree on whether a value holds', () => {
  const { schema } = lossless(order);
  const near = fc.record(
    {
      id: fc.constantFrom('o-1', 'x', 5),
      kind: fc.constantFrom('a', 'c', null),
      note: fc.constantFrom('n', null, 1),
      cents: fc.oneof(
        fc.integer({ min: 0, max: 1e9 }).map((n) => n / 100),
        fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }),
      ),
      either: fc.constantFrom('s', { code: 1 }, { code: 1.5 }, 3),
      by: fc.constantFrom({ as: 'card', last: '1' }, { as: 'cash', last: '1' }, { as: 'cash' }, {}),
      flags: fc.constantFrom({ x: true, y: false }, { x: true }, { x: true, y: true, z: true }),
      odd: fc.constant(1),
    },
    { requiredKeys: ['id'] },
  );
  fc.assert(
    fc.property(near, (value) => {
      assert.equal(checkJson(schema, value as Json).ok, order.safeParse(value).success, JSON.stringify(value));
    }),
    { numRuns: 500 },
  );
});

test('characters are counted alike, and multiples are decimal', () => {
  const short = z.string().max(1);
  assert.equal(checkJson(lossless(short).schema, '😀').ok, checkZod(short, '😀').ok);
  assert.equal(checkJson({ multipleOf: 0.01 }, 19.99).ok, true);
  assert.equal(checkJson({ multipleOf: 0.01 }, 19.995).ok, false);
});

test('a refinement that fails is told by its path, without its message', () => {
  const schema = z.strictObject({ pin: z.string().refine(() => false, 'secret 1234') });
  assert.deepEqual(checkZod(schema, { pin: '1234' }), {
    ok: false,
    mismatches: [{ path: 'pin', expected: 'a value that passes its own check', received: 'string' }],
  });
});

test('a refinement that fails is told in the words that describe its place', () => {
  const pin = z.string().refine((text) => text !== '1234', 'secret 1234');
  const schema = z.strictObject({
    cards: z.array(z.strictObject({ pin: pin.describe('a pin that is hard to guess') })),
  });
  assert.deepEqual(checkZod(schema, { cards: [{ pin: '1234' }] }), {
    ok: false,
    mismatches: [{ path: 'cards[0].pin', expected: 'a pin that is hard to guess', received: 'string' }],
  });
});

test('at most twenty mismatches, in an order of their own', () => {
  const value = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`k${i}`, i]));
  const one = checkJson({ type: 'object', additionalProperties: false }, value);
  const reversed = Object.fromEntries(Object.entries(value).reverse());
  assert.deepEqual(checkJson({ type: 'object', additionalProperties: false }, reversed), one);
  assert.equal(one.ok ? 0 : one.mismatches.length, 20);
});

test('a foreign schema is checked as far as it is understood', () => {
  assert.equal(checkJson({ type: 'string', format: 'of-their-own', 'x-theirs': 1 }, 'x').ok, true);
  assert.equal(checkJson({ type: 'string', format: 'date' }, 'tomorrow').ok, false);
  const named = { $id: 'https://example.org/a', type: 'string' };
  assert.equal(checkJson(named, 'x').ok, true);
  assert.equal(checkJson({ ...named, minLength: 1 }, 'x').ok, true, 'the same name again is no conflict');
  assert.equal(checkJson({ required: ['toString'] }, {}).ok, false, 'inherited fields are not there');
});

test('a schema that cannot be used accepts nothing', () => {
  for (const broken of [{ type: 'strng' }, { $ref: 'https://example.org/none' }, { pattern: '(' }]) {
    assert.equal(isUsable(broken), false);
    assert.equal(checkJson(broken, 'x').ok, false);
  }
});

test('keys that are no plain words are quoted in paths', () => {
  const checked = checkJson({ additionalProperties: { type: 'string' } }, { 'a b/~': 1 });
  assert.equal(checked.ok ? '' : checked.mismatches[0]?.path, '["a b/~"]');
});
