/** Schemas at random, of the kind that agents have, each with values that fit it. */
import fc from 'fast-check';
import type { Json, JsonObject, JsonSchema } from '../../../src/contracts/json.ts';

/** A value, and the same with null for every optional property that it does not have. */
interface Pair {
  plain: Json;
  filled: Json;
}

interface Kind {
  schema: JsonSchema;
  values: fc.Arbitrary<Pair>;
}

const same = (plain: Json): Pair => ({ plain, filled: plain });
const kind = (schema: JsonSchema, values: fc.Arbitrary<Json>): Kind => ({ schema, values: values.map(same) });
const word = fc.stringMatching(/^[a-z]{1,8}$/);
const described = fc.option(word, { nil: undefined });

const leaf: fc.Arbitrary<Kind> = fc.oneof(
  fc.record({ min: fc.nat(3), description: described }).map(({ min, description }) => {
    const schema = { type: 'string', minLength: min, maxLength: 12, ...(description && { description }) };
    return kind(schema, fc.string({ minLength: min, maxLength: 12, unit: 'grapheme-ascii' }));
  }),
  fc.constantFrom(
    kind({ type: 'string', format: 'uuid', pattern: '^.{36}$' }, fc.uuid()),
    kind({ type: 'string', pattern: '^(?!x)[a-z]+$' }, fc.stringMatching(/^[a-w]{1,5}$/)),
    kind({ type: 'string', pattern: '^[0-9]{2,4}$', default: '00' }, fc.stringMatching(/^[0-9]{2,4}$/)),
    kind({ type: 'string', format: 'uri' }, fc.webUrl()),
    kind({ type: 'integer', minimum: -5, maximum: 5 }, fc.integer({ min: -5, max: 5 })),
    kind({ type: 'number', exclusiveMinimum: 0 }, fc.integer({ min: 1, max: 9 })),
    kind({ type: 'boolean' }, fc.boolean()),
    kind({ type: ['string', 'null'] }, fc.option(word)),
    kind({ type: ['integer', 'string'], maximum: 9 }, fc.oneof(fc.nat(9), word)),
    kind({ enum: ['a', 'b', 7, null] }, fc.constantFrom<Json>('a', 'b', 7, null)),
    kind({ const: 'only' }, fc.constant('only')),
    kind({ type: 'integer', const: 3 }, fc.constant(3)),
    kind({ $ref: '#/$defs/shared' }, fc.constant({ s: 'x' })),
  ),
);

/** What a reference of a leaf leads to. */
export const shared = { type: 'object', properties: { s: { type: 'string' } }, required: ['s'] };

interface Field {
  kind: Kind;
  isRequired: boolean;
}

function objectOf(fields: [string, Field][], isClosed: boolean): Kind {
  const schema: JsonObject = {
    type: 'object',
    properties: Object.fromEntries(fields.map(([key, field]) => [key, field.kind.schema])),
    required: fields.flatMap(([key, { isRequired }]) => (isRequired ? [key] : [])),
    ...(isClosed && { additionalProperties: false }),
  };
  const parts = fields.map(([key, field]) =>
    fc.tuple(field.kind.values, fc.boolean()).map(([pair, isGiven]) => ({ key, field, pair, isGiven })),
  );
  const values = fc.tuple(...parts).map((all): Pair => {
    const has = ({ field, isGiven }: { field: Field; isGiven: boolean }) => field.isRequired || isGiven;
    return {
      plain: Object.fromEntries(all.filter(has).map(({ key, pair }) => [key, pair.plain])),
      filled: Object.fromEntries(all.map((part) => [part.key, has(part) ? part.pair.filled : null])),
    };
  });
  return { schema, values };
}

const { node } = fc.letrec<{ node: Kind; fields: [string, Field][] }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small', maxDepth: 4, withCrossShrink: true },
    leaf,
    fc.tuple(tie('fields'), fc.boolean()).map(([fields, isClosed]) => objectOf(fields, isClosed)),
    tie('node').map(({ schema, values }): Kind => {
      const lists = fc.array(values, { minLength: 1, maxLength: 3 });
      return {
        schema: { type: 'array', items: schema, minItems: 1, maxItems: 3 },
        values: lists.map((all) => ({ plain: all.map((one) => one.plain), filled: all.map((one) => one.filled) })),
      };
    }),
    fc.array(tie('node'), { minLength: 1, maxLength: 3 }).map((kinds): Kind => {
      return {
        schema: { anyOf: kinds.map(({ schema }) => schema) },
        values: fc.oneof(...kinds.map((one) => one.values)),
      };
    }),
    fc.array(tie('fields'), { minLength: 1, maxLength: 3 }).map((branches): Kind => {
      const kinds = branches.map((fields, i) => {
        const tag: Field = { kind: kind({ const: `k${i}` }, fc.constant(`k${i}`)), isRequired: true };
        return objectOf([...fields.filter(([key]) => key !== 'tag'), ['tag', tag]], true);
      });
      return {
        schema: { oneOf: kinds.map(({ schema }) => schema) },
        values: fc.oneof(...kinds.map((one) => one.values)),
      };
    }),
  ),
  fields: fc.uniqueArray(
    fc.tuple(
      fc.oneof(word, fc.constantFrom('constructor', 'a b', 'toString')),
      fc.record({ kind: tie('node'), isRequired: fc.boolean() }),
    ),
    { maxLength: 4, selector: ([key]) => key },
  ),
}));

/** An object at the root, and one value for it. */
export const schemaWithValue: fc.Arbitrary<Pair & { schema: JsonSchema }> = fc
  .tuple(fc.array(fc.tuple(node, fc.boolean()), { maxLength: 4 }), fc.boolean())
  .map(([kinds, isClosed]) => {
    const fields = kinds.map(([of, isRequired], i): [string, Field] => [`f${i}`, { kind: of, isRequired }]);
    const { schema, values } = objectOf(fields, isClosed);
    return { schema: { ...schema, $defs: { shared } }, values };
  })
  .chain(({ schema, values }) => values.map((pair) => ({ schema, ...pair })));
