/** Whatever a model says within the form of a plan is a plan, or plainly none. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Json, JsonSchema } from '../../../src/contracts/json.ts';
import { plan as planContract } from '../../../src/contracts/plan.ts';
import { toPlan } from '../../../src/models/forms/plan-form.ts';
import { planSchema } from '../../../src/models/forms/plan-schema.ts';
import { agentsOf } from './scene.ts';

/** Any value of a schema of the strict kind. */
function valuesOf(schema: JsonSchema): fc.Arbitrary<Json> {
  const defs = (schema.$defs ?? {}) as Record<string, JsonSchema>;
  const all = fc.letrec<Record<string, Json>>((inner) =>
    Object.fromEntries(Object.entries(defs).map(([name, body]) => [name, from(body, (ref) => inner(ref))])),
  );
  return from(schema, (ref) => all[ref]!);
}

function from(schema: JsonSchema, tie: (name: string) => fc.Arbitrary<Json>): fc.Arbitrary<Json> {
  if (typeof schema.$ref === 'string') return tie(schema.$ref.replace('#/$defs/', ''));
  if (Array.isArray(schema.anyOf)) {
    const options = schema.anyOf.map((one) => from(one as JsonSchema, tie));
    return fc.oneof({ maxDepth: 4, depthIdentifier: 'form' }, ...(options as [fc.Arbitrary<Json>]));
  }
  if ('const' in schema) return fc.constant(schema.const as Json);
  if (Array.isArray(schema.enum)) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case 'object': {
      const fields = Object.entries(schema.properties as Record<string, JsonSchema>);
      return fc.record(Object.fromEntries(fields.map(([name, field]) => [name, from(field, tie)])));
    }
    case 'array':
      return fc.array(from(schema.items as JsonSchema, tie), { minLength: Number(schema.minItems ?? 0), maxLength: 3 });
    case 'string':
      return schema.pattern ? fc.stringMatching(new RegExp(String(schema.pattern))) : fc.string({ unit: 'binary' });
    case 'integer':
      return fc.integer({ min: Number(schema.minimum ?? -9e9), max: Number(schema.maximum ?? 9e9) });
    case 'number':
      return fc.double({ noNaN: true, noDefaultInfinity: true });
    default:
      return schema.type === 'boolean' ? fc.boolean() : fc.constant(null);
  }
}

test('any answer in the form of a plan reads as a plan, or as none', () => {
  for (const route of ['refund', 'incident', 'research']) {
    const agents = agentsOf(route);
    const check = (said: Json) => {
      const plan = toPlan(said, agents);
      if ((said as { plan: Json }).plan === null) return assert.equal(plan, null);
      const { error } = planContract.safeParse(plan);
      assert.equal(error, undefined, JSON.stringify(plan));
    };
    fc.assert(fc.property(valuesOf(planSchema(agents)), check), { numRuns: 150 });
  }
});
