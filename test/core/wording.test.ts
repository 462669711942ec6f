import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fail } from '../../src/contracts/error.ts';
import type { Event } from '../../src/contracts/event.ts';
import { evolveAll } from '../../src/core/evolve.ts';
import { advance } from '../../src/core/next.ts';
import { begun, contractOf, ended, knownOf, routeOf, started, stepOf } from '../support/journal.ts';

const pay = contractOf({ retry: { attempts: 1, firstDelayMs: 1, factor: 1, maxDelayMs: 1 } });
const failures = { deciders: { people: ['anna'] } };
const known = { ...knownOf([pay], routeOf({ failures })), words: true };
const words = { text: 'It was paid.', proposal: null, by: 'openai mid' };
const worded = (about: string, said: typeof words | null): Event => ({ type: 'worded', v: 1, about, words: said });
const steps = [stepOf('pay'), stepOf('ship')];
const done = [started('pay'), ended('pay', 'done'), started('ship'), ended('ship', 'done')];

test('the end is put in words before it is told, and told without them when there are none', () => {
  const state = begun(steps, [pay], ...done);
  const look = advance(state, known, 5);
  assert.deepEqual(look.events, []);
  assert.deepEqual(look.calls, [{ kind: 'word', about: 'closing' }]);
  for (const said of [words, null]) {
    const after = advance(evolveAll(state, [worded('closing', said)], 6), known, 6);
    assert.equal(after.state.finished?.status, 'completed');
  }
});

test('without anybody who has words, after a hard limit and in a run of one pass nothing is asked for', () => {
  const state = begun(steps, [pay], ...done);
  assert.equal(advance(state, { ...known, words: false }, 5).state.finished?.status, 'completed');
  assert.equal(advance({ ...state, short: true }, known, 5).state.finished?.status, 'completed');
  const over = evolveAll(state, [{ type: 'budget_reached', v: 1, scope: 'run', limit: 'hard', unit: 'calls' }], 5);
  assert.equal(advance(over, known, 5).state.finished?.status, 'failed');
});

test('a failure is put in words before people are asked, once an attempt, and the question carries them', () => {
  const broken = ended('pay', 'refused', { error: fail('agent_failed', 'broken') });
  const state = begun([stepOf('pay')], [pay], started('pay'), broken);
  const [call] = advance(state, known, 5).calls;
  assert.ok(call?.kind === 'word');
  const [asked] = advance(evolveAll(state, [worded(call.about, words)], 6), known, 6).events;
  assert.deepEqual(asked?.type === 'asked' && asked.question.briefing, words);
  const [silent] = advance(evolveAll(state, [worded(call.about, null)], 6), known, 6).events;
  assert.equal(silent?.type === 'asked' && silent.question.briefing, undefined);
});
