/** What is asked of the platform before anything comes in. It is waited for when it is away, and never gives up. */
import { setTimeout as wait } from 'node:timers/promises';
import type { ChannelLog } from '../door.ts';
import type { Answer, Api, Failed } from './api.ts';
import type { Bot } from './read.ts';
import { telegramWords } from './words.ts';

export const allowedUpdates = ['message', 'edited_message', 'callback_query', 'my_chat_member'];

export interface Health {
  ok: boolean;
  detail: string;
}

export const refusedToken: Health = { ok: false, detail: 'the token is refused: check TELEGRAM_BOT_TOKEN' };

/** A token that was taken back is answered with 401, one that never was with 404. */
export const isTokenRefused = (failed: Failed): boolean =>
  failed.end === 'refused' && (failed.code === 401 || failed.code === 404);

export interface ConnectTools {
  api: Api;
  log: ChannelLog;
  say(state: Health): void;
  signal: AbortSignal;
}

const againMs = [500, 2_000, 10_000, 30_000];

/** Asks until it is answered to satisfaction; null when the token is refused or the process stops. */
async function until<T>(
  { log, say, signal }: ConnectTools,
  ask: () => Promise<Answer<T>>,
  isWell: (result: T) => boolean,
  ill: Health,
): Promise<T | null> {
  for (let tries = 0; !signal.aborted; tries += 1) {
    const answer = await ask();
    if (answer.end === 'ok' && isWell(answer.result)) return answer.result;
    if (signal.aborted) break;
    const refused = answer.end === 'refused' ? answer : null;
    const code = refused?.code ?? null;
    if (answer.end !== 'ok' && isTokenRefused(answer)) {
      log.error({ channel: 'telegram', code }, 'token refused');
      say(refusedToken);
      return null;
    }
    const isAway = answer.end === 'unsent' || answer.end === 'unknown';
    say(isAway ? { ok: false, detail: 'cannot be reached' } : ill);
    if (tries === 0) log.warn({ channel: 'telegram', end: answer.end, code }, 'not connected yet');
    const ms = refused?.retryAfterMs ?? againMs[Math.min(tries, againMs.length - 1)]!;
    await wait(ms, undefined, { signal }).catch(() => {});
  }
  return null;
}

interface Me {
  id: number;
  username: string;
  can_read_all_group_messages?: boolean;
}

/** Who the bot is. */
export async function identify(tools: ConnectTools): Promise<Bot | null> {
  const ask = () => tools.api.call<Me>('getMe', {}, { signal: tools.signal });
  const me = await until(tools, ask, () => true, { ok: false, detail: 'getMe is refused' });
  return me && { id: me.id, username: me.username, readsAll: me.can_read_all_group_messages ?? false };
}

/** What the app offers to type, in both languages. It may fail: commands work without being offered. */
export async function introduce({ api, log, signal }: ConnectTools): Promise<void> {
  for (const language of ['en', 'ru'] as const) {
    const commands = Object.entries(telegramWords(language).commands).map(([command, description]) => ({
      command,
      description,
    }));
    const more = language === 'ru' ? { language_code: 'ru' } : {};
    const { end } = await api.call('setMyCommands', { commands, ...more }, { signal });
    if (end !== 'ok') log.warn({ channel: 'telegram', end }, 'commands not offered');
  }
}

/** Has updates brought to this address. */
export async function setHook(tools: ConnectTools, { url, secret }: { url: string; secret: string }): Promise<void> {
  const payload = { url, secret_token: secret, allowed_updates: allowedUpdates };
  const ask = () => tools.api.call<boolean>('setWebhook', payload, { signal: tools.signal });
  const ill = { ok: false, detail: 'the webhook is refused: check TELEGRAM_WEBHOOK_URL' };
  const set = await until(tools, ask, () => true, ill);
  if (set !== null) tools.say({ ok: true, detail: 'webhook' });
}

/**
 * Resolves when the bot may be polled. With a webhook it may not, and somebody may live by that webhook: it is not ours
 * to take away, as telegraf's launch does (src/telegraf.ts).
 */
export async function withoutHook(tools: ConnectTools): Promise<boolean> {
  const ask = () => tools.api.call<{ url: string }>('getWebhookInfo', {}, { signal: tools.signal });
  const detail = 'a webhook is set for this bot: remove it, or set TELEGRAM_WEBHOOK_URL';
  return (await until(tools, ask, ({ url }) => url === '', { ok: false, detail })) !== null;
}
