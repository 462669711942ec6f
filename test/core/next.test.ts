import assert from 'node:assert/strict';
import { test } from 'node:test';
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
  started,
  stepOf,
} from '../support/journal.ts';

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
