/** A whole run as a Russian reader sees it: what they are asked, how it goes on, how it ends. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Card } from '../../../src/contracts/card.ts';
import { progressCard } from '../../../src/core/cards/progress.ts';
import { questionCard } from '../../../src/core/cards/question.ts';
import { summaryCard } from '../../../src/core/cards/summary.ts';
import { asked, begun, card, decided, ended, finished, known, onlyQuestion, payInput, started, tell } from './story.ts';

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
    'Разрешить? Pay the money back',
    'Что произойдёт: Pay the money back',
    'Риск: Money leaves the account.',
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
    '(waiting) Pay the money back, ждёт ответа (abcd-efgh)',
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
    '(done) Pay the money back, 1 мин',
    '(waiting) Look the order up',
    '(note) Pay the money back — одобрено: anna, 12:04 UTC',
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
    'Не выполнено на шаге «Pay the money back»: агент отказал',
    'Задача: верни деньги за 1042 на скрыто',
    'Запуск: 1234abcd',
    'Инициатор: carl',
    'Причина: Агент отказал (agent_refused): Заказ закрыт',
    'Заняло: 7 мин',
  ]);
});
