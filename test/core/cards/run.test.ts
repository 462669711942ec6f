import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Event } from '../../../src/contracts/event.ts';
import { progressCard } from '../../../src/core/cards/progress.ts';
import { summaryCard } from '../../../src/core/cards/summary.ts';
import {
  asked,
  begun,
  card,
  contended,
  decided,
  ended,
  factOf,
  finished,
  known,
  payInput,
  started,
  tell,
  textOf,
} from './story.ts';

const failed = (code: 'rejected' | 'expired' | 'agent_refused' | 'stopped', message = 'no.'): Event[] => [
  { type: 'step_failed', v: 1, ref: 'pay', error: { code, message, retryable: false } },
  finished({ status: 'failed', reason: { code, message, retryable: false } }),
];

const paid = [
  started('pay', 'shop.pay@1', payInput),
  ended('pay', { output: { inline: { id: 'p-1', token: 'tok-9' } } }),
];

test('progress has a line a step, with mark and duration', () => {
  const shown = progressCard(tell(...begun('refund 1042\nplease'), ...paid), known);
  assert.equal(shown.kind, 'progress');
  assert.equal(shown.title, 'refund 1042');
  assert.deepEqual(shown.lines, [
    { mark: 'waiting', text: 'Look the order up' },
    { mark: 'done', text: 'Pay the money back', detail: '1 min' },
    { mark: 'waiting', text: 'Look the order up' },
    { mark: 'running', text: 'Running' },
  ]);
});

test('progress before there is a plan says what is being done', () => {
  const shown = progressCard(tell(begun()[0]!), known);
  assert.deepEqual(shown.lines, [{ mark: 'running', text: 'Reading the task' }]);
});

test('what is not understood yet is answered in the language in which it seems to be written', () => {
  const [received] = begun('верни деньги', 'ru');
  assert.deepEqual(progressCard(tell(received!), known).lines, [{ mark: 'running', text: 'Разбирается' }]);
});

test('progress counts the items of a list', () => {
  const state = tell(
    ...begun(),
    { type: 'expanded', v: 1, ref: 'probe', items: 3 },
    started('probe[1]', 'shop.lookup@1', {}),
    ended('probe[1]', { output: { inline: {} } }),
  );
  assert.deepEqual(progressCard(state, known).lines[2], { mark: 'running', text: 'Look the order up 1/3' });
});

test('progress says what it waits for', () => {
  const shown = progressCard(tell(...begun(), asked()), known);
  assert.deepEqual(shown.lines[1], {
    mark: 'waiting',
    text: 'Pay the money back',
    detail: 'waits for an answer (abcd-efgh)',
  });
  assert.equal(shown.lines.at(-1)!.text, 'Waiting for an answer');
});

const cancelled: Event = { type: 'cancel_requested', v: 1, signal: 's', by: { person: 'anna', via: 'memory' } };

test('progress says that a step that was allowed waits for another run', () => {
  const { evidence } = contended;
  const of = (...more: Event[]) =>
    progressCard(tell(...begun(), contended, asked({ evidence }), ...more), known).lines[1]!;
  assert.equal(of().detail, 'waits for an answer (abcd-efgh)');
  assert.deepEqual(of(decided('approve')), {
    mark: 'waiting',
    text: 'Pay the money back',
    detail: 'waits until run beefbeef has done the same or has let go of it',
  });
  assert.equal(of(decided('approve'), { type: 'held', v: 1, ref: 'pay', resource: 'order:1042' }).detail, undefined);
  assert.equal(of(decided('approve'), cancelled).detail, undefined);
  assert.equal(of(decided('reject'), ...failed('rejected').slice(0, 1)).detail, 'a person said no');
});

test('a hidden value that stands in the task is not in the title', () => {
  assert.equal(progressCard(tell(...begun()), known).title, 'refund 1042 to hidden');
});

test('a summary tells the task, the answer, the decisions and how long it took', () => {
  const shown = summaryCard(
    tell(
      ...begun(),
      asked(),
      decided('approve'),
      ...paid,
      finished({ answer: { inline: { payment: 'p-1', token: 'tok-9' } } }),
    ),
    known,
  );
  assert.equal(shown.title, 'Completed');
  assert.equal(factOf(shown, 'Task'), 'refund 1042 to hidden');
  assert.equal(factOf(shown, 'Asked by'), 'carl');
  assert.equal(factOf(shown, 'payment'), 'p-1');
  assert.equal(factOf(shown, 'token'), 'hidden', 'a hidden output stays hidden in the answer');
  assert.equal(factOf(shown, 'Took'), '7 min');
  assert.deepEqual(shown.lines.at(-1), { mark: 'note', text: 'Approved by anna at 12:04 UTC: Pay the money back' });
  assert.ok(!textOf(shown).includes('tok-9') && !textOf(shown).includes(card));
});

const endings: [string, Event[], string][] = [
  ['rejected', [asked(), decided('reject'), ...failed('rejected')], 'Rejected by anna: Pay the money back'],
  [
    'expired',
    [asked(), decided('expired'), ...failed('expired')],
    'Expired: nobody answered in time: Pay the money back',
  ],
  [
    'stopped',
    [asked({ kind: 'uncertain' }), decided('stop'), ...failed('stopped')],
    'Stopped by anna: Pay the money back',
  ],
  ['refused', failed('agent_refused'), 'Failed at “Pay the money back”: the agent said no'],
  [
    'cancelled',
    [
      { type: 'cancel_requested', v: 1, signal: 's', by: { person: 'boris', via: 'memory' } },
      finished({ status: 'cancelled', reason: { code: 'cancelled', message: 'x', retryable: false } }),
    ],
    'Cancelled by Boris Ivanov',
  ],
];

for (const [how, events, text] of endings) {
  test(`the summary of a run that was ${how} says so in its title`, () => {
    assert.equal(summaryCard(tell(...begun(), ...events), known).title, text);
  });
}

test('a summary says of every effect what became of it, and why', () => {
  const broken = { code: 'agent_failed', message: `at ${card}\u202E`, retryable: true } as const;
  const shown = summaryCard(
    tell(
      ...begun(),
      { type: 'undo_failed', v: 1, ref: 'lookup', error: { ...broken, said: `the shop is closed to ${card}` } },
      ...paid,
      finished({
        status: 'failed',
        reason: broken,
        report: { undone: ['probe'], stands: ['pay'], needsPerson: ['lookup', 'probe[2]'] },
      }),
    ),
    known,
  );
  assert.equal(factOf(shown, 'Undone'), 'Look the order up');
  assert.equal(
    factOf(shown, 'Could not be undone'),
    'Look the order up: the agent failed (agent_failed): the shop is closed to hidden',
  );
  assert.equal(factOf(shown, 'Stands'), 'Pay the money back: cannot be taken back');
  assert.equal(factOf(shown, 'Needs a person'), 'Look the order up [2]');
  assert.equal(factOf(shown, 'Why'), 'The agent failed (agent_failed): at hidden[U+202E]');
});

test('an effect that nobody knows about, and one that was done twice, need a person, each for its reason', () => {
  const again = started('pay', 'shop.pay@1', payInput, 2);
  const shown = summaryCard(
    tell(
      ...begun(),
      started('lookup', 'shop.lookup@1', {}),
      ended('lookup', { end: 'unknown' }),
      ...paid,
      again,
      ended('pay', { attempt: 2 }),
      finished({ status: 'failed', report: { undone: [], stands: [], needsPerson: ['lookup', 'pay'] } }),
    ),
    known,
  );
  const needed = shown.facts.filter(({ label }) => label === 'Needs a person').map(({ text }) => text);
  assert.deepEqual(needed, [
    'Look the order up: nobody knows whether it happened',
    'Pay the money back: it was done more than once',
  ]);
});

test('a summary of very many effects counts those that it does not name', () => {
  const undone = Array.from({ length: 15 }, (_, i) => `probe[${i}]`);
  const report = { undone, stands: [], needsPerson: [] };
  const shown = summaryCard(tell(...begun(), finished({ status: 'cancelled', report })), known);
  const rows = shown.facts.filter(({ label }) => label === 'Undone').map(({ text }) => text);
  assert.deepEqual([rows.length, rows.at(-1)], [11, '… 5 more elements']);
});
