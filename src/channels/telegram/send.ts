/** Shows cards: one message each, edited in place; what a message cannot hold goes along as a file. */
import type { Card } from '../../contracts/card.ts';
import type { Post, SendResult } from '../../contracts/channel.ts';
import type { ChannelLog } from '../door.ts';
import { type Address, readAddress } from './address.ts';
import type { Answer, Api, Failed } from './api.ts';
import { limits } from './limits.ts';
import { type Rendered, renderCard } from './render.ts';
import { telegramWords } from './words.ts';

/** How long a connection that could not be made is left alone. */
const unsentMs = 2_000;
const unauthorisedMs = 30_000;

/** The language of a card, whose own words are the most of it. */
const languageOf = ({ title, facts, buttons }: Card): 'en' | 'ru' =>
  /\p{Script=Cyrillic}/u.test(
    [...facts.map(({ label }) => label), ...buttons.map(({ label }) => label), title][0] ?? '',
  )
    ? 'ru'
    : 'en';

/** The message to edit is gone, or cannot be edited any more. */
const lostEdit = /message to edit not found|message can't be edited|MESSAGE_ID_INVALID/;
/** The same content as before is what was wanted (core.telegram.org/bots/api#editmessagetext). */
const unchanged = /message is not modified/;
/** Nobody is there any more, or nobody ever was. */
const goneAddress =
  /chat not found|message thread not found|TOPIC_CLOSED|TOPIC_DELETED|have no rights to send|not enough rights|CHAT_WRITE_FORBIDDEN|group chat was upgraded/;

export interface Sending {
  api: Api;
  log: ChannelLog;
  /** Groups that became supergroups, and what they are called now. */
  moved: Map<string, string>;
  /** The token is refused: nothing of this channel works. */
  unauthorised(): void;
}

export async function sendPost(to: Sending, { conversation, card, message }: Post): Promise<SendResult> {
  const address = readAddress(conversation);
  if (!address) return { state: 'gone', why: 'it is no address of this channel' };
  const rendered = renderCard(card, telegramWords(languageOf(card)).whole);
  const answer = await bring(to, address, rendered, message);
  if (answer.end !== 'ok') return failedSend(to, answer, address, message);
  const shown = String(answer.result.message_id ?? message);
  if (rendered.whole !== null && message === null) await attach(to, address, rendered.whole, shown);
  return { state: 'sent', message: shown };
}

type Shown = { message_id?: number };

async function bring(
  to: Sending,
  address: Address,
  rendered: Rendered,
  message: string | null,
): Promise<Answer<Shown>> {
  const { api, log, moved } = to;
  const chat = moved.get(address.chat) ?? address.chat;
  const call = (text: string, more: object) => {
    const payload = {
      chat_id: Number(chat),
      text,
      link_preview_options: { is_disabled: true },
      reply_markup: { inline_keyboard: rendered.keyboard },
      ...more,
    };
    if (message !== null) return api.call<Shown>('editMessageText', { ...payload, message_id: Number(message) });
    return api.call<Shown>('sendMessage', { ...payload, ...threadOf(address) });
  };
  const answer = await call(rendered.html, { parse_mode: 'HTML' });
  if (answer.end !== 'refused') return answer;
  if (answer.migratedTo !== null && chat === address.chat && message === null) {
    moved.set(address.chat, answer.migratedTo);
    return bring(to, address, rendered, message);
  }
  if (!/can't parse entities/.test(answer.description)) return answer;
  // A defect of ours must not hide a question.
  log.error({ channel: 'telegram' }, 'markup refused: sent without it');
  return call(rendered.text, {});
}

export const threadOf = ({ topic }: Address): object => (topic === null ? {} : { message_thread_id: topic });

/** The whole text, in reply to the message that could not hold it. What becomes of it changes nothing of that message. */
async function attach({ api, moved }: Sending, address: Address, text: string, message: string): Promise<void> {
  await sendFile(
    api,
    { ...address, chat: moved.get(address.chat) ?? address.chat },
    { name: 'whole.txt', text },
    message,
  );
}

/** A text as a file. Telegraf drops objects but `reply_markup` from uploads, so what is one goes as JSON. */
export const sendFile = (
  api: Api,
  address: Address,
  { name, text }: { name: string; text: string },
  replyTo: string | null,
  caption = '',
): Promise<Answer<Shown>> =>
  api.call<Shown>('sendDocument', {
    chat_id: Number(address.chat),
    document: { source: Buffer.from(text, 'utf8'), filename: name },
    ...(caption !== '' && { caption: caption.slice(0, limits.caption) }),
    ...(replyTo !== null && { reply_parameters: JSON.stringify(replyParameters(replyTo)) }),
    ...threadOf(address),
  });

const replyParameters = (message: string) => ({ message_id: Number(message), allow_sending_without_reply: true });
export const replyTo = (message: number | null): object =>
  message === null ? {} : { reply_parameters: replyParameters(String(message)) };

function failedSend(to: Sending, failed: Failed, { chat }: Address, message: string | null): SendResult {
  if (failed.end === 'unsent') return { state: 'later', retryAfterMs: unsentMs };
  if (failed.end === 'unknown') return { state: 'unknown' };
  const { code, description, retryAfterMs } = failed;
  if (code === 429) {
    return { state: 'later', retryAfterMs: retryAfterMs ?? 5_000, bucket: { address: `telegram:${chat}`, of: 'any' } };
  }
  if (code === 401 || code === 404) {
    to.unauthorised();
    return { state: 'later', retryAfterMs: unauthorisedMs };
  }
  if (message !== null && unchanged.test(description)) return { state: 'sent', message };
  if (message !== null && lostEdit.test(description)) return { state: 'lost' };
  if (code === 403 || goneAddress.test(description)) return { state: 'gone', why: `the platform says ${code}` };
  // Whatever else is refused would be refused again: a defect of ours, of which the log tells and the doctor can see.
  to.log.error({ channel: 'telegram', code }, 'message refused');
  return { state: 'gone', why: `refused with ${code}` };
}
