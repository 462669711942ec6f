import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CallResult } from '../../src/contracts/agent.ts';
import { failure } from '../../src/contracts/error.ts';
import { createCaller } from '../../src/core/caller.ts';
import { createRegistry } from '../../src/core/registry.ts';
import { createShop } from '../support/shop.ts';
import { emptyPurse } from '../support/thinking.ts';

const registry = createRegistry(createShop().configuration());
const [id, { digest }] = [...registry.agents].find(([name]) => name.includes('lookup'))!;

const endOf = (result: unknown) =>
  createCaller(registry, [{ handles: () => true, call: async () => result as CallResult }]).call(
    id,
    digest,
    { order: '1', amount: 1 },
    { run: 'r', step: 's', attempt: 1, key: 'k', signal: new AbortController().signal },
    emptyPurse(),
  );

const honest = { code: 'agent_refused', message: 'no', retryable: false, said: 'closed' };

test('a failure as it should be is handed on as it is', async () => {
  assert.deepEqual(await endOf({ end: 'refused', error: honest }), { end: 'refused', error: honest });
});

test('what is too long in a failure is cut, so that the journal can be read again', async () => {
  const mismatch = { path: 'a', expected: 'b', received: 'c' };
  const long = {
    ...honest,
    message: 'm'.repeat(501),
    said: `${'s'.repeat(299)}😀`,
    mismatches: Array(21).fill(mismatch),
  };
  const { end, error } = await endOf({ end: 'refused', error: long });
  assert.equal(end, 'refused');
  assert.deepEqual(failure.parse(error), error);
  assert.deepEqual([error?.message.length, error?.said?.length, error?.mismatches?.length], [500, 300, 20]);
  assert.ok(error?.said?.isWellFormed());
});

const wrong: [string, unknown][] = [
  ['no failure', { end: 'not_sent' }],
  ['an end that is none', { end: 'maybe', error: honest }],
  ['a code that is none', { end: 'not_sent', error: { ...honest, code: 'oops' } }],
  ['a wait that is no number', { end: 'refused', error: { ...honest, retryAfterMs: Number.NaN } }],
  ['mismatches that are no list', { end: 'refused', error: { ...honest, mismatches: 'many' } }],
  ['a field too much', { end: 'refused', error: { ...honest, payload: 'secret' } }],
];
for (const [what, result] of wrong) {
  test(`${what} from a transport counts as an effect that may have happened`, async () => {
    const { end, error } = await endOf(result);
    assert.deepEqual([end, error?.code], ['unknown', 'unexpected']);
    assert.deepEqual(failure.parse(error), error);
  });
}
