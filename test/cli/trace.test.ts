import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jsonLines } from '../../src/cli/json.ts';
import { material } from '../../src/core/cards/steps.ts';
import { traceLines } from '../../src/core/cards/trace.ts';
import { asked, begun, card, decided, ended, known, payInput, question, started, tell } from '../core/cards/story.ts';

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

test('a hidden output that a person gave is hidden in the events, too', () => {
  const subject = { ...question().subject!, step: 'lookup', contract: 'shop.lookup@1' };
  const given = decided('give', { value: { pin: '77', parts: [] } });
  const of = material(tell(...begun(), asked({ kind: 'failure', step: 'lookup', subject }), given), known);
  const [line] = jsonLines({ seq: 5, at: 0, events: [given] }, of);
  assert.deepEqual(JSON.parse(line!).decision.value, { pin: 'hidden', parts: [] });
});
