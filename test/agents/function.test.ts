import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFunctionTransporter } from '../../src/agents/function.ts';
import { Refusal } from '../../src/contracts/agent.ts';
import { callOf, endOf, functionAgent } from './call.ts';

const transporter = createFunctionTransporter();
type Run = Parameters<typeof functionAgent>[0];
const answerOf = (run: Run, more: Parameters<typeof callOf>[1] = {}) =>
  transporter.call(callOf(functionAgent(run), more));

const nested = (depth: number): unknown => {
  let value: unknown = 1;
  for (let i = 0; i < depth; i += 1) value = [value];
  return value;
};

test('what the function returns, or promises, is the output', async () => {
  assert.deepEqual(await answerOf(() => ({ paid: true })), { end: 'done', output: { paid: true } });
  assert.deepEqual(await answerOf(async () => null), { end: 'done', output: null });
});

test('the agent sees run, step, attempt and key, and gets a copy of the input that it may spoil', async () => {
  const input = { order: '1042', lines: [1] };
  let seen: unknown;
  const run = (given: { lines: number[] }, { signal, ...context }: { signal: AbortSignal; key: string }) => {
    given.lines.push(2);
    seen = { ...context, aborted: signal.aborted };
    return given.lines;
  };
  assert.deepEqual(await answerOf(run as Run, { input }), { end: 'done', output: [1, 2] });
  assert.deepEqual(input, { order: '1042', lines: [1] });
  assert.deepEqual(seen, { run: 'r1', step: 'pay', attempt: 1, key: 'k-1', aborted: false });
});

test('the output is a copy that the agent cannot change afterwards', async () => {
  const kept = { total: 1 };
  const result = await answerOf(() => kept);
  kept.total = 2;
  assert.deepEqual(result, { end: 'done', output: { total: 1 } });
});

test('a refusal says that nothing was done; with a wait it asks to be called later', async () => {
  const refuse = (error: Refusal) => answerOf(() => Promise.reject(error));
  const refused = await refuse(new Refusal('no'));
  assert.equal(endOf(refused), 'refused/agent_refused');
  assert.equal(refused.end === 'refused' && refused.error.said, 'no', 'people are told the reason');
  for (const [asked, got] of [
    [1_500, 1_500],
    [-5, 0],
    [Number.NaN, 0],
    [Number.POSITIVE_INFINITY, 86_400_000],
  ] as const) {
    const result = await refuse(new Refusal('later', asked));
    assert.equal(endOf(result), 'refused/agent_throttled');
    assert.equal(result.end === 'refused' && result.error.retryAfterMs, got);
  }
});

test('any other exception is unknown, and what it says is not repeated', async () => {
  for (const thrown of [
    new TypeError('card 4111'),
    'card 4111',
    null,
    Object.assign(new Error('x'), { name: 'a 4111' }),
  ]) {
    const result = await answerOf(() => {
      throw thrown;
    });
    assert.equal(endOf(result), 'unknown/agent_failed');
    assert.doesNotMatch(JSON.stringify(result), /4111/);
  }
  const typed = await answerOf(() => {
    throw new TypeError('card 4111');
  });
  assert.match(typed.end === 'unknown' ? typed.error.message : '', /^shop\.pay@1 threw TypeError$/);
});

test('at the time limit the call is over at once, its signal is aborted and the late result is nobody’s', async () => {
  const late = Promise.withResolvers<unknown>();
  let signal: AbortSignal | undefined;
  const result = await answerOf(
    (_, context) => {
      signal = context.signal;
      return late.promise;
    },
    { timeoutMs: 20 },
  );
  assert.equal(endOf(result), 'unknown/timed_out');
  assert.equal(signal?.aborted, true);
  // An unhandled rejection would fail this test file.
  late.reject(new Error('late'));
  await new Promise(setImmediate);
});

test('an abort from outside ends the call as unknown, even if the agent answers to its signal', async () => {
  for (const answer of ['throws', 'returns', 'ignores']) {
    const controller = new AbortController();
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const agent = functionAgent((_, { signal }) => {
      signal.addEventListener('abort', () => {
        if (answer === 'throws') reject(new Refusal('stopped'));
        if (answer === 'returns') resolve('done');
      });
      queueMicrotask(() => controller.abort());
      return promise;
    });
    const result = await transporter.call(callOf(agent, {}, controller.signal));
    assert.equal(endOf(result), 'unknown/aborted', answer);
  }
});

test('a call that was aborted before it began never reaches the agent', async () => {
  let called = false;
  const agent = functionAgent(() => {
    called = true;
  });
  assert.equal(endOf(await transporter.call(callOf(agent, {}, AbortSignal.abort()))), 'not_sent/aborted');
  assert.equal(called, false);
});

test('an output that JSON cannot say is malformed', async () => {
  const cyclic: unknown[] = [];
  cyclic.push(cyclic);
  class Order {}
  const throwing = {
    get total() {
      throw new Error('no');
    },
  };
  const wrong = [
    undefined,
    () => 1,
    10n,
    Symbol('x'),
    Number.NaN,
    Number.POSITIVE_INFINITY,
    new Date(),
    new Order(),
    new Map(),
    new Uint8Array(2),
    Array(2),
    cyclic,
    throwing,
  ];
  for (const value of [...wrong, ...wrong.map((inner) => ({ a: [inner] }))]) {
    assert.equal(endOf(await answerOf(() => value)), 'unknown/output_malformed', typeof value);
  }
});

test('a circle is malformed, and not merely large', async () => {
  const circle: { again?: unknown } = {};
  circle.again = { circle };
  assert.equal(endOf(await answerOf(() => circle, { maxOutputBytes: 1_000 })), 'unknown/output_malformed');
});

test('an optional field that is undefined is absent; what repeats without a circle, and odd text, is fine', async () => {
  const shared = { a: 1 };
  const value = { note: undefined, left: shared, right: shared, bare: Object.create(null), text: '\ud800\u0000' };
  const output = { left: { a: 1 }, right: { a: 1 }, bare: {}, text: '\ud800\u0000' };
  assert.deepEqual(await answerOf(() => value), { end: 'done', output });
});

test('the cap on bytes is exact, and counts bytes and not characters', async () => {
  const limit = { maxOutputBytes: 100 };
  assert.equal(endOf(await answerOf(() => 'x'.repeat(98), limit)), 'done');
  assert.equal(endOf(await answerOf(() => 'x'.repeat(99), limit)), 'unknown/output_too_large');
  assert.equal(endOf(await answerOf(() => 'я'.repeat(50), limit)), 'unknown/output_too_large');
  assert.equal(endOf(await answerOf(() => '\u0000'.repeat(20), limit)), 'unknown/output_too_large');
});

test('64 levels of nesting pass and 65 do not', async () => {
  assert.equal(endOf(await answerOf(() => nested(64))), 'done');
  assert.equal(endOf(await answerOf(() => nested(65))), 'unknown/output_too_large');
});

test('a small object that doubles on every level is measured without walking all of it', {
  timeout: 5_000,
}, async () => {
  let value: unknown = {};
  for (let i = 0; i < 60; i += 1) value = { l: value, r: value };
  assert.equal(endOf(await answerOf(() => value)), 'unknown/output_too_large');
});

test('it handles agents with a function only', () => {
  assert.equal(transporter.handles(functionAgent(() => 1)), true);
  assert.equal(transporter.handles({ id: 'x@1', definition: { webhook: { url: '' } } } as never), false);
});
