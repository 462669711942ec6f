/** A process of Baton with its bot on a strict Telegram of our own: people, a group, and the shop of tests behind it. */
import assert from 'node:assert/strict';
import { createTelegramChannel, type TelegramSettings } from '../../../src/channels/telegram/channel.ts';
import type { Channel } from '../../../src/contracts/channel.ts';
import type { Configuration } from '../../../src/contracts/config.ts';
import { testDatabase } from '../../support/database.ts';
import { createTelegram, type FakeTelegram, type TelegramOptions } from '../../support/telegram/server.ts';
import { createShop, createWorld, silent, type WorldOptions } from '../../support/world.ts';

export const ids = { anna: 501, boris: 502, carl: 503 } as const;

export interface PlaceOptions {
  telegram?: TelegramOptions;
  channel?: Partial<TelegramSettings>;
  configuration?: Partial<Configuration>;
  /** The processes, on the place's database; the shop of tests by default. */
  processes?: (databaseUrl: string) => Partial<Configuration>;
  /** What thinks, in place of rules. */
  thinking?: Pick<WorldOptions, 'provider' | 'models'>;
  /** The language of Anna's app. */
  anna?: 'en' | 'ru';
  /** Other channels beside it. */
  channels?: readonly Channel[];
}

const people = {
  operator: { roles: ['finance'] },
  anna: { name: 'Anna', roles: ['finance'], accounts: { telegram: String(ids.anna) } },
  boris: { name: 'Boris', roles: ['finance'], accounts: { telegram: String(ids.boris) } },
  carl: { name: 'Carl', accounts: { telegram: String(ids.carl) } },
};

export async function place(options: PlaceOptions = {}) {
  const fake = await createTelegram(options.telegram);
  const database = await testDatabase();
  const shop = createShop();
  const chats = {
    anna: fake.privateChat(ids.anna, 'Anna', { started: true, language_code: options.anna ?? 'en' }),
    boris: fake.privateChat(ids.boris, 'Boris', { started: true }),
    carl: fake.privateChat(ids.carl, 'Carl', { started: true }),
  };
  const worlds: ReturnType<typeof createWorld>[] = [];
  /** One more process on the same database and the same bot. */
  const open = async (more: Partial<TelegramSettings> = {}) => {
    const { channel, doors } = createTelegramChannel({
      token: fake.token,
      apiRoot: fake.apiRoot,
      log: silent,
      conflictMs: 20,
      ...options.channel,
      ...more,
    });
    const processes = options.processes?.(database.url) ?? {};
    const configuration = shop.configuration({ people, ...processes, ...options.configuration });
    const channels = [channel, ...(options.channels ?? [])];
    const world = createWorld(database.url, shop, { channels, configuration, ...options.thinking });
    await world.start();
    worlds.push(world);
    return { world, channel, doors };
  };
  const first = await open();
  return {
    ...first,
    fake,
    shop,
    database,
    chats,
    open,
    /** Resolves when a channel is as it should be; looks whenever the database has answered. */
    until: async (look: () => boolean) => {
      for (let looks = 0; !look(); looks += 1) {
        assert.ok(looks < 20_000, 'it never came');
        await first.world.db.sql`select 1`.catch(() => {});
      }
    },
    /** The card of a person's chat that has this button. */
    asked: (chat: Parameters<FakeTelegram['messages']>[0], button = 'Approve') =>
      fake.until((all) => all.messages(chat).find(({ buttons }) => buttons.flat().includes(button))),
    seen: (chat: Parameters<FakeTelegram['messages']>[0], text: RegExp) =>
      fake.until((all) => all.messages(chat).find((message) => text.test(message.text))),
    [Symbol.asyncDispose]: async () => {
      for (const world of worlds) await world.stop();
      await fake[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
      assert.deepEqual(fake.violations, []);
      assert.deepEqual(fake.calledTooEarly, []);
    },
  };
}
