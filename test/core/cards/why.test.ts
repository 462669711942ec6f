import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Event, EventOf } from '../../../src/contracts/event.ts';
import type { PlanStep } from '../../../src/contracts/plan.ts';
import { whyCard } from '../../../src/core/cards/why.ts';
import { replay } from '../../../src/core/evolve.ts';
import {
  asked,
  begun,
  card,
  decided,
  ended,
  finished,
  known,
  noon,
  payInput,
  question,
  run,
  started,
} from './story.ts';

/** The lines of `why`, each mark but a note in front. */
const whyOf = (...events: Event[]): string[] => whyOfCommits(...events.map((event) => [event]));

function whyOfCommits(...commits: Event[][]): string[] {
  const entries = commits.map((events, i) => ({ seq: i + 1, at: noon + i * 60_000, events }));
  const { lines } = whyCard(replay(run, entries), known, entries);
  return lines.map(
    ({ mark, text, detail }) => `${mark === 'note' ? '·' : mark} ${text}${detail ? ` (${detail})` : ''}`,
  );
}

const step = (id: string, agent: string, more: Partial<PlanStep> = {}): PlanStep => ({ id, agent, input: {}, ...more });

/** A run with a plan of these steps. */
const planned = (steps: PlanStep[], more: Partial<EventOf<'planned'>> = {}): Event[] => {
  const [received, understood, event] = begun();
  const made = event as EventOf<'planned'>;
  return [received!, understood!, { ...made, ...more, plan: { goal: 'g', steps, answer: {} } }];
};

const lookup = step('lookup', 'shop.lookup@1');
const pay = step('pay', 'shop.pay@1', { input: { card: { number: { $ref: 'task.fields.card' } } } });
const failure = { code: 'timed_out', message: `no answer for ${card}`, retryable: true } as const;

test('a run says what it was taken for, how it was planned, and why each step ran', () => {
  const lines = whyOf(
    ...begun(),
    started('lookup', 'shop.lookup@1', {}),
    ended('lookup', { output: { inline: { pin: '77', parts: [] } } }),
    asked(),
    decided('approve'),
    {
      ...(started('pay', 'shop.pay@1', payInput) as EventOf<'attempt_started'>),
      permission: { kind: 'escalation', id: question().id },
    },
    ended('pay', {}),
  );
  assert.deepEqual(lines, [
    '· Recognised as “Refund an order” (by rules)',
    '· Planned in 3 steps by rules',
    'done Look the order up (1 min)',
    '· allowed by its contract: changes nothing',
    'done Pay the money back (1 min)',
    '· after: Look the order up',
    '· a person was asked, since it cannot be taken back and no rule allows it',
    '· Approved by anna at 12:06 UTC (abcd-efgh)',
    'waiting Look the order up',
    '· after: Look the order up',
  ]);
});

test('what one agent closes was not planned', () => {
  const lines = whyOf(...planned([lookup], { short: true }));
  assert.deepEqual(lines.slice(1), ['· One agent closes it, so nothing was planned', 'waiting Look the order up']);
});

test('a step that was skipped says for which reason, with the values that decided', () => {
  const check = step('check', 'shop.lookup@1', {
    after: ['lookup'],
    when: {
      all: [
        { ref: 'steps.lookup.output.score', gt: 50 },
        { ref: 'task.fields.order', is: '1042' },
      ],
    },
  });
  const reads = step('reads', 'shop.lookup@1', { input: { $ref: 'steps.check.output' } });
  const lines = whyOf(
    ...planned([lookup, check, reads]),
    started('lookup', 'shop.lookup@1', {}),
    ended('lookup', { output: { inline: { score: 12 } } }),
    { type: 'skipped', v: 1, ref: 'check', because: 'condition' },
    { type: 'skipped', v: 1, ref: 'reads', because: 'dependency' },
  );
  assert.deepEqual(lines.slice(4), [
    'skipped Look the order up (not needed)',
    '· skipped, since its condition did not hold: lookup.score > 50 (12) and order = 1042 (1042)',
    'skipped Look the order up (what it needs was skipped)',
    '· skipped, since what it reads was skipped: Look the order up',
  ]);
});

test('a condition over what nobody may see shows neither side of it', () => {
  const check = step('check', 'shop.lookup@1', {
    when: {
      any: [
        { ref: 'steps.lookup.output.pin', is: '77' },
        { ref: 'task.fields.card', not: '1' },
      ],
    },
  });
  const lines = whyOf(
    ...planned([lookup, pay, check]),
    started('lookup', 'shop.lookup@1', {}),
    ended('lookup', { output: { inline: { pin: '77' } } }),
    started('check', 'shop.lookup@1', {}),
  );
  assert.ok(lines.includes('· its condition held: (lookup.pin = hidden (hidden) or card ≠ hidden (hidden))'));
});

test('every attempt in vain says why it failed, and why there was another one', () => {
  const again = (attempt: number, end: 'unknown' | 'not_sent') => [
    started('lookup', 'shop.lookup@1', {}, attempt),
    ended('lookup', { attempt, end, error: failure }),
  ];
  const subject = { step: 'lookup', revision: 0, agent: 'shop.lookup@1', contract: 'shop.lookup@1', input: {} };
  const lines = whyOf(
    ...planned([lookup, pay]),
    ...again(1, 'unknown'),
    ...again(2, 'not_sent'),
    ...again(3, 'unknown'),
    asked({ kind: 'failure', step: 'lookup', subject, error: failure }),
    decided('retry'),
    ...again(4, 'unknown'),
  );
  const reason = 'the agent gave no answer in time (timed_out): no answer for hidden';
  assert.deepEqual(lines.slice(3, -1), [
    '· allowed by its contract: changes nothing',
    `· attempt 1: ${reason}`,
    '· tried again, since a repeat is harmless',
    `· attempt 2: ${reason}`,
    '· tried again, since nothing had happened',
    `· attempt 3: ${reason}`,
    '· anna had it tried again at 12:10 UTC (abcd-efgh)',
    '· tried again, since a person said so',
    `· attempt 4: ${reason}`,
  ]);
});

test('a circle is told where no attempt tells it', () => {
  const subject = { step: 'lookup', revision: 0, agent: 'shop.lookup@1', contract: 'shop.lookup@1', input: {} };
  const loop = {
    code: 'loop_detected',
    message: 'shop.lookup@1 gave the same answer 3 times.',
    retryable: false,
  } as const;
  const lines = whyOf(...planned([lookup]), asked({ kind: 'failure', step: 'lookup', subject, error: loop }));
  assert.ok(
    lines.includes(
      '· The same calls gave the same results again and again (loop_detected): shop.lookup@1 gave the same answer 3 times.',
    ),
  );
});

test('a failure that nobody was asked about says why', () => {
  const error = { code: 'reference_missing', message: 'Its input reads x.', retryable: false } as const;
  const lines = whyOf(...planned([lookup]), { type: 'step_failed', v: 1, ref: 'lookup', error });
  assert.ok(lines.includes('· A value that is needed is not there (reference_missing): Its input reads x.'));
});

test('what one commit brought is told in the order of cause and effect', () => {
  const subject = { step: 'lookup', revision: 0, agent: 'shop.lookup@1', contract: 'shop.lookup@1', input: {} };
  const lines = whyOfCommits(
    planned([lookup]),
    [started('lookup', 'shop.lookup@1', {})],
    [
      ended('lookup', { end: 'unknown', error: failure }),
      asked({ kind: 'failure', step: 'lookup', subject, error: failure }),
    ],
    [decided('retry'), started('lookup', 'shop.lookup@1', {}, 2)],
  );
  assert.deepEqual(
    lines.slice(4).map((line) => line.slice(0, 16)),
    ['· attempt 1: the', '· anna had it tr', '· tried again, s'],
  );
});

test('an open question says who decides, and a late answer says that it was late', () => {
  const late: Event = {
    ...(ended('lookup', { output: { inline: {} } }) as EventOf<'attempt_ended'>),
    type: 'late_result',
    signal: 's',
  } as never;
  const lines = whyOf(...begun(), started('lookup', 'shop.lookup@1', {}), late, asked());
  assert.ok(lines.includes('· the answer to attempt 1 came late, from a worker that had lost the run'));
  assert.ok(lines.includes('· who decides: anna, Boris Ivanov (finance) (abcd-efgh)'));
});

test('a run that cannot complete says why, and what it took back', () => {
  const because = { code: 'deadline_exceeded', message: 'It did not end within 60 s.', retryable: false } as const;
  const error = { code: 'agent_failed', message: 'shop.lookup@1 threw Error', retryable: true } as const;
  const lines = whyOf(
    ...planned([lookup]),
    { type: 'compensating', v: 1, because },
    { type: 'undo_failed', v: 1, ref: 'lookup', error },
    finished({ status: 'failed', reason: because }),
  );
  assert.ok(lines.includes('· could not be taken back: The agent failed (agent_failed): shop.lookup@1 threw Error'));
  assert.deepEqual(lines.slice(-2), [
    'failed It could not complete: it took longer than it may (deadline_exceeded): It did not end within 60 s.',
    '· So what had been done was taken back, latest first',
  ]);
});

test('of a long list only those items are told that say something of their own', () => {
  const lines = whyOf(
    ...begun(),
    { type: 'expanded', v: 1, ref: 'probe', items: 100 },
    ...[3, 4, 5, 6, 7, 8, 9].flatMap((item) => [
      started(`probe[${item}]`, 'shop.lookup@1', {}),
      ended(`probe[${item}]`, { end: 'unknown', error: failure }),
      { type: 'step_failed', v: 1, ref: `probe[${item}]`, error: failure } as const,
    ]),
  );
  assert.ok(lines.some((line) => line.startsWith('failed Look the order up [3]')));
  assert.ok(!lines.some((line) => line.includes('[8]')));
  assert.ok(lines.includes('· … 2 more elements'));
});

test('before it is understood, there is little to explain', () => {
  assert.deepEqual(whyOf(begun()[0]!), []);
});
