import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fail } from '../../src/contracts/error.ts';
import type { Event } from '../../src/contracts/event.ts';
import { evolveAll } from '../../src/core/evolve.ts';
import { advance } from '../../src/core/next.ts';
import { begun, contractOf, decided, ended, knownOf, started, stepOf } from '../support/journal.ts';

const pay = contractOf();
const known = knownOf([pay]);
const reached = (limit: 'soft' | 'hard'): Event => ({ type: 'budget_reached', v: 1, scope: 'run', limit, unit: 'USD' });
const typesOf = (events: readonly { type: string }[]) => events.map(({ type }) => type);
const short = ended('pay', 'not_sent', { error: fail('budget_soft', 'short') });

test('at a soft limit people are asked, what runs goes on, and nothing more starts', () => {
  const state = begun([stepOf('pay'), stepOf('ship')], [pay], started('ship'), reached('soft'));
  const look = advance(state, known, 5);
  assert.deepEqual(typesOf(look.events), ['asked']);
  const [asked] = look.events;
  assert.equal(asked?.type === 'asked' && asked.question.kind, 'budget');
  assert.deepEqual(look.calls, [{ kind: 'attempt', ref: 'ship', revision: 0, attempt: 1, undo: false }]);
});

test('once it is allowed, what was held back starts at once, and the limit of that scope asks no more', () => {
  const state = begun([stepOf('pay')], [pay], started('pay'), reached('soft'), short);
  const look = advance(state, known, 5);
  const [asked] = look.events;
  assert.ok(asked?.type === 'asked');
  const allowed = evolveAll(look.state, [decided(asked.question.id, 'approve')], 6);
  assert.deepEqual(allowed.thought.allowed, ['run']);
  assert.deepEqual(typesOf(advance(allowed, known, 6).events), ['attempt_started']);
});

test('a person who says stop ends the run, and so does a hard limit, without asking', () => {
  const look = advance(begun([stepOf('pay')], [pay], reached('soft')), known, 5);
  const [asked] = look.events;
  assert.ok(asked?.type === 'asked');
  const stopped = evolveAll(look.state, [decided(asked.question.id, 'stop')], 6);
  assert.deepEqual(typesOf(advance(stopped, known, 7).events), ['compensating', 'finished']);
  const over = advance(begun([stepOf('pay')], [pay], reached('hard')), known, 5);
  assert.deepEqual(typesOf(over.events), ['compensating', 'finished']);
  assert.equal(over.state.finished?.reason?.code, 'budget_exceeded');
});
