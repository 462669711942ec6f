/** Schemas as GigaChat takes them: references put in place, unions only where it has them, the rest told in words. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonSchema } from '../../../src/contracts/json.ts';
import { forFormat, forParameters } from '../../../src/models/gigachat/schema.ts';
import { byFormat, byFunction, outputOf, requestOf, talk } from './talk.ts';

const text = { type: 'string' };

const money: JsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  properties: { paid: { $ref: '#/$defs/money', description: 'What came in' }, $ref: text },
  required: ['paid'],
  $defs: { money: { type: 'object', properties: { of: { $ref: '#/$defs/currency' } } }, currency: text },
};

const tree: JsonSchema = {
  type: 'object',
  properties: { name: text, under: { type: 'array', items: { $ref: '#' } } },
  required: ['name'],
};

test('what a reference names stands in its place, with what is said beside it', () => {
  const expected = {
    type: 'object',
    properties: { paid: { type: 'object', properties: { of: text }, description: 'What came in' }, $ref: text },
    required: ['paid'],
  };
  assert.deepEqual(forFormat(money), { schema: expected, isExact: true });
  assert.deepEqual(forParameters(money), { schema: expected, isExact: true });
});

test('a reference that leads to itself is left open', () => {
  assert.deepEqual(forFormat(tree), {
    schema: { ...tree, properties: { name: text, under: { type: 'array', items: {} } } },
    isExact: false,
  });
});

test('a reference to nothing, or to elsewhere, is left open', () => {
  for (const $ref of ['#/$defs/missing', 'https://example.org/schema', '#/properties/~2', '#/%E0%A4%A']) {
    assert.deepEqual(forFormat({ type: 'object', properties: { a: { $ref } } }), {
      schema: { type: 'object', properties: { a: {} } },
      isExact: false,
    });
  }
});

test('references that double at each level come to an end', () => {
  const names = Array.from({ length: 40 }, (_, i) => `level${i}`);
  const $defs = Object.fromEntries(
    names.map((name, i) => {
      const $ref = `#/$defs/${names[i + 1] ?? 'end'}`;
      return [name, { type: 'object', properties: { left: { $ref }, right: { $ref } } }];
    }),
  );
  const { isExact, schema } = forFormat({ $ref: '#/$defs/level0', $defs: { ...$defs, end: text } });
  assert.equal(isExact, false);
  assert.ok(JSON.stringify(schema).length < 1_000_000);
});

test('values are left as they are, whatever they look like', () => {
  const schema = { type: 'object', properties: { a: { enum: [{ $ref: '#' }], default: { $ref: '#' } } } };
  assert.deepEqual(forFormat(schema), { schema, isExact: true });
});

test('unions stay in a format, and are left open in parameters', () => {
  const schema = {
    type: 'object',
    properties: {
      maybe: { anyOf: [text, { type: 'null' }], description: 'Perhaps' },
      listed: { type: ['integer', 'null'] },
      either: { oneOf: [text, { type: 'integer' }] },
      same: {
        anyOf: [
          { type: 'object', properties: { a: text } },
          { type: 'object', properties: { b: text } },
        ],
      },
      only: { allOf: [{ type: 'string', maxLength: 5 }] },
      fixed: { const: 'refund' },
      bare: { type: 'object' },
    },
  };
  assert.deepEqual(forFormat(schema), { schema, isExact: true });
  assert.deepEqual(forParameters(schema), {
    schema: {
      type: 'object',
      properties: {
        maybe: { type: 'string', description: 'Perhaps' },
        listed: { type: 'integer' },
        either: {},
        same: { type: 'object', properties: {} },
        only: { type: 'string', maxLength: 5 },
        fixed: { enum: ['refund'] },
        bare: { type: 'object', properties: {} },
      },
    },
    isExact: false,
  });
});

for (const [what, body] of Object.entries({ money, tree })) {
  for (const model of [byFormat, byFunction]) {
    test(`${model} takes the schema of a ${what}, in words as well only where it must`, async () => {
      await using at = await talk();
      outputOf(await at.ask({ model, schema: { name: what, body } }));
      const [{ content }] = at.fake.completions().at(-1)!.body.messages;
      const { instructions } = requestOf();
      assert.ok(content.startsWith(instructions));
      assert.equal(content.includes(JSON.stringify(body)), what === 'tree');
    });
  }
}
