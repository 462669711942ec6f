import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ErrorCode } from '../../src/contracts/error.ts';
import { createBreaker } from '../../src/models/breaker.ts';

const limits = { failures: 2, firstMs: 100, mostMs: 300 };

function stage() {
  let now = 0;
  const told: string[] = [];
  const breaker = createBreaker(
    'p',
    () => now,
    ({ state, because }) => void told.push(`${state} ${because}`),
    limits,
  );
  const call = (code: ErrorCode | null) => {
    const leave = breaker.enter();
    leave?.(code);
    return leave !== null;
  };
  const pass = (ms: number) => {
    now += ms;
  };
  return { breaker, told, call, pass };
}

test('failures in a row open it; an answer between them, even a refusal, begins the row anew', () => {
  const { call, told, breaker } = stage();
  call('timed_out');
  for (const answer of [null, 'model_refused', 'model_malformed', 'model_throttled', 'model_rejected'] as const) {
    call(answer);
    assert.equal(breaker.view().because, null);
    call('model_unreachable');
  }
  assert.deepEqual(told, []);
  call('model_quota');
  assert.deepEqual(told, ['open model_quota']);
  assert.equal(call(null), false);
  assert.deepEqual(breaker.view(), { provider: 'p', state: 'open', because: 'model_quota', waitMs: 100 });
});

test('what was stopped from this side says nothing of the provider', () => {
  const { call, told } = stage();
  for (const code of ['timed_out', 'aborted', 'unexpected', 'timed_out'] as const) call(code);
  assert.deepEqual(told, ['open timed_out']);
});

test('when its time is over one call is let through, and no second one beside it', () => {
  const { breaker, call, pass, told } = stage();
  call('timed_out');
  call('timed_out');
  pass(99);
  assert.equal(breaker.enter(), null);
  pass(1);
  const probe = breaker.enter();
  assert.ok(probe);
  assert.equal(breaker.enter(), null);
  probe(null);
  assert.ok(call(null) && call(null));
  assert.deepEqual(told, ['open timed_out', 'half_open time_over', 'closed answered']);
});

test('each probe in vain doubles the time, up to the most; an answer begins with the first again', () => {
  const { breaker, call, pass } = stage();
  call('timed_out');
  call('timed_out');
  const waits = [1, 2, 3].map(() => {
    pass(breaker.view().waitMs);
    call('model_unavailable');
    return breaker.view().waitMs;
  });
  assert.deepEqual(waits, [200, 300, 300]);
  pass(300);
  call(null);
  call('timed_out');
  call('timed_out');
  assert.equal(breaker.view().waitMs, 100);
});

test('a probe that was stopped makes room for another one', () => {
  const { breaker, call, pass } = stage();
  call('timed_out');
  call('timed_out');
  pass(100);
  assert.ok(call('aborted'));
  assert.equal(breaker.view().state, 'half_open');
  assert.ok(call(null));
  assert.equal(breaker.view().state, 'closed');
});

test('who was let through before a change has no say after it, and nobody has two', () => {
  const { breaker, call, pass } = stage();
  const slow = breaker.enter()!;
  call('timed_out');
  call('timed_out');
  slow(null);
  assert.equal(breaker.view().state, 'open');
  pass(100);
  const probe = breaker.enter()!;
  slow(null);
  assert.equal(breaker.view().state, 'half_open');
  probe('aborted');
  probe(null);
  assert.equal(breaker.view().state, 'half_open');
});
