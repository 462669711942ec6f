import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fail } from '../../src/contracts/error.ts';
import type { Event, EventOf } from '../../src/contracts/event.ts';
import { evolve, evolveAll, replay } from '../../src/core/evolve.ts';
import { advance } from '../../src/core/next.ts';
import { questionTimers } from '../../src/core/questions.ts';
import { openQuestions, type RunState, statusOf } from '../../src/core/state.ts';
import {
  asked,
  begun,
  contractOf,
  decided,
  ended,
  knownOf,
  late,
  opening,
  questionOf,
  run,
  started,
  stepOf,
} from '../support/journal.ts';

const pay = contractOf({ effect: 'irreversible' });
const steps = [stepOf('pay')];
const uncertainQuestion = questionOf({ kind: 'uncertain', digest: null });
const uncertain: Event[] = [started('pay'), ended('pay', 'unknown'), asked(uncertainQuestion)];
const extended = (escalation: string, until: number): EventOf<'extended'> => ({
  type: 'extended',
  v: 1,
  signal: `longer/${escalation}`,
  escalation,
  until,
});
const finished: EventOf<'finished'> = {
  type: 'finished',
  v: 1,
  status: 'completed',
  reason: null,
  answer: null,
  report: null,
};
const after = (...events: Event[]): RunState => begun(steps, [pay], ...events);

test('the fold starts each run from its journal alone', () => {
  const state = replay(run, [{ seq: 1, at: 7, events: opening(steps, [pay]) }]);
  assert.equal(state.seq, 1);
  assert.equal(state.createdAt, 7);
  assert.deepEqual(Object.keys(state.steps), ['pay']);
  assert.equal(statusOf(state), 'running');
});

const endings: [string, EventOf<'attempt_ended'>['end'], string][] = [
  ['done completes the step', 'done', 'completed'],
  ['refused makes it pending again', 'refused', 'pending'],
  ['not sent makes it pending again', 'not_sent', 'pending'],
  ['unknown makes it pending again', 'unknown', 'pending'],
];
for (const [name, end, status] of endings) {
  test(`an attempt that ends: ${name}`, () => {
    const state = after(started('pay'), ended('pay', end));
    assert.equal(state.steps.pay!.status, status);
    assert.equal(state.steps.pay!.attempts[0]!.end, end);
    assert.deepEqual(state.completed, end === 'done' ? ['pay'] : []);
  });
}

const lateInto: [string, Event[], Record<string, unknown>][] = [
  ['a step that is tried again', [started('pay'), ended('pay', 'unknown')], { status: 'completed' }],
  ['a step that waits for a person', uncertain, { status: 'completed' }],
  [
    'a step that was given up',
    [...uncertain, { type: 'step_failed', v: 1, ref: 'pay', error: fail('stopped', '') }],
    { status: 'completed', error: null },
  ],
  ['a step whose end is known', [started('pay'), ended('pay', 'refused')], { status: 'pending', output: null }],
  [
    'a step that a person called done',
    [...uncertain, decided('q1', 'done', { value: { paid: 'by hand' } })],
    { status: 'completed', output: { inline: { paid: 'by hand' } } },
  ],
  ['a run that is over', [started('pay'), ended('pay', 'unknown'), finished], { status: 'pending', output: null }],
];
for (const [name, before, expected] of lateInto) {
  test(`a late "done" in ${name}`, () => {
    const state = after(...before);
    const next = evolve(state, late('pay', 'done'), 9);
    assert.equal(next.folded, state.folded + 1);
    assert.deepEqual({ ...next.steps.pay, ...expected }, next.steps.pay);
    const again = evolve(next, late('pay', 'done', { signal: 'again' }), 10);
    assert.deepEqual(again.steps, next.steps);
    assert.equal(again.folded, next.folded + 1);
  });
}

test('a late "done" of a step that was given up is taken back like any other', () => {
  const state = after(...uncertain, { type: 'step_failed', v: 1, ref: 'pay', error: fail('stopped', '') });
  const next = evolve(state, late('pay', 'done'), 9);
  assert.deepEqual(next.completed, ['pay']);
  assert.equal(next.failing?.error.code, 'stopped');
});

test('a late refusal does not end an attempt that came after it', () => {
  const state = after(started('pay'), ended('pay', 'unknown'), started('pay', { attempt: 2 }));
  const next = evolve(state, late('pay', 'refused'), 9);
  assert.equal(next.steps.pay!.status, 'running');
  assert.deepEqual(
    next.steps.pay!.attempts.map(({ end }) => end),
    ['refused', null],
  );
});

test('a late "done" of an undo settles it only while it is being undone', () => {
  const undo = started('pay', { undo: true });
  const undone = [started('pay'), ended('pay', 'done'), undo, ended('pay', 'unknown', { undo: true })];
  const result = late('pay', 'done', { undo: true });
  assert.equal(evolve(after(...undone), result, 9).steps.pay!.status, 'compensated');
  const failed = after(...undone, { type: 'undo_failed', v: 1, ref: 'pay', error: fail('timed_out', '') });
  assert.deepEqual(evolve(failed, result, 9).steps, failed.steps);
});

test('what names a step, an attempt or a question that is not there changes nothing but the count of signals', () => {
  const state = after(started('pay'), ended('pay', 'unknown'));
  const strangers = [
    late('nobody', 'done'),
    late('pay', 'done', { attempt: 7 }),
    late('pay', 'done', { revision: 3 }),
    late('pay', 'done', { undo: true }),
    decided('nothing', 'approve'),
    extended('nothing', 30),
  ];
  for (const stranger of strangers) {
    assert.deepEqual(evolve(state, stranger, 9), { ...state, folded: state.folded + 1 });
  }
});

test('the time of an open question can be lengthened, and it waits for the new end then', () => {
  const open = after(asked(questionOf({ expiresAt: 20 })));
  const longer = evolve(open, extended('q1', 30), 21);
  assert.deepEqual([longer.questions.q1!.question.expiresAt, longer.questions.q1!.extendedAt], [30, 21]);
  assert.equal(longer.folded, open.folded + 1);
  assert.deepEqual(questionTimers(longer, 25), { events: [], calls: [], wakeAt: 30 });
  const closed = evolve(open, decided('q1', 'approve'), 10);
  assert.deepEqual(evolve(closed, extended('q1', 30), 21).questions, closed.questions);
});

test('only the first decision of a question counts', () => {
  const waiting = after(asked(questionOf()));
  for (const first of ['withdrawn', 'reject', 'expired'] as const) {
    const closed = evolve(waiting, decided('q1', first), 5);
    const next = evolve(closed, decided('q1', 'approve', { authorises: 'x' }), 6);
    assert.deepEqual(next, { ...closed, folded: closed.folded + 1 });
  }
});

test('an edit is a new revision with the given input, and its resource is looked at again', () => {
  const held: Event = { type: 'held', v: 1, ref: 'pay', resource: 'order:7' };
  const state = after(held, asked(questionOf()), decided('q1', 'edit', { value: { amount: 2 }, authorises: 'x' }));
  const { revision, givenInput, resource, status } = state.steps.pay!;
  assert.deepEqual(
    { revision, givenInput, resource, status },
    {
      revision: 1,
      givenInput: { amount: 2 },
      resource: null,
      status: 'pending',
    },
  );
});

test('"not done, try again" starts the count of tries anew', () => {
  const state = after(...uncertain, decided('q1', 'retry'));
  assert.equal(state.steps.pay!.countFrom, 1);
  assert.equal(state.steps.pay!.status, 'pending');
});

test('a decision about a step that runs again changes nothing about the step', () => {
  const again = [...uncertain, late('pay', 'refused'), started('pay', { attempt: 2 })];
  for (const outcome of ['withdrawn', 'retry', 'stop', 'expired'] as const) {
    const state = after(...again, decided('q1', outcome));
    assert.equal(state.steps.pay!.status, 'running', outcome);
    assert.equal(openQuestions(state).length, 0);
    const move = advance(state, knownOf([pay]), 9);
    assert.deepEqual(move.events, [], outcome);
  }
});

test('a person who said stop is obeyed even if the agent said meanwhile that nothing was done', () => {
  const refusal = fail('agent_throttled', '', { retryAfterMs: 0 });
  const state = after(...uncertain, late('pay', 'refused', { error: refusal }), decided('q1', 'stop'));
  const { events } = advance(state, knownOf([pay]), 9);
  assert.deepEqual(
    events.map(({ type }) => type),
    ['step_failed', 'finished'],
  );
});

test('a withdrawn approval authorises nothing', () => {
  const state = after(asked(questionOf()), decided('q1', 'withdrawn'));
  const { events } = advance(state, knownOf([pay]), 9);
  assert.deepEqual(
    events.map(({ type }) => type),
    ['asked'],
  );
});

test('a forEach step is settled with its last item, and fails with the first that fails', () => {
  const list = stepOf('each', { forEach: { in: { $ref: 'task.fields.list' }, concurrency: 2, max: 5 } });
  const expanded = begun([list], [pay], { type: 'expanded', v: 1, ref: 'each', items: 2 });
  const one = evolveAll(expanded, [started('each[0]'), ended('each[0]', 'done')], 2);
  assert.equal(one.steps.each!.status, 'running');
  const both = evolveAll(one, [started('each[1]'), ended('each[1]', 'done')], 3);
  assert.equal(both.steps.each!.status, 'completed');
  const failed = evolve(one, { type: 'step_failed', v: 1, ref: 'each[1]', error: fail('rejected', '') }, 3);
  assert.equal(failed.steps.each!.status, 'failed');
  assert.equal(begun([list], [pay], { type: 'expanded', v: 1, ref: 'each', items: 0 }).steps.each!.status, 'completed');
});

test('a second cancel, and one after the end, are only counted', () => {
  const cancel = (signal: string): Event => ({ type: 'cancel_requested', v: 1, signal, by: null });
  const once = after(cancel('a'));
  assert.equal(once.failing?.error.code, 'cancelled');
  assert.deepEqual(evolve(once, cancel('b'), 5), { ...once, folded: 2 });
  const over = after(finished);
  assert.deepEqual(evolve(over, cancel('a'), 5), { ...over, folded: 1 });
});

test('the fold changes nothing that it was given', () => {
  const events = [...opening(steps, [pay]), ...uncertain, decided('q1', 'retry'), started('pay', { attempt: 2 })];
  const frozen = deepFreeze(structuredClone(events));
  assert.deepEqual(replay(run, [{ seq: 1, at: 1, events: frozen }]), replay(run, [{ seq: 1, at: 1, events }]));
  let state = deepFreeze(replay(run, []));
  for (const event of frozen) state = deepFreeze(evolve(state, event, 1));
});

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
