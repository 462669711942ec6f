/** A whole run as a Russian reader sees it: what they are asked, how it goes on, how it ends. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Card } from '../../../src/contracts/card.ts';
import { progressCard } from '../../../src/core/cards/progress.ts';
import { questionCard } from '../../../src/core/cards/question.ts';
import { summaryCard } from '../../../src/core/cards/summary.ts';
import { whyCard } from '../../../src/core/cards/why.ts';
import {
  asked,
  begun,
  card,
  decided,
  ended,
  finished,
  known,
  noon,
  onlyQuestion,
  payInput,
  question,
  started,
  tell,
} from './story.ts';

/** A card as lines. Numbers stand beside a space that does not break. */
const linesOf = ({ title, facts, lines, buttons }: Card): string[] =>
  [
    title,
    ...facts.map(({ label, text }) => `${label}: ${text}`),
    ...lines.map(({ mark, text, detail }) => `(${mark}) ${text}${detail === undefined ? '' : `, ${detail}`}`),
    ...buttons.map(({ label }) => `[${label}]`),
  ].map((line) => line.replaceAll('\u00a0', ' '));

const opened = [...begun(`верни деньги за 1042 на ${card}`, 'ru'), asked()];
const paid = [
  started('pay', 'shop.pay@1', payInput),
  ended('pay', { output: { inline: { id: { minor: 129_00, currency: 'EUR' }, token: 'tok-9' } } }),
];

test('the question', () => {
  const state = tell(...opened);
  assert.deepEqual(linesOf(questionCard(onlyQuestion(state), state, known)), [
    'Разрешить? Вернуть деньги',
    'Что произойдёт: Вернуть деньги',
    'Риск: Деньги уйдут со счёта.',
    'Последствия: Отменить нельзя',
    'Запуск: верни деньги за 1042 на скрыто (1234abcd)',
    'Шаг: pay',
    'Инициатор: carl',
    'Требуется: 2 одобрения',
    'Кто решает: anna, Boris Ivanov (finance)',
    'Код: abcd-efgh',
    'Ответить до: 13:00 UTC',
    'order: 1042',
    'pin: скрыто',
    'greeting: скрыто',
    'card.number: скрыто',
    '[Одобрить]',
    '[Отклонить]',
    '[Изменить]',
  ]);
});

test('how it goes on', () => {
  assert.deepEqual(linesOf(progressCard(tell(...opened), known)), [
    'верни деньги за 1042 на скрыто',
    'Запуск: 1234abcd',
    '(waiting) Look the order up',
    '(waiting) Вернуть деньги, ждёт ответа (abcd-efgh)',
    '(waiting) Look the order up',
    '(waiting) Ждёт ответа',
  ]);
});

test('how it ends', () => {
  const state = tell(
    ...opened,
    decided('approve'),
    ...paid,
    finished({ answer: { inline: { payment: { minor: 1_129_00, currency: 'EUR' }, token: 'tok-9' } } }),
  );
  assert.deepEqual(linesOf(summaryCard(state, known)), [
    'Выполнено',
    'Задача: верни деньги за 1042 на скрыто',
    'Запуск: 1234abcd',
    'Инициатор: carl',
    'Заняло: 7 мин',
    'payment: 1 129,00 EUR',
    'token: скрыто',
    '(waiting) Look the order up',
    '(done) Вернуть деньги, 1 мин',
    '(waiting) Look the order up',
    '(note) Вернуть деньги — одобрено: anna, 12:04 UTC',
  ]);
});

test('the question about a step that failed', () => {
  const error = { code: 'timed_out', message: 'shop.lookup@1 gave no answer', retryable: true } as const;
  const subject = {
    step: 'lookup',
    revision: 0,
    agent: 'shop.lookup@1',
    contract: 'shop.lookup@1',
    input: { order: '1042' },
  };
  const state = tell(
    ...begun('верни деньги за 1042', 'ru'),
    started('lookup', 'shop.lookup@1', {}),
    ended('lookup', { end: 'unknown', error }),
    asked({
      kind: 'failure',
      step: 'lookup',
      error,
      subject,
      policy: { ...question().policy, verbs: ['retry', 'skip', 'give', 'stop'] },
    }),
  );
  const lines = linesOf(questionCard(onlyQuestion(state), state, known));
  assert.deepEqual(lines.slice(0, 4), [
    'Не получилось: Look the order up',
    'Причина: Агент не ответил вовремя (timed_out): shop.lookup@1 gave no answer',
    'Попытки: 1 попытка за 1 мин',
    'Этого ждут: Вернуть деньги; Look the order up',
  ]);
  assert.deepEqual(lines.slice(-8), [
    '(note) Повторить, вызвать ещё раз с теми же данными',
    '(note) Пропустить, продолжить без этого шага; то, что от него зависит, тоже будет пропущено',
    '(note) Ввести результат, продолжить с вашим результатом, если он пройдёт проверку',
    '(note) Остановить, завершить запуск и отменить сделанное',
    '[Повторить]',
    '[Пропустить]',
    '[Ввести результат]',
    '[Остановить]',
  ]);
});

test('why it came to that', () => {
  const error = { code: 'timed_out', message: 'shop.pay@1 gave no answer', retryable: true } as const;
  const events = [
    ...opened,
    decided('approve'),
    started('pay', 'shop.pay@1', payInput),
    ended('pay', { end: 'not_sent', error }),
    started('pay', 'shop.pay@1', payInput, 2),
    ended('pay', { attempt: 2 }),
  ];
  const entries = events.map((event, i) => ({ seq: i + 1, at: noon + i * 60_000, events: [event] }));
  assert.deepEqual(linesOf(whyCard(tell(...events), known, entries)), [
    'Выполняется',
    'Задача: верни деньги за 1042 на скрыто',
    'Запуск: 1234abcd',
    'Инициатор: carl',
    '(note) Задача распознана как «Refund an order» (rules)',
    '(note) План из 3 шагов (rules)',
    '(waiting) Look the order up',
    '(done) Вернуть деньги, 3 мин',
    '(note) после: Look the order up',
    '(note) спросили человека: отменить это нельзя, и ни одно правило этого не разрешает',
    '(note) Одобрено: anna, 12:04 UTC (abcd-efgh)',
    '(note) разрешено договором агента: отменить нельзя',
    '(note) попытка 1: агент не ответил вовремя (timed_out): shop.pay@1 gave no answer',
    '(note) повторили, потому что ничего не произошло',
    '(waiting) Look the order up',
    '(note) после: Look the order up',
  ]);
});

test('how it fails', () => {
  const error = {
    code: 'agent_refused',
    message: 'shop.pay@1 refused',
    said: 'Заказ закрыт',
    retryable: false,
  } as const;
  const state = tell(
    ...opened,
    decided('approve'),
    started('pay', 'shop.pay@1', payInput),
    { type: 'step_failed', v: 1, ref: 'pay', error },
    finished({ status: 'failed', reason: error, report: { undone: ['lookup'], stands: [], needsPerson: [] } }),
  );
  assert.deepEqual(linesOf(summaryCard(state, known)).slice(0, 6), [
    'Не выполнено на шаге «Вернуть деньги»: агент отказал',
    'Задача: верни деньги за 1042 на скрыто',
    'Запуск: 1234abcd',
    'Инициатор: carl',
    'Причина: Агент отказал (agent_refused): Заказ закрыт',
    'Заняло: 7 мин',
  ]);
});
