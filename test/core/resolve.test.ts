import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Json } from '../../src/contracts/json.ts';
import type { Condition, Mapping } from '../../src/contracts/plan.ts';
import { holds, lookUp, resolve, resolveText, type Scope } from '../../src/core/resolve.ts';

const outputs: Record<string, Json> = {
  look: { total: 40, name: 'ä', tags: ['x', { deep: true }], nothing: null },
  list: [1, 2, 3],
};
const scope: Scope = (root, step) => {
  if (root === 'task.fields') return { order: '7', 'dashed-name': 1 };
  if (root === 'steps') return outputs[step ?? ''];
  return root === 'item' ? { id: 5 } : undefined;
};

const places: [string, Json | undefined][] = [
  ['task.fields.order', '7'],
  ['task.fields.dashed-name', 1],
  ['task.fields', { order: '7', 'dashed-name': 1 }],
  ['task.fields.order.length', undefined],
  ['steps.look.output', outputs.look],
  ['steps.look.output.total', 40],
  ['steps.look.output.tags.1.deep', true],
  ['steps.look.output.tags.7', undefined],
  ['steps.look.output.tags.length', 2],
  ['steps.look.output.tags.push', undefined],
  ['steps.look.output.nothing', null],
  ['steps.look.output.nothing.more', undefined],
  ['steps.look.output.toString', undefined],
  ['steps.look.output.constructor.name', undefined],
  ['steps.nobody.output.total', undefined],
  ['steps.list.output.2', 3],
  ['item.id', 5],
  ['input.id', undefined],
];
for (const [ref, expected] of places) {
  test(`${ref} is ${JSON.stringify(expected) ?? 'not there'}`, () => assert.deepEqual(lookUp(ref, scope), expected));
}

test('a reference that leads nowhere leaves its key out of an object, and fails anywhere else', () => {
  const missing = { $ref: 'task.fields.missing' };
  assert.deepEqual(resolve({ a: missing, b: 1 }, scope), { ok: true, value: { b: 1 } });
  const failed = { ok: false, missing: 'task.fields.missing' };
  assert.deepEqual(resolve(missing, scope), failed);
  assert.deepEqual(resolve([1, missing], scope), failed);
  assert.deepEqual(resolve({ a: [missing] }, scope), failed);
  assert.deepEqual(resolve({ a: { $text: 'x {{task.fields.missing}}' } }, scope), failed);
});

test('a template writes texts as they are, and everything else as JSON', () => {
  const text = 'order {{task.fields.order}} costs {{ steps.look.output.total }} for {{steps.look.output.tags}}{{item}}';
  assert.deepEqual(resolveText(text, scope), {
    ok: true,
    value: 'order 7 costs 40 for ["x",{"deep":true}]{"id":5}',
  });
});

test('what a reference brings in is never read as a template or a reference again', () => {
  const sly: Scope = () => ({ a: '{{task.fields.order}}', b: { $ref: 'task.fields.order' } });
  assert.deepEqual(resolve({ $text: '{{input.a}}' }, sly), { ok: true, value: '{{task.fields.order}}' });
  assert.deepEqual(resolve({ $ref: 'input.b' }, sly), { ok: true, value: { $ref: 'task.fields.order' } });
});

test('a mapping without references is its own value', () => {
  const plain = fc
    .jsonValue()
    .filter((value) => !JSON.stringify(value).includes('"$') && !/__proto__/.test(JSON.stringify(value)));
  fc.assert(
    fc.property(plain, (value) => {
      const json = JSON.parse(JSON.stringify(value)) as Mapping;
      assert.deepEqual(resolve(json, scope), { ok: true, value: json });
    }),
    { numRuns: 200 },
  );
});

const total = 'steps.look.output.total';
const absent = 'steps.look.output.absent';
const text = 'steps.look.output.name';
const conditions: [Condition, boolean][] = [
  [{ ref: total, is: 40 }, true],
  [{ ref: total, is: '40' }, false],
  [{ ref: total, not: 41 }, true],
  [{ ref: total, gt: 40 }, false],
  [{ ref: total, gte: 40 }, true],
  [{ ref: total, lt: 40 }, false],
  [{ ref: total, lte: 40 }, true],
  [{ ref: total, in: [1, 40] }, true],
  [{ ref: total, in: ['40'] }, false],
  [{ ref: total, exists: true }, true],
  [{ ref: 'steps.look.output.nothing', exists: true }, false],
  [{ ref: 'steps.look.output.nothing', is: null }, true],
  [{ ref: absent, exists: false }, true],
  [{ ref: absent, is: null }, false],
  [{ ref: absent, not: 1 }, true],
  [{ ref: absent, lt: 1 }, false],
  [{ ref: text, gt: 0 }, false],
  [
    {
      all: [
        { ref: total, gt: 1 },
        { ref: text, is: 'ä' },
      ],
    },
    true,
  ],
  [
    {
      all: [
        { ref: total, gt: 1 },
        { ref: text, is: 'b' },
      ],
    },
    false,
  ],
  [
    {
      any: [
        { ref: total, gt: 99 },
        { ref: text, is: 'ä' },
      ],
    },
    true,
  ],
  [{ any: [{ ref: total, gt: 99 }, { all: [{ ref: absent, exists: true }] }] }, false],
];
for (const [condition, expected] of conditions) {
  test(`${JSON.stringify(condition)} ${expected ? 'holds' : 'does not hold'}`, () => {
    assert.equal(holds(condition, scope), expected);
  });
}
