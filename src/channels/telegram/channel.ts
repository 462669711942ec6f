/** The Telegram channel: connects in the background, so that a platform that is away holds up nobody else. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Channel, Hall } from '../../contracts/channel.ts';
import type { ChannelLog, Door } from '../door.ts';
import { chatOf, isGroup, readAddress } from './address.ts';
import { createAnswers } from './answers.ts';
import { createApi } from './api.ts';
import { type Health, identify, introduce, refusedToken, setHook, withoutHook } from './connect.ts';
import { limitsOf } from './limits.ts';
import { createMoves } from './moves.ts';
import { startPolling } from './polling.ts';
import { type Sending, sendPost } from './send.ts';
import { createTelling } from './telling.ts';
import { createWebhook } from './webhook.ts';

export interface TelegramSettings {
  token: string;
  /** Another server of the Bot API. */
  apiRoot?: string;
  /** Let Telegram bring updates to this address instead of asking for them. */
  webhook?: { url: string; secret: string };
  log: ChannelLog;
  /** How long another poller of the token is left alone at least; for tests. */
  conflictMs?: number;
}

/** What is being handled when the process stops gets this long; it is kept, and another process goes on with it. */
const stopMs = 3_000;

export function createTelegramChannel(of: TelegramSettings): { channel: Channel; doors: Door[] } {
  const { token, apiRoot, webhook: hook, log, conflictMs = 5_000 } = of;
  const webhook = hook ? createWebhook(hook, log) : null;
  const stopping = new AbortController();
  const { signal } = stopping;
  const ends: (() => Promise<void>)[] = [];
  let sending: Sending | null = null;
  let health: Health = { ok: false, detail: 'connects' };
  const say = (state: Health) => {
    health = state;
  };

  const connect = async (hall: Hall): Promise<void> => {
    // Loaded only where it is used: it costs some megabytes.
    const { Telegram } = await import('telegraf');
    const api = createApi(new Telegram(token, { ...(apiRoot && { apiRoot }), webhookReply: false }));
    const moves = createMoves(hall);
    const telling = createTelling({ api, hall, log, signal, moves });
    sending = { api, log, telling, moves, unauthorised: () => say(refusedToken) };
    const tools = { api, log, say, signal };
    const bot = await identify(tools);
    if (!bot) return;
    const answers = createAnswers({ hall, log, bot, telling, redelivers: webhook !== null });
    ends.push(async () => {
      await answers.empty();
      await telling.empty();
    });
    await introduce(tools);
    if (webhook && hook) {
      webhook.open({ hall, answers, bot, moves });
      return setHook(tools, hook);
    }
    if (!(await withoutHook(tools)) || signal.aborted) return;
    say({ ok: true, detail: 'polls' });
    const polling = startPolling({ api, hall, answers, bot, log, say, conflictMs, moves });
    ends.unshift(polling.stop);
  };
  let connecting: Promise<void> = Promise.resolve();

  const end = async (): Promise<void> => {
    webhook?.close();
    await connecting;
    for (const endOne of ends) await endOne();
  };
  let ending: Promise<void> | null = null;
  const stop = async (): Promise<void> => {
    stopping.abort();
    const late = new AbortController();
    await Promise.race([end(), wait(stopMs, undefined, { signal: late.signal }).catch(() => {})]);
    late.abort();
  };

  const channel: Channel = {
    name: 'telegram',
    send: async (post) => (sending ? sendPost(sending, post) : { state: 'later', retryAfterMs: 500 }),
    limits: ({ conversation }) => {
      const address = readAddress(conversation);
      return address ? limitsOf(address.chat, isGroup(address)) : [];
    },
    chatOf,
    start: async (hall) => {
      connecting = connect(hall).catch((error: unknown) => {
        // Errors of clients may hold the address of a request, and that holds the token.
        const reason = (error as { code?: unknown })?.code ?? 'no code';
        log.error({ channel: 'telegram', reason }, 'channel not connected');
        say({ ok: false, detail: 'could not be started' });
      });
    },
    stop: () => {
      ending ??= stop();
      return ending;
    },
    health: () => health,
  };
  return { channel, doors: webhook ? [webhook.door] : [] };
}
