import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EventOf } from '../../src/contracts/event.ts';
import { evolveAll } from '../../src/core/evolve.ts';
import { advance, next } from '../../src/core/next.ts';
import { questionTimers, withdrawals } from '../../src/core/questions.ts';
import {
  asked,
  begun,
  contractOf,
  decided,
  ended,
  knownOf,
  questionOf,
  routeOf,
  started,
  stepOf,
} from '../support/journal.ts';

const wire = contractOf({ effect: 'irreversible' });

const questionsOf = (events: readonly { type: string }[]) =>
  events.filter(({ type }) => type === 'asked').map((event) => (event as EventOf<'asked'>).question);

test('two questions of the same look have ids and codes of their own, the same on every worker', () => {
  const state = begun([stepOf('one'), stepOf('two')], [wire]);
  const first = questionsOf(advance(state, knownOf([wire]), 5).events);
  const second = questionsOf(advance(state, knownOf([wire]), 5).events);
  assert.deepEqual(
    first.map(({ step }) => step),
    ['one', 'two'],
  );
  assert.equal(new Set(first.map(({ id }) => id)).size, 2);
  assert.equal(new Set(first.map(({ code }) => code)).size, 2);
  assert.deepEqual(second, first);
  const shape = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/;
  for (const { id, code } of first) {
    assert.match(id, shape);
    assert.match(code, /^[0-9a-hjkmnp-tv-z]{4}-[0-9a-hjkmnp-tv-z]{4}$/);
  }
});

test('a question that is asked again is another question', () => {
  const known = knownOf([wire]);
  const once = advance(begun([stepOf('one')], [wire]), known, 5);
  const [question] = questionsOf(once.events);
  const withdrawn = evolveAll(once.state, [decided(question!.id, 'withdrawn')], 6);
  const [again] = questionsOf(advance(withdrawn, known, 7).events);
  assert.equal(again?.step, 'one');
  assert.notEqual(again.id, question!.id);
  assert.notEqual(again.code, question!.code);
});

test('the terms of a question are those of its time, with roles resolved to people', () => {
  const terms = {
    deciders: { roles: ['finance'] },
    quorum: 2,
    selfApproval: 'never',
    remindAfterMs: 10,
    expireAfterMs: 20,
    tiers: [
      { afterMs: 9, deciders: { people: ['carl'] } },
      { afterMs: 7, deciders: { people: ['operator'] } },
    ],
  };
  const route = routeOf({ approvals: [{ agent: 'pay@1', ...terms }] });
  const [question] = questionsOf(advance(begun([stepOf('one')], [wire]), knownOf([wire], route), 5).events);
  assert.deepEqual(question?.policy, {
    people: ['anna', 'boris'],
    roles: ['finance'],
    tiers: [
      { from: 12, people: ['operator'], roles: [] },
      { from: 14, people: ['carl'], roles: [] },
    ],
    quorum: 2,
    verbs: ['approve', 'reject', 'edit'],
    selfApproval: 'never',
    requester: { person: 'operator', via: 'terminal' },
    addresses: {},
  });
  assert.equal(question.remindAt, 15);
  assert.equal(question.expiresAt, 25);
});

test('only an approval needs a quorum, and only its verbs can be narrowed', () => {
  const route = routeOf({ questions: { deciders: { people: ['anna'] }, quorum: 2, verbs: ['approve'] } });
  const uncertain = begun([stepOf('one')], [wire], started('one'), ended('one', 'unknown'));
  const [question] = questionsOf(advance(uncertain, knownOf([wire], route), 5).events);
  assert.equal(question?.kind, 'uncertain');
  assert.equal(question.policy.quorum, 1);
  assert.deepEqual(question.policy.verbs, ['done', 'retry', 'stop']);
});

test('who asked for the task may say what it did not say', () => {
  const state = { ...begun([stepOf('one')], [wire]), missing: ['order'] };
  const [question] = questionsOf(next(state, knownOf([wire]), 5).events);
  assert.equal(question?.kind, 'answer');
  assert.deepEqual(question.policy.people, ['anna', 'boris', 'operator']);
  assert.equal(question.policy.selfApproval, 'always');
  assert.deepEqual(question.schema, {
    type: 'object',
    properties: { order: { type: 'string' } },
    required: ['order'],
    additionalProperties: false,
  });
});

test('a question is reminded of once, then expires: by its row, not by the journal', () => {
  const state = begun([stepOf('pay')], [wire], asked(questionOf({ remindAt: 10, expiresAt: 20 })));
  assert.deepEqual(questionTimers(state, 5), { events: [], calls: [], wakeAt: 10 });
  const reminder = questionTimers(state, 10);
  assert.deepEqual(reminder, { events: [{ type: 'reminded', v: 1, escalation: 'q1' }], calls: [], wakeAt: 20 });
  const reminded = evolveAll(state, reminder.events, 10);
  assert.deepEqual(questionTimers(reminded, 11), { events: [], calls: [], wakeAt: 20 });
  const expired = questionTimers(reminded, 20);
  assert.deepEqual(expired, { events: [], calls: [{ kind: 'close', escalation: 'q1', as: 'expired' }], wakeAt: null });
});

test('a question is withdrawn when its step waits no more, and each one when nothing will start again', () => {
  const waiting = begun([stepOf('pay')], [wire], asked(questionOf()));
  const moved = { ...waiting, steps: { pay: { ...waiting.steps.pay!, status: 'completed' as const } } };
  const close = [{ kind: 'close', escalation: 'q1', as: 'withdrawn' }];
  assert.deepEqual(withdrawals(waiting, false).calls, []);
  assert.deepEqual(withdrawals(waiting, true).calls, close);
  assert.deepEqual(withdrawals(moved, false).calls, close);
});
