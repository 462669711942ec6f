import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Event } from '../../src/contracts/event.ts';
import { evolveAll } from '../../src/core/evolve.ts';
import { advance } from '../../src/core/next.ts';
import {
  asked,
  begun,
  contractOf,
  decided,
  ended,
  knownOf,
  late,
  questionOf,
  routeOf,
  started,
  stepOf,
} from '../support/journal.ts';

const never = { ref: 'input.nothing', exists: true };
const typesOf = (events: readonly { type: string }[]) => events.map(({ type }) => type);

for (const order of [
  ['pay', 'ship'],
  ['ship', 'pay'],
]) {
  test(`nothing starts in the look in which a person's no is heard (${order.join(', ')})`, () => {
    const pay = contractOf({ effect: 'irreversible' });
    const ship = contractOf({ name: 'ship', effect: 'reversible' });
    const steps = order.map((id) => stepOf(id, { agent: `${id}@1` }));
    const state = begun(steps, [pay, ship], asked(questionOf()), decided('q1', 'reject'));
    assert.deepEqual(typesOf(advance(state, knownOf([pay, ship]), 5).events), ['step_failed', 'finished']);
  });
}

test('a run completes only when nothing is asked any more', () => {
  const pay = contractOf({ effect: 'irreversible' });
  const question = questionOf({ kind: 'uncertain', digest: null });
  const events = [started('pay'), ended('pay', 'unknown'), asked(question), late('pay', 'done')];
  const state = begun([stepOf('pay')], [pay], ...events);
  const open = advance(state, knownOf([pay]), 5);
  assert.deepEqual(open.events, []);
  assert.deepEqual(open.calls, [{ kind: 'close', escalation: 'q1', as: 'withdrawn' }]);
  const closed = evolveAll(state, [decided('q1', 'withdrawn')], 6);
  assert.deepEqual(typesOf(advance(closed, knownOf([pay]), 7).events), ['finished']);
});

test('a step waits for the one of its own run that has its resource, without asking again and again', () => {
  const pay = contractOf({ effect: 'irreversible', resource: 'order' });
  const held: Event = { type: 'held', v: 1, ref: 'pay', resource: 'order' };
  const known = knownOf([pay], routeOf({ approvals: [{ agent: 'pay@1', when: never, deciders: {} }] }));
  const one = begun([stepOf('pay'), stepOf('again')], [pay], held);
  const look = advance(one, known, 5);
  assert.deepEqual(typesOf(look.events), ['attempt_started']);
  assert.deepEqual(
    look.calls.map(({ kind }) => kind),
    ['attempt'],
  );
  const done = advance(evolveAll(look.state, [ended('pay', 'done')], 6), known, 6);
  assert.deepEqual(
    done.calls.map((call) => call.kind === 'hold' && call.ref),
    ['again'],
  );
});
