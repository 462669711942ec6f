/** Free text in both chats, with every model played over HTTP: what people see of plans, refusals, outages and costs. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { planOverList, withStep } from '../processes/brief-plans.ts';
import { briefs } from '../support/briefs.ts';
import { inForm } from '../support/mind.ts';
import { answer } from '../support/openai/answers.ts';
import { slackChat } from './slack/chat.ts';
import { assertClean, office } from './slack/office.ts';
import type { Chat } from './supplier.ts';
import { telegramChat } from './telegram/chat.ts';
import { place } from './telegram/place.ts';
import { type HeadOptions, head } from './thinking.ts';

type Story = (chat: Chat, at: Awaited<ReturnType<typeof head>>) => Promise<void>;

const platforms: Record<string, (options: HeadOptions, story: Story) => Promise<void>> = {
  Telegram: async (options, story) => {
    await using mind = await head(options);
    await using at = await place({ processes: (url) => briefs(url).process, thinking: mind.thinking });
    await story(telegramChat(at), mind);
  },
  Slack: async (options, story) => {
    await using mind = await head(options);
    await using at = await office({ configure: (_, url) => briefs(url).process, thinking: mind.thinking });
    await story(slackChat(at), mind);
    assertClean(at.slack);
  },
};

const english = 'Could you look into how people make green tea and sum it up?';
const russian = 'Разберись, пожалуйста, как заваривают зелёный чай, и напиши коротко';
const cyclic = withStep(planOverList, 'sources', { after: ['post'] });
const pay = { id: 'pay', agent: 'shop.pay@1', input: { order: '1', amount: 99 } };
const stolen = { ...planOverList, steps: [...planOverList.steps, pay] };
const illTyped = withStep(planOverList, 'check', { input: { pages: { $ref: 'steps.sources.output.urls' } } } as never);

for (const [name, play] of Object.entries(platforms)) {
  describe(`in ${name}, with models`, { concurrency: 2 }, () => {
    test('free text in English is planned, an ill-typed plan is repaired, approved and posted, and its cost is told', () =>
      play({ thoughts: { plan: (_, nth) => inForm(nth === 1 ? illTyped : planOverList) } }, async (chat, { mind }) => {
        await chat.task(english);
        const question = await chat.asked('anna', 'Approve');
        assert.match(question.text, /How green tea is brewed/);
        await chat.press('anna', 'Approve');
        const summary = await chat.seen('carl', /^Completed[\s\S]*number: B-1/);
        assert.match(summary.text, /Cost: 0\.\d+ USD, [\d,]+ tokens in \d+ calls of models/);
        assert.match(summary.text, /The brief is posted\. .*written by openai\/gpt-6\.1-terra, not checked/);
        assert.equal(mind.count('plan'), 2);
      }));

    test('free text in Russian is answered in Russian', () =>
      play({}, async (chat) => {
        await chat.task(russian);
        await chat.press('anna', 'Одобрить');
        const summary = await chat.seen('carl', /number: B-1/);
        assert.match(summary.text, /Стоимость: 0,\d+\sUSD/);
      }));

    test('the same plan in a circle twice is a question with what speaks against it, and a person ends it', () =>
      play({ thoughts: { plan: inForm(cyclic) } }, async (chat) => {
        await chat.task(english);
        const question = await chat.asked('anna', 'Stop');
        assert.match(question.text, /No plan could be proven[\s\S]*Against the plan: cycle/);
        assert.deepEqual(question.buttons.sort(), ['Edit', 'Stop', 'Try again']);
        await chat.press('anna', 'Stop');
        await chat.seen('carl', /Anna stopped|Stopped by Anna|stopped by Anna/i);
      }));

    test('a plan with an agent that the route does not have never runs, whatever the provider enforces', () =>
      play({ thoughts: { plan: { plan: stolen } as never } }, async (chat) => {
        await chat.task(english);
        const question = await chat.asked('anna', 'Stop');
        assert.match(question.text, /No plan could be proven[\s\S]*does not have the form that was asked for/);
      }));

    test('a refusal is a question with its reason, and nobody else was asked', () =>
      play(
        { trouble: (form) => (form === 'plan' ? answer.refusal('I cannot plan that.') : null) },
        async (chat, at) => {
          await chat.task(english);
          const question = await chat.asked('anna', 'Stop');
          assert.match(question.text, /declined to answer \(model_refused\): I cannot plan that\./);
          assert.equal(at.gigachat.completions().length, 0);
        },
      ));

    test('a provider that goes away in the middle is stood in for, and the thread says so', () =>
      play({ trouble: (form) => (form.startsWith('text_') ? answer.serverError(503) : null) }, async (chat) => {
        await chat.task(english);
        await chat.press('anna', 'Approve');
        const summary = await chat.seen('carl', /^Completed[\s\S]*number: B-1/);
        assert.match(summary.text, /gigachat stood in for openai, which could not answer/);
        assert.match(summary.text, /USD \+ [\d.]+ RUB/);
      }));
  });
}
