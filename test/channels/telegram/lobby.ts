/** The channel alone, on a strict Telegram and a hall that does what a test wants: for what no database does on demand. */
import assert from 'node:assert/strict';
import { createTelegramChannel, type TelegramSettings } from '../../../src/channels/telegram/channel.ts';
import type { Card } from '../../../src/contracts/card.ts';
import type { Hall, Inbound, Receipt } from '../../../src/contracts/channel.ts';
import type { Json } from '../../../src/contracts/json.ts';
import { createTelegram, type TelegramOptions } from '../../support/telegram/server.ts';

export interface LobbyOptions {
  hall?: Partial<Hall>;
  telegram?: TelegramOptions;
  channel?: Partial<TelegramSettings>;
  /** Before anything is asked of the server. */
  prepare?: (fake: Awaited<ReturnType<typeof createTelegram>>) => unknown;
}

export const card = (more: Partial<Card> = {}): Card => ({
  kind: 'question',
  language: 'en',
  title: 'May this happen?',
  facts: [],
  lines: [],
  code: 'abcd-efgh',
  buttons: [
    { verb: 'approve', label: 'Approve' },
    { verb: 'edit', label: 'Edit' },
  ],
  ...more,
});

export async function lobby({ hall: more = {}, telegram, channel: settings, prepare }: LobbyOptions = {}) {
  const fake = await createTelegram(telegram);
  const anna = fake.privateChat(501, 'Anna', { started: true });
  await prepare?.(fake);
  const received: Inbound[] = [];
  const kept: { position: number; updates: readonly Inbound[]; unreadable: readonly { key: string; body: Json }[] }[] =
    [];
  const prompted: string[] = [];
  const log: string[] = [];
  const note = (fields: object, message: string) => void log.push(JSON.stringify({ ...fields, message }));
  const moved = new Map<string, string>();
  let position = 0;
  const hall: Hall = {
    receive: async (update): Promise<Receipt> => {
      received.push(update);
      return { key: update.key, outcome: 'decided', run: null, reply: { line: 'Recorded.' } };
    },
    takeCursor: async () => ({ epoch: 1, position, idleMs: 0 }),
    dropCursor: async () => {},
    keep: async (cursor, updates, unreadable) => {
      position = cursor.position;
      kept.push({ position, updates, unreadable });
      return true;
    },
    form: async () => null,
    prompted: async (dialog, conversation, message) => void prompted.push(`${dialog} ${conversation} ${message}`),
    moved: async (from, to) => void moved.set(to, from),
    homeOf: async (address) => moved.get(address) ?? address,
    home: () => Promise.reject(new Error('no home here')),
    show: async () => false,
    guest: () => null,
    personOf: (account) => (account === '501' ? 'anna' : null),
    ...more,
  };
  const watchers = new Set<() => void>();
  const watched = new Proxy(hall, {
    get: (of, name: keyof Hall) => {
      const act = of[name] as (...given: unknown[]) => unknown;
      if (name === 'personOf' || name === 'guest') return act;
      return async (...given: unknown[]) => {
        try {
          return await act(...given);
        } finally {
          // The channel has not heard of it yet.
          setImmediate(() => {
            for (const look of watchers) look();
          });
        }
      };
    },
  });
  const { channel, doors } = createTelegramChannel({
    token: fake.token,
    apiRoot: fake.apiRoot,
    log: { info: note, warn: note, error: note },
    conflictMs: 20,
    ...settings,
  });
  await channel.start(watched);
  return {
    fake,
    anna,
    channel,
    doors,
    received,
    kept,
    prompted,
    log,
    /** Shows a card to Anna, and says how it ended. */
    show: (shown: Card = card(), message: string | null = null, conversation = 'telegram:501') =>
      channel.send({ conversation, card: shown, message }),
    /** Resolves with what is found; looks after all that happens on the server and in the hall. */
    until: <T>(find: (all: typeof fake) => T): Promise<NonNullable<T>> => {
      const { promise, resolve, reject } = Promise.withResolvers<NonNullable<T>>();
      const look = () => {
        const found = find(fake);
        if (found) resolve(found);
      };
      watchers.add(look);
      fake.until(Object.assign(() => find(fake), { toString: () => find.toString() })).then(resolve, reject);
      return promise.finally(() => watchers.delete(look));
    },
    /** Resolves when the channel polls. */
    polls: () => fake.until(({ isPolled }) => isPolled()),
    [Symbol.asyncDispose]: async () => {
      await channel.stop();
      await fake[Symbol.asyncDispose]();
      assert.deepEqual(fake.violations, []);
      assert.deepEqual(fake.calledTooEarly, []);
      assert.ok(!log.some((line) => line.includes(fake.token.split(':')[1]!)), 'the token is in no log line');
    },
  };
}
