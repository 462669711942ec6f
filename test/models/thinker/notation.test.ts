import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { lossless } from '../../../src/core/schema/lossless.ts';
import { agentText, typeText } from '../../../src/models/notation.ts';
import { agentsOf } from './scene.ts';

const written = (schema: z.ZodType) => typeText(lossless(schema).schema);

test('a schema is written as a type', () => {
  const cases: [z.ZodType, string][] = [
    [z.strictObject({ a: z.string(), b: z.int().optional() }), '{ a: string, b?: integer }'],
    [z.strictObject({ order: z.string().regex(/^\d{1,9}$/) }), '{ order: string /^\\d{1,9}$/ }'],
    [
      z.strictObject({ on: z.iso.date().describe('the day of the purchase') }),
      '{ on: date (the day of the purchase) }',
    ],
    [z.array(z.enum(['a', 'b'])), '("a" | "b")[]'],
    [z.union([z.string(), z.null()]), 'string | null'],
    [z.record(z.string(), z.number()), '{ [name]: number }'],
    [z.strictObject({}), '{}'],
    [z.unknown(), 'any'],
  ];
  for (const [schema, text] of cases) assert.equal(written(schema), text);
});

test('what leads back into itself, or lies deep, is cut short', () => {
  assert.ok(written(z.json()).length < 300, written(z.json()));
  let deep: z.ZodType = z.string();
  for (let i = 0; i < 20; i += 1) deep = z.strictObject({ a: deep });
  assert.match(written(deep), /^(\{ a: ){5,7}any( \}){5,7}$/);
});

test('an agent is written with its effect, what takes it back and what it costs', () => {
  const reserve = agentsOf('refund').find(({ name }) => name === 'shop.reserve')!;
  assert.match(agentText(reserve), /^shop\.reserve@1: Set the money aside \(compensable, undone by shop\.release@1/);
  const priced = { ...reserve, price: { micros: 20_000, currency: 'USD' } };
  assert.match(agentText(priced), /when the task fails, costs 0\.02 USD a call\)/);
});
