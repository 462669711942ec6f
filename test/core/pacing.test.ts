/** How fast a channel may be written to. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Limit } from '../../src/contracts/channel.ts';
import { isIn, Pacing } from '../../src/core/pacing.ts';

const fresh = { conversation: 'chat:1/7', message: null };
const edit = { conversation: 'chat:1/7', message: '5' };

test('a bucket holds an address and what lies below it, and nothing that merely begins alike', () => {
  assert.ok(isIn({ address: 'chat:1', of: 'any' }, fresh));
  assert.ok(isIn({ address: 'chat:1/7', of: 'new' }, fresh));
  assert.ok(!isIn({ address: 'chat:1', of: 'edit' }, fresh));
  assert.ok(isIn({ address: 'chat:1', of: 'edit' }, edit));
  assert.ok(!isIn({ address: 'chat:1', of: 'any' }, { conversation: 'chat:12', message: null }));
  assert.ok(isIn({ address: 'chat', of: 'any' }, fresh), 'the name of a channel is all of it');
  assert.ok(!isIn({ address: 'cha', of: 'any' }, fresh));
});

test('a burst goes at once, and after it one send each interval', () => {
  const pacing = new Pacing();
  const limits: Limit[] = [{ address: 'chat:1', of: 'any', burst: 3, everyMs: 1_000 }];
  const waits = [0, 0, 0, 0, 500, 1_000].map((now) => {
    const waits = pacing.waitsFor(fresh, limits, now);
    if (!waits) pacing.take(limits, now);
    return waits ? waits.until - now : 0;
  });
  assert.deepEqual(waits, [0, 0, 0, 1_000, 500, 0]);
});

test('what the platform asked to be left alone waits, and only that', () => {
  const pacing = new Pacing();
  pacing.park({ address: 'chat:1', of: 'edit' }, 5_000);
  pacing.park({ address: 'chat:1', of: 'edit' }, 3_000);
  assert.deepEqual(pacing.waitsFor(edit, [], 1_000), { bucket: { address: 'chat:1', of: 'edit' }, until: 5_000 });
  assert.equal(pacing.waitsFor(fresh, [], 1_000), null);
  assert.equal(pacing.resumesAt(), 5_000);
  assert.deepEqual(pacing.parked(4_999), [{ address: 'chat:1', of: 'edit' }]);
  assert.deepEqual(pacing.parked(5_000), []);
});

test('of several limits the one that takes longest says what has to wait', () => {
  const pacing = new Pacing();
  const all: Limit = { address: 'chat', of: 'any', burst: 1, everyMs: 50 };
  const one: Limit = { address: 'chat:1', of: 'any', burst: 1, everyMs: 1_000 };
  pacing.take([all, one], 100);
  assert.deepEqual(pacing.waitsFor(fresh, [all, one], 100), { bucket: { address: 'chat:1', of: 'any' }, until: 1_100 });
  const other = { conversation: 'chat:2', message: null };
  assert.deepEqual(pacing.waitsFor(other, [all], 100), { bucket: { address: 'chat', of: 'any' }, until: 150 });
});
