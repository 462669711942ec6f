import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fail } from '../../src/contracts/error.ts';
import type { Event } from '../../src/contracts/event.ts';
import { changeOf } from '../../src/core/changes.ts';
import { evolveAll } from '../../src/core/evolve.ts';
import type { RunState } from '../../src/core/state.ts';
import { asked, begun, contractOf, decided, ended, late, questionOf, started, stepOf } from '../support/journal.ts';

const pay = contractOf({ effect: 'irreversible', resource: 'order' });
const writing = { epoch: 3, at: 9, commit: 'c', release: null, title: null };
const held: Event = { type: 'held', v: 1, ref: 'pay', resource: 'order' };
const stepFailed: Event = { type: 'step_failed', v: 1, ref: 'pay', error: fail('rejected', '') };
const over = (status: 'completed' | 'failed' | 'cancelled'): Event => ({
  type: 'finished',
  v: 1,
  status,
  reason: null,
  answer: null,
  report: null,
});

const shown = (state: RunState): RunState => ({ ...state, task: { ...state.task, conversation: 'memory:room' } });
const change = (before: RunState, ...events: Event[]) =>
  changeOf(before, evolveAll(before, events, 9), events, writing);
const begunWith = (...events: Event[]) => begun([stepOf('pay')], [pay], ...events);

test('a change carries the fence, the next place in the journal and the status only when it moved', () => {
  const idle = change(begunWith(), held);
  assert.equal(idle.epoch, 3);
  assert.equal(idle.seq, 2);
  assert.equal(idle.status, null);
  assert.equal(change(begunWith(), asked(questionOf())).status, 'waiting');
  assert.equal(change(begunWith(), over('completed')).status, 'completed');
});

test('the signals that a change folds are those of its events, and the count is the state’s', () => {
  const facts = [late('pay', 'done'), decided('nothing', 'approve'), ended('pay', 'refused')];
  const folding = change(begunWith(started('pay'), ended('pay', 'unknown')), ...facts);
  assert.deepEqual(folding.signals, ['late-pay', 'decided-nothing-approve']);
  assert.equal(folding.folded, 2);
});

test('an attempt that a person allowed is guarded by exactly its digest, any other by nothing', () => {
  const allowed = started('pay', { permission: { kind: 'escalation', id: 'q1' } });
  assert.deepEqual(change(begunWith(), allowed).guards, [{ escalation: 'q1', digest: allowed.digest }]);
  for (const kind of ['effect', 'policy'] as const) {
    assert.deepEqual(change(begunWith(), started('pay', { permission: { kind } })).guards, []);
  }
});

test('a conversation sees one progress message, each question when it opens and closes, and one summary', () => {
  const purposes = (before: RunState, ...events: Event[]) =>
    change(shown(before), ...events).posts.map(({ purpose, escalation }) => [purpose, escalation]);
  assert.deepEqual(purposes(begunWith(), started('pay'), ended('pay', 'done')), [['progress', null]]);
  const question = ['question:q1', 'q1'];
  assert.deepEqual(purposes(begunWith(), asked(questionOf())), [['progress', null], question]);
  const waiting = begunWith(asked(questionOf()));
  assert.deepEqual(purposes(waiting, decided('q1', 'reject'), over('failed')), [
    ['progress', null],
    question,
    ['summary', null],
  ]);
  assert.deepEqual(purposes(begunWith()), []);
  assert.deepEqual(change(begunWith(), started('pay')).posts, []);
});

test('copies of a question hear what there is to tell of it, though nobody is shown it otherwise', () => {
  const told = change(begunWith(asked(questionOf())), decided('q1', 'reject'), started('pay'));
  assert.deepEqual([told.posts, told.copied], [[], ['q1']]);
  assert.deepEqual(change(begunWith(), started('pay')).copied, []);
});

const settlements: [string, Event[], Event[], 'done' | 'void' | null][] = [
  ['is touched when the step completes', [held, started('pay')], [ended('pay', 'done')], 'done'],
  ['stays in hand while the step goes on', [held, started('pay')], [ended('pay', 'refused')], null],
  ['is let go untouched when a person says no', [held], [stepFailed], 'void'],
  ['counts as touched when nobody knows', [held, started('pay'), ended('pay', 'unknown')], [stepFailed], 'done'],
  [
    'is let go when an edit makes it another effect',
    [held, asked(questionOf())],
    [decided('q1', 'edit', { value: { amount: 2 } })],
    'void',
  ],
  ['is let go when the run ends before the effect', [held], [over('cancelled')], 'void'],
  ['is let go when it was taken and the worker died before it could say so', [], [over('cancelled')], 'void'],
  ['is let go when it was taken only after the run had ended', [over('cancelled')], [held], 'void'],
];
for (const [name, before, events, state] of settlements) {
  test(`a resource ${name}`, () => {
    assert.deepEqual(change(begunWith(...before), ...events).settle, state === null ? [] : [{ ref: 'pay', state }]);
  });
}

test('a run that completed without resources settles none', () => {
  assert.deepEqual(change(begunWith(started('pay'), ended('pay', 'done')), over('completed')).settle, []);
});
