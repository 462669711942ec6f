import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Decision } from '../../../src/contracts/escalation.ts';
import { questionCard } from '../../../src/core/cards/question.ts';
import {
  andThen,
  asked,
  begun,
  card,
  decided,
  ended,
  factOf,
  known,
  noon,
  onlyQuestion,
  payInput,
  question,
  started,
  tell,
  textOf,
} from './story.ts';

const cardOf = (state: ReturnType<typeof tell>) => questionCard(onlyQuestion(state), state, known);

const lookedUp = [
  started('lookup', 'shop.lookup@1', { order: '1042' }),
  ended('lookup', { output: { inline: { pin: '77', parts: [] } } }),
];

test('a question says first what would happen, how bad it is, and who decides', () => {
  const shown = cardOf(tell(...begun(), ...lookedUp, asked()));
  assert.equal(shown.title, 'May this happen? Pay the money back');
  assert.deepEqual(
    shown.facts.slice(0, 10).map(({ label }) => label),
    ['What will happen', 'Risk', 'Effect', 'Run', 'Step', 'Asked by', 'Needs', 'Who decides', 'Code', 'Expires'],
  );
  assert.equal(factOf(shown, 'Risk'), 'Money leaves the account.');
  assert.equal(factOf(shown, 'Effect'), 'Cannot be taken back');
  assert.equal(factOf(shown, 'Needs'), 'Approvals of 2 people');
  assert.equal(factOf(shown, 'Who decides'), 'anna, Boris Ivanov (finance)', 'the requester may not, so is not named');
  assert.equal(factOf(shown, 'Code'), 'abcd-efgh');
  assert.equal(factOf(shown, 'Expires'), '13:00 UTC');
  assert.equal(factOf(shown, 'order'), '1042');
  assert.deepEqual(
    shown.buttons.map(({ verb }) => verb),
    ['approve', 'reject', 'edit'],
  );
  assert.equal(shown.code, 'abcd-efgh');
});

test('whoever asked and may decide only at the terminal is named with that', () => {
  const policy = { ...question().policy, selfApproval: 'terminal' as const };
  const shown = cardOf(tell(...begun(), asked({ policy })));
  assert.match(factOf(shown, 'Who decides')!, /carl \(only at the terminal\)/);
});

test('a hidden value is shown nowhere: not at its place, not where the plan hands it on, not in the task', () => {
  const shown = cardOf(tell(...begun(), ...lookedUp, asked()));
  assert.equal(factOf(shown, 'card.number'), 'hidden');
  assert.equal(factOf(shown, 'pin'), 'hidden', 'it is a hidden output of another agent');
  assert.equal(factOf(shown, 'greeting'), 'hidden', 'a text that was made with it');
  assert.match(factOf(shown, 'Run')!, /^refund 1042 to hidden /);
  assert.ok(!textOf(shown).includes(card));
});

test('a long value says how much of it is not shown', () => {
  const subject = { ...question().subject!, input: { note: 'x'.repeat(12_731) } };
  const shown = cardOf(tell(...begun(), asked({ subject })));
  assert.equal(factOf(shown, 'note'), `${'x'.repeat(300)}… 12,431 more characters`);
});

test('a long list does not push the short fields away', () => {
  const input = { items: Array.from({ length: 500 }, (_, i) => ({ i, a: 1, b: 2, c: 3, d: 4, e: 5 })), zzz: 'pay me' };
  const shown = cardOf(tell(...begun(), asked({ subject: { ...question().subject!, input } })));
  assert.equal(factOf(shown, 'zzz'), 'pay me');
  assert.ok(shown.facts.length < 50);
  assert.match(textOf(shown), /more values/);
});

test('what has no shape is spelt out, and padding is collapsed', () => {
  const input = { to: `anna\u202Egnp.exe\u200B${'\n'.repeat(300)}hidden below${' '.repeat(400)}far right`, empty: '' };
  const shown = cardOf(tell(...begun(), asked({ subject: { ...question().subject!, input } })));
  assert.equal(factOf(shown, 'to'), 'anna[U+202E]gnp.exe[U+200B] ↵×300 hidden below ␣×400 far right');
  assert.equal(factOf(shown, 'empty'), '(empty text)');
});

test('a key of the input is as harmless as its value', () => {
  const input = { 'a\u2066b\n\nCode': 'x' };
  const shown = cardOf(tell(...begun(), asked({ subject: { ...question().subject!, input } })));
  assert.ok(shown.facts.some(({ label }) => label === 'a[U+2066]b ↵×2 Code'));
});

test('an earlier effect on the same thing is said in plain words', () => {
  const evidence = [
    {
      run: '01900000-0000-7000-8000-0000feedbeef',
      title: 'refund 1042',
      step: 'pay',
      state: 'done' as const,
      at: '2026-11-20T09:30:00.000Z',
    },
    {
      run: '01900000-0000-7000-8000-0000cafecafe',
      title: 'again',
      step: 'pay',
      state: 'in_hand' as const,
      at: '2026-11-22T11:59:00.000Z',
    },
  ];
  const shown = cardOf(tell(...begun(), asked({ evidence })));
  const said = shown.facts.filter(({ label }) => label === 'Attention').map(({ text }) => text);
  assert.match(said[0]!, /^Already done by run feedbeef \(refund 1042\) at 2026-11-20 09:30 UTC: Pay the money back$/);
  assert.match(said[1]!, /^Run cafecafe \(again\) is about to do the same/);
});

const endings: [Decision['outcome'], string][] = [
  ['approve', 'Approved by anna at 12:04 UTC'],
  ['reject', 'Rejected by anna at 12:04 UTC'],
  ['stop', 'Stopped by anna at 12:04 UTC'],
  ['retry', 'anna had it tried again at 12:04 UTC'],
  ['expired', 'Expired'],
  ['withdrawn', 'Withdrawn: no longer needed'],
];

for (const [outcome, text] of endings) {
  test(`a question that was closed by ${outcome} has no buttons and says so in its last line`, () => {
    const shown = cardOf(tell(...begun(), asked(), decided(outcome)));
    assert.deepEqual(shown.buttons, []);
    assert.equal(shown.code, null);
    assert.equal(shown.lines.at(-1)!.text, text);
    assert.equal(factOf(shown, 'order'), '1042', 'what was decided on is still there');
  });
}

test('an edit shows what it changed, and the next question shows it again', () => {
  const value = { ...payInput, order: '1043', card: { number: '4222222222222222' } };
  const edited = tell(...begun(), asked(), decided('edit', { value }));
  const first = cardOf(edited);
  assert.equal(factOf(first, 'Changed: order'), '1042 → 1043');
  assert.equal(factOf(first, 'Changed: card.number'), 'hidden → hidden');
  assert.equal(factOf(first, 'Changed: greeting'), undefined);
  assert.equal(first.lines.at(-1)!.text, 'Edited by anna at 12:04 UTC');
  const subject = { ...question().subject!, revision: 1, input: value };
  const second = {
    type: 'asked' as const,
    v: 1 as const,
    question: question({ id: 'q2', code: 'next-code', subject }),
  };
  const shown = cardOf(andThen(edited, second, noon + 300_000));
  assert.equal(factOf(shown, 'Changed: order'), '1042 → 1043');
  assert.equal(shown.lines.at(-1)!.text, 'Edited by anna at 12:04 UTC, so it is asked again');
  assert.equal(shown.buttons.length, 3);
  assert.ok(!textOf(shown).includes('4222222222222222') && !textOf(shown).includes(card));
});

test('an approval that fits no more says so', () => {
  const state = tell(...begun(), asked(), decided('approve'), {
    type: 'voided',
    v: 1,
    ref: 'pay',
    escalation: question().id,
  });
  assert.match(cardOf(state).lines[0]!.text, /No longer valid/);
});

test('a question about an uncertain effect says why nobody knows, without what is hidden', () => {
  const state = tell(
    ...begun(),
    started('pay', 'shop.pay@1', payInput),
    ended('pay', { end: 'unknown', error: { code: 'timed_out', message: `no answer for ${card}`, retryable: true } }),
    asked({ kind: 'uncertain', policy: { ...question().policy, verbs: ['done', 'retry', 'stop'] } }),
  );
  const shown = cardOf(state);
  assert.equal(shown.title, 'Did this happen? Pay the money back');
  assert.equal(factOf(shown, 'Why'), 'The agent gave no answer in time (timed_out): no answer for hidden');
  assert.deepEqual(
    shown.buttons.map(({ label }) => label),
    ['It happened', 'It did not, try again', 'Stop'],
  );
  const closed = cardOf(andThen(state, decided('retry'), noon + 300_000));
  assert.equal(closed.lines.at(-1)!.text, 'anna said at 12:05 UTC that it did not happen');
});

test('a question for what is missing asks in the words of the route, and else names the field', () => {
  const schema = {
    type: 'object',
    properties: {
      amount: { type: 'number' },
      order: { description: 'The number\n\non the bill' },
      reason: { type: 'string', description: 'In one sentence' },
    },
  };
  const state = tell(
    ...begun().slice(0, 2),
    asked({ kind: 'answer', step: null, subject: null, digest: null, schema }),
  );
  const shown = cardOf(state);
  const missing = shown.facts.filter(({ label }) => label === 'Missing').map(({ text }) => text);
  assert.deepEqual(missing, ['amount (number)', 'order (The number ↵×2 on the bill)', 'Why is it refunded?']);
});
