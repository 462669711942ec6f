import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fail } from '../../src/contracts/error.ts';
import { afterTries } from '../../src/core/begin.ts';
import { retryDelayMs } from '../../src/core/retry.ts';
import { begun, contractOf, ended, started, stepOf } from '../support/journal.ts';

const policy = { attempts: 5, firstDelayMs: 100, factor: 2, maxDelayMs: 300 };

test('the delay is the same for the same journal, and spread over different ones', () => {
  const delays = Array.from({ length: 50 }, (_, i) => retryDelayMs(policy, 1, `run-${i}`, null));
  assert.deepEqual(
    delays,
    Array.from({ length: 50 }, (_, i) => retryDelayMs(policy, 1, `run-${i}`, null)),
  );
  assert.ok(new Set(delays).size > 25);
  assert.ok(Math.min(...delays) < 25 && Math.max(...delays) > 75);
});

test('the delay stays between nothing and the ceiling of its try', () => {
  const given = fc.record({
    attempts: fc.constant(20),
    firstDelayMs: fc.integer({ min: 0, max: 5_000 }),
    factor: fc.integer({ min: 1, max: 10 }),
    maxDelayMs: fc.integer({ min: 0, max: 60_000 }),
  });
  fc.assert(
    fc.property(given, fc.integer({ min: 1, max: 19 }), fc.string(), (of, tries, seed) => {
      const delay = retryDelayMs(of, tries, seed, null);
      assert.ok(delay >= 0 && delay <= Math.min(of.maxDelayMs, of.firstDelayMs * of.factor ** (tries - 1)));
      assert.equal(delay, Math.round(delay));
    }),
  );
});

test('what the agent asked for wins over the policy', () => {
  assert.equal(retryDelayMs(policy, 1, 'x', fail('agent_throttled', '', { retryAfterMs: 90_000 })), 90_000);
  assert.equal(retryDelayMs(policy, 1, 'x', fail('agent_throttled', '', { retryAfterMs: 0 })), 0);
});

type End = 'refused' | 'not_sent' | 'unknown';
const retryable = fail('timed_out', '');
const final = fail('agent_refused', '');
const verdicts: [string, Parameters<typeof contractOf>[0], End[], typeof final, string][] = [
  ['a read is repeated whatever happened', {}, ['unknown'], retryable, 'retry'],
  ['a read is given up after its last try', {}, ['unknown', 'unknown', 'unknown'], retryable, 'give_up'],
  ['an idempotent effect is repeated', { effect: 'irreversible', idempotent: true }, ['unknown'], retryable, 'retry'],
  [
    'an idempotent effect that repeats did not clear up is uncertain',
    { effect: 'irreversible', idempotent: true },
    ['unknown', 'refused', 'refused'],
    retryable,
    'uncertain',
  ],
  [
    'any other effect is never repeated after "unknown"',
    { effect: 'irreversible' },
    ['unknown'],
    retryable,
    'uncertain',
  ],
  ['a reversible one neither', { effect: 'reversible' }, ['unknown'], retryable, 'uncertain'],
  ['what did not happen is repeated', { effect: 'irreversible' }, ['refused'], retryable, 'retry'],
  ['what was never sent is repeated', { effect: 'irreversible' }, ['not_sent'], retryable, 'retry'],
  ['a plain no is a no', { effect: 'irreversible' }, ['refused'], final, 'give_up'],
];
for (const [name, contract, ends, error, expected] of verdicts) {
  test(name, () => {
    const events = ends.flatMap((end, i) => [
      started('pay', { attempt: i + 1 }),
      ended('pay', end, { attempt: i + 1, error }),
    ]);
    const { attempts } = begun([stepOf('pay')], [contractOf(contract)], ...events).steps.pay!;
    assert.equal(afterTries(contractOf(contract), attempts, 'seed').kind, expected);
  });
}
