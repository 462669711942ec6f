import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Event } from '../../src/contracts/event.ts';
import type { Json } from '../../src/contracts/json.ts';
import { evolveAll } from '../../src/core/evolve.ts';
import { loopOf } from '../../src/core/loop-guard.ts';
import { next } from '../../src/core/next.ts';
import type { RunState } from '../../src/core/state.ts';
import { asked, begun, contractOf, decided, ended, knownOf, questionOf, started, stepOf } from '../support/journal.ts';

const [pay, look] = [contractOf(), contractOf({ name: 'look' })];
const known = knownOf([pay, look]);
const six = Array.from({ length: 6 }, (_, i) => stepOf(`s${i}`));

/** A run in which these calls were answered, a millisecond after each other. */
function after(calls: [agent: string, input: Json, output: Json][], steps = six): RunState {
  return calls.reduce(
    (state, [agent, value, output], i) => {
      const events: Event[] = [
        started(`s${i}`, { agent, value }),
        ended(`s${i}`, 'done', { output: { inline: output } }),
      ];
      return evolveAll(state, events, 10 + i);
    },
    begun(steps, [pay, look]),
  );
}

const codeOf = (state: RunState, agent: string, input: Json) => loopOf(state, known, agent, input)?.code ?? null;

test('the same call is stopped after it gave the same answer three times', () => {
  const call = ['pay@1', { n: 1 }, { up: false }] as [string, Json, Json];
  assert.equal(codeOf(after([call, call]), 'pay@1', { n: 1 }), null);
  assert.equal(codeOf(after([call, call, call]), 'pay@1', { n: 1 }), 'loop_detected');
});

test('another input, or an answer that changed, is no circle', () => {
  const call = ['pay@1', { n: 1 }, { up: false }] as [string, Json, Json];
  assert.equal(codeOf(after([call, call, call]), 'pay@1', { n: 2 }), null);
  assert.equal(codeOf(after([call, call, ['pay@1', { n: 1 }, { up: true }]]), 'pay@1', { n: 1 }), null);
});

test('the order of the keys of an input makes no difference', () => {
  const calls = [
    { a: 1, b: 2 },
    { b: 2, a: 1 },
    { a: 1, b: 2 },
  ].map((input): [string, Json, Json] => ['pay@1', input, 0]);
  assert.equal(codeOf(after(calls), 'pay@1', { b: 2, a: 1 }), 'loop_detected');
});

test('two agents that take turns twice without a change are stopped', () => {
  const [a, b] = [
    ['pay@1', { n: 1 }, 0],
    ['look@1', { n: 1 }, 'down'],
  ] as [string, Json, Json][];
  assert.equal(codeOf(after([a!, b!, a!]), 'look@1', { n: 1 }), null);
  assert.equal(codeOf(after([a!, b!, a!, b!]), 'pay@1', { n: 1 }), 'loop_detected');
  const changed: [string, Json, Json] = ['look@1', { n: 1 }, 'up'];
  assert.equal(codeOf(after([a!, b!, a!, changed]), 'pay@1', { n: 1 }), null);
});

test('the items of a list may hold the same thing many times', () => {
  const list = stepOf('s0', { forEach: { in: { $ref: 'task.fields.list' }, concurrency: 5, max: 10 } });
  const items = [0, 1, 2, 3].flatMap((i): Event[] => [started(`s0[${i}]`), ended(`s0[${i}]`, 'done')]);
  const state = begun([list], [pay], { type: 'expanded', v: 1, ref: 's0', items: 5 }, ...items);
  assert.equal(codeOf(state, 'pay@1', { amount: 1 }), null);
});

test('calls in vain are counted since a step was last completed, and more than the plan may need are a circle', () => {
  const vain = (state: RunState, from: number, count: number): RunState =>
    Array.from({ length: count }, (_, i) => from + i).reduce(
      (at, attempt) => evolveAll(at, [started('s5', { attempt }), ended('s5', 'refused', { attempt })], 100 + attempt),
      state,
    );
  // Six steps of three tries each may need eighteen; fewer than twenty are never a circle.
  const state = after([['look@1', { n: 1 }, 0]]);
  assert.equal(codeOf(vain(state, 1, 19), 'pay@1', { n: 7 }), null);
  assert.equal(codeOf(vain(state, 1, 20), 'pay@1', { n: 7 }), 'loop_detected');
});

test('a person can let it go on, and from then on it is counted anew', () => {
  const call = ['pay@1', { amount: 1 }, 0] as [string, Json, Json];
  const circle = after([call, call, call]);
  const route = knownOf([pay, look]);
  const move = next(circle, route, 20);
  assert.deepEqual(
    move.events.map(({ type }) => type),
    ['step_failed'],
  );
  const question = questionOf({
    kind: 'failure',
    step: 's3',
    error: { code: 'loop_detected', message: '', retryable: false },
  });
  const allowed = evolveAll(circle, [asked(question), decided('q1', 'retry')], 30);
  assert.equal(codeOf(allowed, 'pay@1', { amount: 1 }), null);
});
