/** Takes what came in to Baton, and tells the person what came of it, in time. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Hall, Receipt, Reply } from '../../contracts/channel.ts';
import type { ChannelLog } from '../door.ts';
import { readAddress } from './address.ts';
import type { Api } from './api.ts';
import { limits } from './limits.ts';
import type { Bot, Read } from './read.ts';
import { escaped, renderCard } from './render.ts';
import { replyTo, sendFile, threadOf } from './send.ts';
import { telegramWords } from './words.ts';

/** A button shows that it works until it is answered, and the platform takes no answer after some seconds. */
const clickMs = 1_500;
const refusalEveryMs = 3_600_000;
const maxStrangers = 10_000;

export interface Answers {
  /** Hands it in and answers. Rejects when it could not be kept. */
  take(read: Read): Promise<void>;
}

export interface AnswerTools {
  api: Api;
  hall: Hall;
  log: ChannelLog;
  bot: Bot;
}

export function createAnswers({ api, hall, log, bot }: AnswerTools): Answers {
  const refused = new Map<string, number>();

  /** One refusal an hour: whoever goes on is not worth a message each. */
  const mayRefuse = (account: string): boolean => {
    const now = Date.now();
    if ((refused.get(account) ?? 0) + refusalEveryMs > now) return false;
    if (refused.size >= maxStrangers) refused.clear();
    refused.set(account, now);
    return true;
  };

  const toClick = (query: string, text: string, alert: boolean) =>
    // Too late is not worth a word: the message itself tells the outcome.
    api.call('answerCallbackQuery', {
      callback_query_id: query,
      text: text.slice(0, limits.callbackAnswer),
      show_alert: alert,
    });

  const click = async (query: string, inbound: Extract<Read, { kind: 'inbound' }>['inbound']): Promise<Receipt> => {
    const receiving = hall.receive(inbound);
    const late = new AbortController();
    const receipt = await Promise.race([
      receiving,
      wait(clickMs, null, { signal: late.signal }).catch(() => null),
    ]).finally(() => late.abort());
    if (receipt) {
      const { outcome, reply } = receipt;
      const isQuiet = ['decided', 'counted', 'asked'].includes(outcome);
      await toClick(query, reply?.prompt ? '' : (reply?.line ?? ''), !isQuiet);
      return receipt;
    }
    await toClick(query, telegramWords(inbound.language ?? 'en').received, false);
    return receiving;
  };

  return {
    take: async (read) => {
      if (read.kind === 'unknown_button') {
        await toClick(read.query, telegramWords(read.language).unknownButton, true);
      } else if (read.kind === 'anonymous') {
        if (!mayRefuse(`anonymous ${read.conversation}`)) return;
        const { conversation, message, language } = read;
        await tell(api, hall, conversation, message, { line: telegramWords(language).anonymous });
      } else if (read.kind === 'inbound') {
        const { inbound, message, query } = read;
        const receipt = query === null ? await hall.receive(inbound) : await click(query, inbound);
        const { outcome, reply } = receipt;
        if (outcome === 'not_allowed' && inbound.person === null && query === null && !mayRefuse(inbound.account ?? ''))
          return;
        if (outcome === 'run') await typing(api, inbound.conversation);
        else if (reply && (query === null || reply.prompt || reply.card || reply.file)) {
          const said = outcome === 'help' ? withHearing(reply, bot, inbound.language ?? 'en') : reply;
          await tell(api, hall, inbound.conversation, message, said);
        }
        if (outcome === 'dead') log.warn({ channel: 'telegram' }, 'update given up');
      }
    },
  };
}

/** In groups a bot hears what its owner has let it hear: the help says which. */
function withHearing(reply: Reply, { username, readsAll }: Bot, language: 'en' | 'ru'): Reply {
  const { card } = reply;
  if (!card) return reply;
  const text = telegramWords(language)[readsAll ? 'hearsAll' : 'hearsCommands'](username);
  return { ...reply, card: { ...card, lines: [...card.lines, { mark: 'note', text }] } };
}

/** Somebody is at it: for the seconds until the run's own message stands there. */
async function typing(api: Api, conversation: string): Promise<void> {
  const address = readAddress(conversation)!;
  await api.call('sendChatAction', { chat_id: Number(address.chat), action: 'typing', ...threadOf(address) });
}

async function tell(api: Api, hall: Hall, conversation: string, message: number | null, reply: Reply): Promise<void> {
  const address = readAddress(conversation)!;
  const { line, card, file, prompt } = reply;
  const to = { chat_id: Number(address.chat), link_preview_options: { is_disabled: true }, ...threadOf(address) };
  if (prompt) {
    const { html } = renderCard(prompt.card, '…');
    const shown = await api.call<{ message_id: number }>('sendMessage', {
      ...to,
      ...replyTo(message),
      text: html,
      parse_mode: 'HTML',
      reply_markup: {
        force_reply: true,
        selective: true,
        ...(prompt.placeholder !== '' && { input_field_placeholder: prompt.placeholder }),
      },
    });
    if (shown.end === 'ok') await hall.prompted(prompt.dialog, conversation, String(shown.result.message_id));
    return;
  }
  if (file) {
    await sendFile(api, address, file, message === null ? null : String(message), line);
    return;
  }
  if (card) {
    const { html, whole } = renderCard(card, '…');
    await api.call('sendMessage', { ...to, ...replyTo(message), text: html, parse_mode: 'HTML' });
    if (whole !== null) await sendFile(api, address, { name: 'whole.txt', text: whole }, null);
    return;
  }
  if (line !== '')
    await api.call('sendMessage', { ...to, ...replyTo(message), text: escaped(line), parse_mode: 'HTML' });
}
