/** The Telegram channel: connects in the background, so that a platform that is away holds up nobody else. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Channel, Hall } from '../../contracts/channel.ts';
import type { ChannelLog, Door } from '../door.ts';
import { isGroup, readAddress } from './address.ts';
import { createAnswers } from './answers.ts';
import { type Api, createApi } from './api.ts';
import { limitsOf } from './limits.ts';
import { allowedUpdates, type Polling, startPolling } from './polling.ts';
import type { Bot } from './read.ts';
import { sendPost } from './send.ts';
import { createWebhook } from './webhook.ts';
import { telegramWords } from './words.ts';

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

const reconnectMs = [500, 2_000, 10_000, 30_000];

export function createTelegramChannel(of: TelegramSettings): { channel: Channel; doors: Door[] } {
  const { token, apiRoot, webhook: hook, log, conflictMs = 5_000 } = of;
  const webhook = hook ? createWebhook(hook, log) : null;
  const stopping = new AbortController();
  const moved = new Map<string, string>();
  let api: Api | null = null;
  let health = { ok: false, detail: 'connects' };
  let polling: Polling | null = null;
  let connecting: Promise<void> = Promise.resolve();
  const say = (state: typeof health) => {
    health = state;
  };

  const connect = async (hall: Hall): Promise<void> => {
    const { Telegram } = await import('telegraf');
    api = createApi(new Telegram(token, { ...(apiRoot && { apiRoot }), webhookReply: false }));
    const bot = await identify(api, say, log, stopping.signal);
    if (!bot) return;
    const answers = createAnswers({ api, hall, log, bot });
    await introduce(api);
    if (webhook && hook) {
      webhook.open({ hall, answers, bot });
      const set = await api.call('setWebhook', {
        url: hook.url,
        secret_token: hook.secret,
        allowed_updates: allowedUpdates,
      });
      say(set.end === 'ok' ? { ok: true, detail: 'webhook' } : { ok: false, detail: 'the webhook could not be set' });
      return;
    }
    const foreign = await foreignWebhook(api);
    if (foreign) {
      // Somebody else may live by it: it is not ours to take away (telegraf's launch does).
      log.error({ channel: 'telegram' }, 'a webhook is set for this bot');
      return say({ ok: false, detail: 'a webhook is set for this bot: remove it, or set TELEGRAM_WEBHOOK_URL' });
    }
    if (!stopping.signal.aborted) polling = startPolling({ api, hall, answers, bot, log, say, conflictMs });
  };

  const channel: Channel = {
    name: 'telegram',
    send: async (post) => {
      if (!api) return { state: 'later', retryAfterMs: 500 };
      const unauthorised = () => say({ ok: false, detail: 'the token is refused: check TELEGRAM_BOT_TOKEN' });
      return sendPost({ api, log, moved, unauthorised }, post);
    },
    limits: ({ conversation }) => {
      const address = readAddress(conversation);
      return address ? limitsOf(address.chat, isGroup(address)) : [];
    },
    start: async (hall) => {
      connecting = connect(hall).catch((error: unknown) => {
        log.error({ channel: 'telegram', err: error }, 'channel not connected');
        say({ ok: false, detail: 'could not be started' });
      });
    },
    stop: async () => {
      stopping.abort();
      await connecting;
      await polling?.stop();
      await webhook?.close();
    },
    health: () => health,
  };
  return { channel, doors: webhook ? [webhook.door] : [] };
}

interface Me {
  id: number;
  username: string;
  can_read_all_group_messages?: boolean;
}

/** Who the bot is. Waits for a platform that is away; null when the token is refused, or the process stops. */
async function identify(
  api: Api,
  say: (state: { ok: boolean; detail: string }) => void,
  log: ChannelLog,
  signal: AbortSignal,
): Promise<Bot | null> {
  for (let tries = 0; !signal.aborted; tries += 1) {
    const answer = await api.call<Me>('getMe', {}, { signal });
    if (answer.end === 'ok') {
      const { id, username, can_read_all_group_messages: readsAll = false } = answer.result;
      return { id, username, readsAll };
    }
    if (answer.end === 'refused' && (answer.code === 401 || answer.code === 404)) {
      log.error({ channel: 'telegram', code: answer.code }, 'token refused');
      say({ ok: false, detail: 'the token is refused: check TELEGRAM_BOT_TOKEN' });
      return null;
    }
    say({ ok: false, detail: 'cannot be reached' });
    log.warn({ channel: 'telegram', end: answer.end }, 'platform not reached');
    const ms =
      (answer.end === 'refused' && answer.retryAfterMs) || reconnectMs[Math.min(tries, reconnectMs.length - 1)]!;
    await wait(ms, undefined, { signal }).catch(() => {});
  }
  return null;
}

/** What the app offers to type, in both languages. It may fail: commands work without being offered. */
async function introduce(api: Api): Promise<void> {
  for (const language of ['en', 'ru'] as const) {
    const commands = Object.entries(telegramWords(language).commands).map(([command, description]) => ({
      command,
      description,
    }));
    await api.call('setMyCommands', { commands, ...(language === 'ru' && { language_code: 'ru' }) });
  }
}

async function foreignWebhook(api: Api): Promise<boolean> {
  const answer = await api.call<{ url: string }>('getWebhookInfo');
  return answer.end === 'ok' && answer.result.url !== '';
}
