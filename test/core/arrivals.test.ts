import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Signal } from '../../src/contracts/signal.ts';
import { eventOf, isFact, orphans, signalOf, voids, withoutCulprit } from '../../src/core/arrivals.ts';
import { evolveAll } from '../../src/core/evolve.ts';
import { runningAttempts } from '../../src/core/state.ts';
import { asked, begun, contractOf, decided, ended, late, questionOf, started, stepOf } from '../support/journal.ts';

const decision = decided('q1', 'approve', { authorises: 'x' }).decision;
const { type: _, v: __, signal: ___, ...result } = late('pay', 'done');
const signals: [Signal['data'], object][] = [
  [
    { kind: 'decided', decision },
    { type: 'decided', v: 1, signal: 's', decision },
  ],
  [
    { kind: 'cancel', by: null },
    { type: 'cancel_requested', v: 1, signal: 's', by: null },
  ],
  [
    { kind: 'late_result', ...result },
    { type: 'late_result', v: 1, signal: 's', ...result },
  ],
];
for (const [data, event] of signals) {
  test(`a signal of kind ${data.kind} is one event that names it`, () => {
    assert.deepEqual(eventOf({ id: 's', data }), event);
    assert.deepEqual(signalOf(eventOf({ id: 's', data })), ['s']);
    assert.equal(isFact(eventOf({ id: 's', data })), true);
  });
}

test('whoever takes a run over ends every attempt that it finds running, undos too, and no other', () => {
  const state = begun(
    [stepOf('pay'), stepOf('ship')],
    [contractOf()],
    started('pay'),
    ended('pay', 'done'),
    started('pay', { undo: true }),
    started('ship'),
    ended('ship', 'refused'),
    started('ship', { attempt: 2 }),
  );
  const events = orphans(state, 51);
  assert.deepEqual(
    events.map((event) => event.type === 'attempt_ended' && [event.ref, event.attempt, event.undo, event.end]),
    [
      ['pay', 1, true, 'unknown'],
      ['ship', 2, false, 'unknown'],
    ],
  );
  assert.deepEqual(
    events.map((event) => event.type === 'attempt_ended' && [event.error?.code, event.durationMs]),
    [
      ['worker_lost', 50],
      ['worker_lost', 50],
    ],
  );
  const after = evolveAll(state, events, 51);
  assert.deepEqual(runningAttempts(after), []);
  assert.deepEqual(orphans(after, 52), []);
});

test('what the database refuses loses its output and keeps its place', () => {
  const facts = [ended('pay', 'done'), ended('ship', 'refused'), late('pay', 'done')];
  const [culprit, ...rest] = withoutCulprit(facts, '22P05');
  assert.deepEqual(rest, facts.slice(1));
  assert.ok(culprit?.type === 'attempt_ended');
  assert.equal(culprit.end, 'unknown');
  assert.equal('output' in culprit, false);
  assert.equal(culprit.error?.code, 'change_rejected');
});

test('only what came from outside is a fact; what was decided over it is decided anew', () => {
  const decidedOver = [
    started('pay'),
    asked(questionOf()),
    { type: 'skipped', v: 1, ref: 'pay', because: 'condition' },
  ] as const;
  assert.deepEqual(decidedOver.map(isFact), [false, false, false]);
  assert.equal(isFact(ended('pay', 'done')), true);
  assert.equal(isFact({ type: 'held', v: 1, ref: 'pay', resource: 'r' }), true);
});

test('a refused start voids the approvals that it named', () => {
  const allowed = started('pay', { permission: { kind: 'escalation', id: 'q1' } });
  assert.deepEqual(voids([allowed, started('ship'), ended('pay', 'done')]), [
    { type: 'voided', v: 1, ref: 'pay', escalation: 'q1' },
  ]);
});

test('what a refusal voided stays voided when the next change is refused too', () => {
  assert.equal(isFact({ type: 'voided', v: 1, ref: 'pay', escalation: 'q1' }), true);
});
