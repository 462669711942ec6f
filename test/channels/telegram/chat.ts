/** Telegram as the stories of `test/channels` see it: private chats, and forms that are given reply by reply. */
import type { SeenMessage } from '../../support/telegram/ledger.ts';
import type { Chat, Filling } from '../supplier.ts';
import type { place } from './place.ts';

export function telegramChat({ fake, chats }: Awaited<ReturnType<typeof place>>): Chat {
  const find = (who: 'anna' | 'carl', fits: (message: SeenMessage) => boolean) =>
    fake.until((all) => all.messages(chats[who]).find(fits));
  const withButton = (who: 'anna' | 'carl', button: string) =>
    find(who, ({ buttons }) => buttons.flat().includes(button));
  const shown = ({ text, buttons, edits }: SeenMessage) => ({ text, buttons: buttons.flat(), edits: edits.length });
  /** Prompts that were answered. Messages are counted in each chat on their own. */
  const answered = new Set<string>();
  const keyOf = (who: 'anna' | 'carl', id: number) => `${who} ${id}`;
  const prompt = async (who: 'anna' | 'carl') => {
    const found = await find(who, ({ message_id: id, forceReply }) => forceReply && !answered.has(keyOf(who, id)));
    answered.add(keyOf(who, found.message_id));
    return found;
  };

  const fill = async (who: 'anna' | 'carl', fields: readonly Filling[]): Promise<void> => {
    for (;;) {
      const asks = await prompt(who);
      const [, name, at, all] = /^(\S+) \((\d+) of (\d+)\)/.exec(asks.text) ?? [];
      const field = fields.find((one) => one.name === name);
      if (field?.wrong !== undefined) {
        fake.say({ from: chats[who], text: field.wrong, replyTo: asks });
        const again = await find(who, ({ text }) => text.startsWith(`${name} (`) && /Does not fit/.test(text));
        answered.add(keyOf(who, again.message_id));
        fake.say({ from: chats[who], text: field.right, replyTo: again });
      } else fake.say({ from: chats[who], text: field?.right ?? '.', replyTo: asks });
      if (at === all) return;
    }
  };

  return {
    task: async (text) => {
      fake.say({ from: chats.carl, text });
    },
    asked: async (who, button) => shown(await withButton(who, button)),
    press: async (who, button) => {
      fake.click({ from: chats[who], message: await withButton(who, button), label: button });
    },
    fill: async (who, button, fields) => {
      fake.click({ from: chats[who], message: await withButton(who, button), label: button });
      await fill(who, fields);
    },
    seen: async (who, text) => shown(await find(who, (message) => text.test(message.text))),
    count: () => fake.messages(chats.carl).filter(({ reply_to: to }) => to === null).length,
  };
}
