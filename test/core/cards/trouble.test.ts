import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Failure } from '../../../src/contracts/error.ts';
import type { Question } from '../../../src/contracts/escalation.ts';
import type { Event } from '../../../src/contracts/event.ts';
import { progressCard } from '../../../src/core/cards/progress.ts';
import { questionCard } from '../../../src/core/cards/question.ts';
import { summaryCard } from '../../../src/core/cards/summary.ts';
import {
  asked,
  begun,
  card,
  decided,
  ended,
  factOf,
  finished,
  known,
  onlyQuestion,
  payInput,
  question,
  started,
  tell,
  textOf,
} from './story.ts';

const error: Failure = {
  code: 'agent_failed',
  message: 'shop.lookup@1 threw Error',
  retryable: true,
  said: `no shelf for ${card}`,
};

const verbs: Question['policy']['verbs'] = ['retry', 'skip', 'give', 'stop'];

/** The question about a step that failed; `lookup` by default, which `pay` and `probe` wait for. */
const failed = (more: Partial<Question> = {}): Event =>
  asked({
    kind: 'failure',
    step: 'lookup',
    digest: null,
    error,
    subject: {
      step: 'lookup',
      revision: 0,
      agent: 'shop.lookup@1',
      contract: 'shop.lookup@1',
      input: { order: '1042' },
    },
    policy: { ...question().policy, verbs },
    ...more,
  });

const tried = [
  started('lookup', 'shop.lookup@1', { order: '1042' }),
  ended('lookup', { end: 'unknown', error }),
  started('lookup', 'shop.lookup@1', { order: '1042' }, 2),
  ended('lookup', { end: 'unknown', error, attempt: 2 }),
];

const cardOf = (...events: Event[]) => {
  const state = tell(...begun(), ...events);
  return questionCard(onlyQuestion(state), state, known);
};

test('a question about a failed step says what failed and why, with what, how often, and who waits', () => {
  const shown = cardOf(...tried, failed());
  assert.equal(shown.title, 'This failed: Look the order up');
  assert.equal(factOf(shown, 'Why'), 'The agent failed (agent_failed): no shelf for hidden');
  assert.equal(factOf(shown, 'Tried'), '2 attempts in 3 min');
  assert.equal(factOf(shown, 'Wait for it'), 'Pay the money back; Look the order up');
  assert.equal(factOf(shown, 'order'), '1042');
  assert.equal(factOf(shown, 'What will happen'), undefined, 'nothing will, before somebody says so');
  assert.ok(!textOf(shown).includes(card));
});

test('each button says what it does, and none does once somebody has decided', () => {
  const open = cardOf(...tried, failed());
  assert.deepEqual(
    open.buttons.map(({ label }) => label),
    ['Try again', 'Skip', 'Give the result', 'Stop'],
  );
  assert.deepEqual(
    open.lines.map(({ text }) => text),
    open.buttons.map(({ label }) => label),
  );
  assert.match(open.lines[1]!.detail!, /what reads its result is skipped too/);
  const closed = cardOf(...tried, failed(), decided('retry'));
  assert.deepEqual(closed.buttons, []);
  assert.deepEqual(closed.lines, [{ mark: 'done', text: 'anna had it tried again at 12:08 UTC' }]);
});

test('what was tried after the question does not change what the question says', () => {
  const again = [started('lookup', 'shop.lookup@1', {}, 3), ended('lookup', { end: 'unknown', error, attempt: 3 })];
  assert.equal(factOf(cardOf(...tried, failed(), decided('retry'), ...again), 'Tried'), '2 attempts in 3 min');
});

test('a step whose input could not be built was not called, and shows none', () => {
  const subject = { ...question().subject!, step: 'lookup', input: null };
  const shown = cardOf(failed({ subject }));
  assert.equal(factOf(shown, 'Tried'), 'not called');
  assert.equal(factOf(shown, 'value'), undefined);
});

test('a step that nothing waits for says so', () => {
  const subject = { ...question().subject!, input: payInput };
  assert.equal(factOf(cardOf(failed({ step: 'pay', subject })), 'Wait for it'), 'nothing');
});

test('a result that a person gave, and a step that a person skipped, say so for ever', () => {
  const given = tell(...begun(), ...tried, failed(), decided('give', { value: { pin: '12345678', parts: [] } }));
  assert.equal(progressCard(given, known).lines[0]!.detail, '5 min, result given by anna');
  const skipped = tell(...begun(), ...tried, failed(), decided('skip'));
  assert.deepEqual(progressCard(skipped, known).lines[0], {
    mark: 'skipped',
    text: 'Look the order up',
    detail: '5 min, skipped by anna',
  });
  const over = summaryCard(tell(...begun(), ...tried, failed(), decided('skip'), finished({})), known);
  assert.equal(over.lines[0]!.detail, '5 min, skipped by anna');
  assert.equal(over.lines.at(-1)!.text, 'Skipped by anna at 12:08 UTC: Look the order up');
});

test('a step is skipped by its condition or for want of what it reads, which are told apart', () => {
  const skip = (ref: string, because: 'condition' | 'dependency'): Event => ({ type: 'skipped', v: 1, ref, because });
  const { lines } = progressCard(tell(...begun(), skip('lookup', 'condition'), skip('pay', 'dependency')), known);
  assert.deepEqual(
    lines.slice(0, 2).map(({ detail }) => detail),
    ['not needed', 'what it needs was skipped'],
  );
});

test('a hidden output that a person gave stays hidden', () => {
  const events = [failed(), decided('give', { value: { pin: '12345678' } })];
  const shown = summaryCard(tell(...begun('my pin is 12345678'), ...events), known);
  assert.equal(factOf(shown, 'Task'), 'my pin is hidden');
});

test('a value that does not fit says where, and what was agreed', () => {
  const mismatches = [{ path: 'items.0.price', expected: 'number', received: 'string' }];
  const broken = { ...error, code: 'contract_violation' as const, mismatches };
  assert.equal(factOf(cardOf(failed({ error: broken })), 'Does not fit: items.0.price'), 'expected number, got string');
});
