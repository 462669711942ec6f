/** Shows cards: one message each, edited in place; what a message cannot hold goes along as a file. */
import type { Card } from '../../contracts/card.ts';
import type { Post, SendResult } from '../../contracts/channel.ts';
import type { ChannelLog } from '../door.ts';
import { type Address, readAddress, readRef, refOf } from './address.ts';
import type { Answer, Api, Failed } from './api.ts';
import { type Shown, showText, threadOf } from './messages.ts';
import type { Moves } from './moves.ts';
import { type Rendered, renderCard } from './render.ts';
import type { Telling } from './telling.ts';
import { telegramWords } from './words.ts';

/** How long a connection that could not be made is left alone. */
const unsentMs = 2_000;
const unauthorisedMs = 30_000;

/** The message to edit is gone, or cannot be edited any more. */
const lostEdit = /message to edit not found|message can't be edited|MESSAGE_ID_INVALID/;
/** The same content as before is what was wanted (core.telegram.org/bots/api#editmessagetext). */
const unchanged = /message is not modified/;
/** Nobody is there any more, or nobody ever was. */
const goneAddress =
  /chat not found|message thread not found|TOPIC_CLOSED|TOPIC_DELETED|have no rights to send|not enough rights|CHAT_WRITE_FORBIDDEN|group chat was upgraded/;

/** Cards that say all of what somebody decides on, or of what came out: those go along as a file where they are long. */
const attached: readonly Card['kind'][] = ['question', 'summary'];

export interface Sending {
  api: Api;
  log: ChannelLog;
  telling: Pick<Telling, 'attach'>;
  moves: Moves;
  /** The token is refused: nothing of this channel works. */
  unauthorised(): void;
}

export async function sendPost(to: Sending, { conversation, card, message }: Post): Promise<SendResult> {
  const address = readAddress(conversation);
  if (!address) return { state: 'gone', why: 'it is no address of this channel' };
  const words = telegramWords(card.language);
  const mayAttach = attached.includes(card.kind);
  const rendered = renderCard(card, mayAttach ? words.whole : words.shortened);
  if (message !== null) return edit(to, address, rendered, message);
  const { chat, answer } = await post(to, address, rendered);
  if (answer.end !== 'ok') return failedSend(to, answer, address);
  const id = Number(answer.result.message_id);
  if (mayAttach && rendered.whole !== null) to.telling.attach({ ...address, chat }, rendered.whole, id);
  return { state: 'sent', message: refOf({ chat, id }, address) };
}

const keyboardOf = ({ keyboard }: Rendered) => ({ reply_markup: { inline_keyboard: keyboard } });

async function post(
  to: Sending,
  address: Address,
  rendered: Rendered,
): Promise<{ chat: string; answer: Answer<Shown> }> {
  const { api, log, moves } = to;
  const { chat } = moves.now(address);
  const payload = { chat_id: Number(chat), ...keyboardOf(rendered), ...threadOf(address) };
  const answer = await showText(api, log, 'sendMessage', payload, rendered);
  if (answer.end !== 'refused' || answer.migratedTo === null || answer.migratedTo === chat) return { chat, answer };
  await learn(to, address, answer.migratedTo);
  return post(to, address, rendered);
}

/** Not written down, the platform says it once more. */
async function learn({ moves, log }: Sending, { chat }: Address, to: string): Promise<void> {
  await moves.learn(chat, to).catch(() => log.warn({ channel: 'telegram' }, 'a move is not written down yet'));
}

/** An edit always names its keyboard: without one the buttons would go as well, but not by intention. */
async function edit(to: Sending, address: Address, rendered: Rendered, message: string): Promise<SendResult> {
  const { api, log, moves } = to;
  const { chat, id } = readRef(message, address);
  // What was written before the group moved stays behind.
  if (chat === address.chat && moves.now(address).chat !== chat) return { state: 'lost' };
  const payload = { chat_id: Number(chat), message_id: id, ...keyboardOf(rendered) };
  const answer = await showText(api, log, 'editMessageText', payload, rendered);
  if (answer.end === 'ok') return { state: 'sent', message };
  if (answer.end === 'refused') {
    const { description, migratedTo } = answer;
    if (unchanged.test(description)) return { state: 'sent', message };
    if (migratedTo !== null) await learn(to, address, migratedTo);
    if (migratedTo !== null || lostEdit.test(description)) return { state: 'lost' };
  }
  return failedSend(to, answer, address);
}

function failedSend(to: Sending, failed: Failed, { chat }: Address): SendResult {
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
  if (code === 403 || goneAddress.test(description)) return { state: 'gone', why: `the platform says ${code}` };
  // Whatever else is refused would be refused again: a defect of ours, of which the log tells and the doctor can see.
  to.log.error({ channel: 'telegram', code }, 'message refused');
  return { state: 'gone', why: `refused with ${code}` };
}
