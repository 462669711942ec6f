import assert from 'node:assert/strict';
import { test } from 'node:test';
import { advance } from '../../src/core/next.ts';
import { asked, begun, contractOf, decided, knownOf, questionOf, stepOf } from '../support/journal.ts';

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
