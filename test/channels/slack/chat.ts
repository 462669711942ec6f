/** Slack as the stories of `test/channels` see it: a thread and direct messages, and forms that are modals. */
import assert from 'node:assert/strict';
import type { SeenMessage } from '../../support/slack/types.ts';
import type { Chat, Who } from '../supplier.ts';
import type { office } from './office.ts';

export function slackChat({ slack }: Awaited<ReturnType<typeof office>>): Chat {
  let root = '';
  const messagesOf = (who: Who): readonly SeenMessage[] =>
    (who === 'carl' ? slack.messages('general', root) : slack.messages(who)).filter(({ app }) => app);
  const find = (who: Who, fits: (message: SeenMessage) => boolean) => slack.until(() => messagesOf(who).find(fits));
  const withButton = (who: Who, button: string) => find(who, ({ buttons }) => buttons.includes(button));
  const shown = ({ seen: text, buttons, edits }: SeenMessage) => ({ text, buttons, edits });

  return {
    task: async (text) => {
      root = (await slack.mention({ user: 'carl', channel: 'general', text })).ts;
    },
    asked: async (who, button) => shown(await withButton(who, button)),
    press: async (who, button) => {
      await slack.click({ user: who, message: await withButton(who, button), label: button });
    },
    fill: async (who, button, fields) => {
      await slack.click({ user: who, message: await withButton(who, button), label: button });
      const view = await slack.until(() => slack.views(who).find((one) => one.fields.length > 0));
      const valuesOf = (typed: (field: (typeof fields)[number]) => string) =>
        Object.fromEntries(fields.map((field) => [field.name, typed(field)]));
      const wrong = fields.filter((field) => field.wrong !== undefined);
      if (wrong.length > 0) {
        await slack.submit({ user: who, view, values: valuesOf(({ wrong: first, right }) => first ?? right) });
        const errors = slack.views(who)[0]!.fields.filter(({ error }) => error);
        assert.deepEqual(
          errors.map(({ label }) => label),
          wrong.map(({ name }) => name),
        );
      }
      await slack.submit({ user: who, view, values: valuesOf(({ right }) => right) });
      assert.deepEqual(slack.views(who), [], 'the form is closed');
    },
    seen: async (who, text) => shown(await find(who, ({ seen }) => text.test(seen))),
    count: () => messagesOf('carl').length,
  };
}
