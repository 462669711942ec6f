import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../src/contracts/json.ts';
import type { Condition } from '../../src/contracts/plan.ts';
import { effectDigest, gateOf, idempotencyKey, resourceOf } from '../../src/core/effect.ts';
import { contractOf, routeOf } from '../support/journal.ts';

const subject = { step: 'pay', revision: 0, agent: 'pay@1', contract: 'c', input: { amount: 1, to: 'x' } };

test('the digest of an effect changes with each of its parts', () => {
  const digests = [
    effectDigest('run', subject),
    effectDigest('other', subject),
    effectDigest('run', { ...subject, step: 'pay[0]' }),
    effectDigest('run', { ...subject, revision: 1 }),
    effectDigest('run', { ...subject, agent: 'pay@2' }),
    effectDigest('run', { ...subject, contract: 'd' }),
    effectDigest('run', { ...subject, input: { amount: 2, to: 'x' } }),
    effectDigest('run', { ...subject, input: { amount: '1', to: 'x' } }),
    effectDigest('run', { ...subject, input: { amount: 1 } }),
  ];
  assert.equal(new Set(digests).size, digests.length);
});

test('the digest does not depend on the order of keys', () => {
  const turned = { input: { to: 'x', amount: 1 }, contract: 'c', agent: 'pay@1', revision: 0, step: 'pay' };
  assert.equal(effectDigest('run', turned), effectDigest('run', subject));
});

test('the key is that of the effect: of run, step, revision and direction', () => {
  const keys = [
    idempotencyKey('run', 'pay', 0, false),
    idempotencyKey('other', 'pay', 0, false),
    idempotencyKey('run', 'pay[0]', 0, false),
    idempotencyKey('run', 'pay', 1, false),
    idempotencyKey('run', 'pay', 0, true),
  ];
  assert.equal(new Set(keys).size, keys.length);
  assert.equal(idempotencyKey('run', 'pay', 0, false), keys[0]);
  assert.match(keys[0]!, /^[0-9a-f]{40}$/);
});

test('only an irreversible effect has a resource, filled from its input', () => {
  const resource = 'order:{{input.order}}';
  const irreversible = contractOf({ effect: 'irreversible', resource });
  assert.equal(resourceOf(irreversible, { order: 7 }), 'order:7');
  assert.equal(resourceOf(irreversible, {}), null);
  assert.equal(resourceOf(contractOf({ effect: 'irreversible' }), { order: 7 }), null);
  assert.equal(resourceOf(contractOf({ effect: 'compensable', resource }), { order: 7 }), null);
});

const big = { ref: 'input.amount', gt: 1_000 };
const medium = { ref: 'input.amount', gt: 100 };
const bands = routeOf({
  approvals: [
    { agent: 'pay@1', when: big, deciders: { people: ['boss'] }, quorum: 2 },
    { agent: 'pay@1', when: medium, deciders: { people: ['anna'] } },
    { agent: 'other@1', deciders: { people: ['carl'] } },
  ],
});
const irreversible = contractOf({ effect: 'irreversible' });

const gates: [number, string, string[] | null][] = [
  [5_000, 'ask', ['boss']],
  [500, 'ask', ['anna']],
  [50, 'policy', null],
];
for (const [amount, kind, people] of gates) {
  test(`${amount} meets the first band that holds: ${people ?? kind}`, () => {
    const gate = gateOf(bands, irreversible, 'pay@1', { amount }, {});
    assert.equal(gate.kind, kind);
    assert.deepEqual(gate.kind === 'ask' ? gate.terms.deciders.people : null, people);
  });
}

test('an irreversible effect without a rule of its own always asks those who answer the route', () => {
  for (const route of [routeOf(), bands]) {
    const gate = gateOf(route, irreversible, 'wire@1', { amount: 1 }, {});
    assert.deepEqual(gate, { kind: 'ask', terms: route.questions });
  }
});

test('an effect that can be taken back asks only when a rule says so', () => {
  const reversible = contractOf({ effect: 'reversible' });
  assert.deepEqual(gateOf(routeOf(), reversible, 'pay@1', {}, {}), { kind: 'none' });
  assert.equal(gateOf(bands, reversible, 'other@1', {}, {}).kind, 'ask');
});

test('a rule may read the task', () => {
  const when = { ref: 'task.fields.country', is: 'FR' };
  const route = routeOf({ approvals: [{ agent: 'pay@1', when, deciders: { people: ['anna'] } }] });
  assert.equal(gateOf(route, irreversible, 'pay@1', {}, { country: 'FR' }).kind, 'ask');
  assert.equal(gateOf(route, irreversible, 'pay@1', {}, { country: 'DE' }).kind, 'policy');
});

const amount = 'input.amount';
const doubtful: [Condition, JsonObject, boolean][] = [
  [{ ref: amount, gt: 100 }, {}, true],
  [{ ref: amount, gt: 100 }, { amount: null }, true],
  [{ ref: amount, gt: 100 }, { amount: 50 }, false],
  [{ ref: amount, lte: 100 }, {}, true],
  [{ ref: amount, is: 7 }, { amount: null }, true],
  [{ ref: amount, not: null }, { amount: null }, true],
  [{ ref: amount, in: [7] }, {}, true],
  [{ ref: 'input.deep.amount', gt: 100 }, { deep: null }, true],
  [{ ref: amount, exists: false }, {}, true],
  [{ ref: amount, exists: false }, { amount: 0 }, false],
  [{ ref: amount, exists: true }, { amount: null }, false],
  [
    {
      all: [
        { ref: amount, exists: true },
        { ref: amount, gt: 100 },
      ],
    },
    {},
    false,
  ],
  [
    {
      all: [
        { ref: amount, gt: 100 },
        { ref: 'input.to', is: 'x' },
      ],
    },
    { to: 'y' },
    false,
  ],
  [
    {
      any: [
        { ref: amount, gt: 100 },
        { ref: 'input.to', is: 'x' },
      ],
    },
    { to: 'y' },
    true,
  ],
];
for (const [when, input, asks] of doubtful) {
  test(`a rule for ${JSON.stringify(when)} ${asks ? 'asks about' : 'lets pass'} ${JSON.stringify(input)}`, () => {
    const route = routeOf({ approvals: [{ agent: 'pay@1', when, deciders: { people: ['anna'] } }] });
    assert.equal(gateOf(route, irreversible, 'pay@1', input, {}).kind, asks ? 'ask' : 'policy');
  });
}
