import assert from 'node:assert/strict';
import { test } from 'node:test';
import { traceLines } from '../../src/cli/trace.ts';
import { material } from '../../src/core/cards/steps.ts';
import { begun, card, ended, known, payInput, started, tell } from '../core/cards/story.ts';

const events = [
  started('pay', 'shop.pay@1', payInput),
  ended('pay', {
    end: 'refused',
    error: { code: 'agent_refused', message: 'shop.pay@1 refused', retryable: false, said: `no account ${card}` },
  }),
];
const traceOf = (language: 'en' | 'ru') =>
  traceLines(material(tell(...begun(undefined, language), ...events), known), (_, text) => text);

test('what an agent says of a hidden value is hidden in the trace as well', () => {
  const trace = traceOf('en').join('\n');
  assert.match(trace, /error +The agent said no \(agent_refused\): no account hidden/);
  assert.ok(!trace.includes(card));
});

test('the trace speaks the language of the run', () => {
  const trace = traceOf('ru');
  assert.match(trace[1]!, /^ {2}Выполняется, начат 22\.11\.2026 12:00 UTC$/);
  assert.equal(trace[2], '  Задача распознана как «Refund an order» (rules)');
  assert.ok(trace.some((line) => /^ {4}разрешено {2}договором агента: отменить нельзя$/.test(line)));
  assert.ok(trace.some((line) => /^ {4}ошибка {5}Агент отказал \(agent_refused\): no account скрыто$/.test(line)));
});
