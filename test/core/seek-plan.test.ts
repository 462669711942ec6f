import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fail } from '../../src/contracts/error.ts';
import type { Event } from '../../src/contracts/event.ts';
import type { Json } from '../../src/contracts/json.ts';
import { evolveAll, replay } from '../../src/core/evolve.ts';
import { advance } from '../../src/core/next.ts';
import type { RunState } from '../../src/core/state.ts';
import { decided, knownOf, opening, run } from '../support/journal.ts';

const known = knownOf([]);
/** A run that is understood and has no plan. */
const seeking = (...after: Event[]): RunState =>
  evolveAll(replay(run, [{ seq: 1, at: 0, events: opening([], []).slice(0, 2) }]), after, 1);

const finding = { code: 'unknown_agent', path: 'steps.a.agent', hint: 'there is none' };
const refused = (plan: Json, by = 'openai big'): Event => ({
  type: 'plan_refused',
  v: 1,
  plan: { inline: plan },
  findings: [finding],
  by,
});
const failed = (code: 'model_refused' | 'model_unavailable'): Event => ({
  type: 'plan_failed',
  v: 1,
  error: fail(code, 'no plan'),
});
const kinds = (state: RunState, now = 2) => {
  const { calls, events } = advance(state, known, now);
  return {
    calls: calls.map(({ kind }) => kind),
    asked: events.flatMap((e) => (e.type === 'asked' ? [e.question] : [])),
  };
};
/** The run after a person has answered the question that it asks now. */
function answered(state: RunState, outcome: 'edit' | 'retry' | 'stop', value?: Json): RunState {
  const move = advance(state, known, 2);
  const [question] = kinds(state).asked;
  return evolveAll(move.state, [decided(question!.id, outcome, value === undefined ? {} : { value })], 3);
}

test('a plan that does not hold goes back to the provider with what speaks against it', () => {
  assert.deepEqual(kinds(seeking()).calls, ['plan']);
  const once = seeking(refused({ n: 1 }));
  assert.deepEqual(kinds(once), { calls: ['plan'], asked: [] });
  assert.deepEqual(once.thought.refused[0]?.findings, [finding]);
  assert.deepEqual(kinds(seeking(refused({ n: 1 }), refused({ n: 2 }))).calls, ['plan']);
});

test('three plans that do not hold go to a person, who sees the last one and why it does not', () => {
  const { calls, asked } = kinds(seeking(refused({ n: 1 }), refused({ n: 2 }), refused({ n: 3 })));
  assert.deepEqual(calls, []);
  const [question] = asked;
  assert.equal(question?.kind, 'plan');
  assert.deepEqual(question?.proposed, { n: 3 });
  assert.deepEqual(question?.findings, [finding]);
  assert.deepEqual(question?.policy.verbs, ['edit', 'retry', 'stop']);
});

test('the same plan twice goes to a person at once, whatever the order of its keys', () => {
  const state = seeking(refused({ a: 1, b: 2 }), refused({ b: 2, a: 1 }));
  assert.equal(kinds(state).asked[0]?.kind, 'plan');
});

test('a refusal is not asked again of anybody but a person; what may pass is tried three times', () => {
  assert.equal(kinds(seeking(failed('model_refused'))).asked[0]?.error?.code, 'model_refused');
  const away = seeking(failed('model_unavailable'));
  assert.ok(advance(away, known, 2).wakeAt! > 2);
  assert.deepEqual(kinds(away, 10_000).calls, ['plan']);
  const gone = seeking(...Array.from({ length: 3 }, () => failed('model_unavailable')));
  assert.equal(kinds(gone, 100_000).asked[0]?.kind, 'plan');
});

test('what a person writes is looked at next, and asked about again when it does not hold', () => {
  const given = answered(seeking(failed('model_refused')), 'edit', { mine: true });
  assert.deepEqual(given.thought.given, { plan: { mine: true }, by: 'person anna' });
  assert.deepEqual(kinds(given).calls, ['plan']);
  const again = evolveAll(given, [refused({ mine: true }, 'person anna')], 4);
  assert.deepEqual(kinds(again).asked[0]?.proposed, { mine: true });
});

test('after “try again” the provider has all its tries anew', () => {
  const stuck = seeking(refused({ n: 1 }), refused({ n: 2 }), refused({ n: 3 }));
  const again = answered(stuck, 'retry');
  assert.deepEqual(kinds(again).calls, ['plan']);
  assert.deepEqual(kinds(evolveAll(again, [refused({ n: 3 })], 4)).calls, ['plan']);
});

test('a person who stops it ends the run', () => {
  const { events } = advance(answered(seeking(failed('model_refused')), 'stop'), known, 4);
  assert.deepEqual(
    events.map(({ type }) => type),
    ['compensating', 'finished'],
  );
});
