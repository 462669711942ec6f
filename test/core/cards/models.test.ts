import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fail } from '../../../src/contracts/error.ts';
import type { Event } from '../../../src/contracts/event.ts';
import type { ModelCall } from '../../../src/contracts/usage.ts';
import { renderCard } from '../../../src/core/cards/lines.ts';
import { progressCard } from '../../../src/core/cards/progress.ts';
import { questionCard } from '../../../src/core/cards/question.ts';
import { microsText, modelCallText, spentText } from '../../../src/core/cards/spent.ts';
import { material } from '../../../src/core/cards/steps.ts';
import { summaryCard } from '../../../src/core/cards/summary.ts';
import { traceText } from '../../../src/core/cards/trace.ts';
import { whyCard } from '../../../src/core/cards/why.ts';
import { wordsIn } from '../../../src/core/cards/words.ts';
import { noThought } from '../../../src/core/thought.ts';
import { modelCall } from '../../support/model-call.ts';
import { asked, begun, card, factOf, finished, known, onlyQuestion, tell, textOf } from './story.ts';

const call = (more: Partial<ModelCall> = {}): Event => ({ type: 'model_called', v: 1, call: modelCall(more) });

const instead = { provider: 'openai', model: 'gpt-6.1-sol', because: 'model_unavailable' };
const roubles = { micros: 2_500_000, currency: 'RUB', prices: '2026-02-01' };
const standIn = call({ provider: 'gigachat', model: 'GigaChat-2-Max', cost: roubles, instead });

for (const [language, cost, closing] of [
  ['en', '0.0123 USD + 2.50 RUB, 10,420 tokens in 2 calls of models', 'In short'],
  ['ru', '0,0123 USD + 2,50 RUB, 10 420 токенов за 2 вызова моделей', 'Коротко'],
] as const) {
  test(`the summary says what a run cost and, marked as such, what a model says of it (${language})`, () => {
    const words = { text: `Paid to ${card}. <b>Done</b>`, proposal: null, by: 'openai/mid' };
    const worded: Event = { type: 'worded', v: 1, about: 'closing', words };
    const state = tell(...begun('refund 1042', language), call(), standIn, worded, finished({}));
    const summary = summaryCard(state, known);
    const said = wordsIn(language);
    const plain = (text: string | undefined) => text?.replaceAll(/[\u00a0\u202f]/g, ' ');
    assert.equal(plain(factOf(summary, language === 'en' ? 'Cost' : 'Стоимость')), cost);
    assert.match(factOf(summary, closing)!, /openai\/mid/);
    assert.ok(!textOf(summary).includes(card), 'a model cannot tell what is hidden');
    assert.match(textOf(summary), /gigachat/);
    assert.match(plain(traceText(material(state, known)))!, /plan: gigachat GigaChat-2-Max/);
    assert.match(plain(spentText(state.thought.spent, said))!, /USD/);
  });
}

test('a call says what it took: nothing where it was not heard, and a price that nobody knows as n/a', () => {
  const said = (more: Partial<ModelCall>) =>
    modelCallText(modelCall({ cost: null, usage: null, ...more }), wordsIn('en')).replace(/^.*?, /, '');
  const { usage } = modelCall();
  assert.equal(said({ error: fail('model_unreachable', '') }), '0 tokens; The model could not be reached');
  assert.equal(
    said({ error: fail('model_unavailable', '') }),
    '1 call at a price that nobody knows (n/a); The model is out of order',
  );
  assert.equal(said({ usage }), '5,210 tokens (4,000 cached), n/a');
});

test('a run that cost nothing says nothing of it, and a price that nobody knows is n/a', () => {
  const words = wordsIn('en');
  assert.equal(factOf(summaryCard(tell(...begun(), finished({})), known), 'Cost'), undefined);
  assert.equal(spentText(noThought.spent, words), 'Nothing: no model was asked, and no agent has a price');
  const unknown = tell(...begun(), call({ cost: null })).thought.spent;
  assert.equal(
    spentText(unknown, words),
    '5,210 tokens in 1 call of models, 1 call at a price that nobody knows (n/a)',
  );
  const unsent = tell(...begun(), call({ cost: null, usage: null, error: fail('model_unreachable', 'away') }));
  assert.equal(unsent.thought.spent.unpriced, 0);
  assert.equal(microsText(7, 'USD', words), '0.000007 USD');
  assert.equal(microsText(1_234_567, 'USD', words), '1.23 USD');
});

test('the progress says who stands in for whom, and why tells which plans were turned down', () => {
  const finding = { code: 'unknown_agent', path: 'steps.a.agent', hint: 'there is none' };
  const refused: Event = { type: 'plan_refused', v: 1, plan: { inline: {} }, findings: [finding], by: 'openai/big' };
  const [received, understood, planned] = begun();
  const state = tell(received!, understood!, refused, standIn, planned!);
  assert.match(textOf(progressCard(state, known)), /gigachat stood in for openai/);
  assert.match(textOf(whyCard(state, known, [])), /A plan by openai\/big was turned down: 1 finding/);
});

test('a question about a plan shows what speaks against it and what each answer does', () => {
  const findings = [{ code: 'unknown_agent', path: 'steps.a.agent', hint: 'there is none; did you mean shop.pay?' }];
  const briefing = { text: 'Two tries failed.', proposal: 'Use shop.lookup.', by: 'openai/mid' };
  const { policy } = onlyQuestion(tell(...begun(), asked())).question;
  const about = {
    kind: 'plan' as const,
    step: null,
    subject: null,
    error: fail('model_refused', 'it declined', { said: 'I cannot' }),
    findings,
    briefing,
    policy: { ...policy, verbs: ['edit' as const, 'retry' as const, 'stop' as const] },
  };
  const state = tell(...begun().slice(0, 2), asked(about));
  const shown = questionCard(onlyQuestion(state), state, known);
  assert.equal(
    factOf(shown, 'Against the plan'),
    'unknown_agent, steps.a.agent: there is none; did you mean shop.pay?',
  );
  assert.match(factOf(shown, 'A model says')!, /^Two tries failed\. \(written by openai\/mid, not checked\)$/);
  assert.match(factOf(shown, 'A model proposes')!, /^Use shop\.lookup\./);
  assert.match(renderCard(shown, (_, text) => text).join('\n'), /takes the plan that you write, once it is proven/);
});

test('a question about a budget says what was taken so far', () => {
  const { policy } = onlyQuestion(tell(...begun(), asked())).question;
  const about = { kind: 'budget' as const, step: null, subject: null, error: fail('budget_soft', 'soft') };
  const state = tell(...begun(), call(), asked({ ...about, policy: { ...policy, verbs: ['approve', 'stop'] } }));
  const shown = questionCard(onlyQuestion(state), state, known);
  assert.equal(factOf(shown, 'Taken so far'), '0.0123 USD, 5,210 tokens in 1 call of models');
  assert.deepEqual(
    shown.buttons.map(({ verb }) => verb),
    ['approve', 'stop'],
  );
});
