/**
 * A Bot API server for tests: it keeps chats, refuses what the platform refuses, lets people act, fails when told, and
 * writes down everything that was asked of it.
 */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Update, UserFromGetMe } from 'telegraf/types';
import { createChats, idOf, type Place, type Ref } from './chats.ts';
import { dumpOf } from './dump.ts';
import { createFaults } from './faults.ts';
import { createHttp } from './http.ts';
import { type Call, createWaiting, type SeenMessage, see, type Violation } from './ledger.ts';
import { createLimits, type Limits } from './limits.ts';
import { createPeople } from './people.ts';
import { createTurns } from './turns.ts';
import { createUpdates } from './updates.ts';
import { createWebhook } from './webhook.ts';
import type { World } from './world.ts';

export interface TelegramOptions {
  token?: string;
  username?: string;
  /** Privacy mode is off: everything in groups is heard. */
  canReadAll?: boolean;
  /** How long a click waits to be fetched. */
  callbackMs?: number;
  /** How long a click can be answered; as long as it waits, when not said. */
  answerMs?: number;
  limits?: Limits;
  webhookRetryMs?: number;
  webhookTimeoutMs?: number;
  firstUpdateId?: number;
}

export type FakeTelegram = Awaited<ReturnType<typeof createTelegram>>;

export async function createTelegram(options: TelegramOptions = {}) {
  const { token = '7700123:AAExampleTokenForTestsOnly_0123456789', username = 'baton_test_bot' } = options;
  const bot: UserFromGetMe = {
    id: Number(token.split(':')[0]),
    is_bot: true,
    first_name: 'Baton',
    username,
    can_join_groups: true,
    can_read_all_group_messages: options.canReadAll ?? false,
    supports_inline_queries: false,
  };
  const calls: Call[] = [];
  const violations: Violation[] = [];
  const chats = createChats();
  const waiting = createWaiting(() =>
    dumpOf({ chats, calls, answers: world.answers, violations, pending: updates.live().length }),
  );
  const { changed } = waiting;
  const updates = createUpdates(options.firstUpdateId ?? 730_000_001, changed);
  const webhook = createWebhook(updates, {
    retryMs: options.webhookRetryMs ?? 20,
    timeoutMs: options.webhookTimeoutMs ?? 10_000,
    changed,
    replied: (body) => {
      const description = 'a method as the answer of a webhook has no result';
      violations.push({ method: 'webhook', kind: 'content', description, params: { body } });
    },
  });
  const world: World = {
    ...{ bot, chats, updates, webhook },
    ...{ queries: new Map(), answers: [], commands: [], actions: [], files: new Map() },
  };
  const faults = createFaults();
  const limits = createLimits(options.limits ?? {}, chats.isGroup);
  const expiresMs = options.callbackMs ?? 150_000;
  const people = createPeople(world, { expiresMs, answerMs: options.answerMs ?? expiresMs });

  const server = createHttp({ token, world, faults, limits, calls, violations, changed });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  const history = (chat: Ref): SeenMessage[] => {
    const place: Place = chats.get(chat);
    return [...place.messages.values()].map((kept) => see(place, kept));
  };

  const shown = {
    token,
    bot,
    apiRoot: `http://127.0.0.1:${port}`,
    url: (method: string) => `http://127.0.0.1:${port}/bot${token}/${method}`,
    ...createTurns(world),
    ...people,
    /** The same update once more, as after a lost answer. */
    redeliver: (update: { update_id: number }) => updates.again(update as Update, chatIdOf(update)),
    fail: faults.fail,
    calls,
    violations,
    calledTooEarly: limits.calledTooEarly,
    answers: world.answers,
    commands: world.commands,
    actions: world.actions,
    withheld: updates.withheld,
    deliveries: webhook.deliveries,
    /** Updates that nobody has confirmed, the oldest first. */
    pending: () => updates.live().map(({ update }) => update),
    /** Somebody waits in getUpdates. */
    isPolled: updates.isPolled,
    /** What the bot wrote, as a person sees it now. */
    messages: (chat: Ref) => history(chat).filter(({ from }) => from === bot.id),
    /** The whole chat, people's messages too. */
    history,
    callsOf: (method: string) => calls.filter((call) => call.method === method),
    async [Symbol.asyncDispose]() {
      webhook.stop();
      waiting.close();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  return {
    ...shown,
    /** Resolves with what is found, looking again after everything that happens. */
    until: <T>(find: (fake: typeof shown) => T, ms = 10_000): Promise<NonNullable<T>> =>
      waiting.until(
        Object.assign(() => find(shown), { toString: () => find.toString() }),
        ms,
      ),
  };
}

function chatIdOf(update: object): number {
  const content = Object.values(update).find((value) => typeof value === 'object') as {
    chat?: { id: number };
    message?: { chat: Ref };
  };
  return content.chat?.id ?? idOf(content.message!.chat);
}
