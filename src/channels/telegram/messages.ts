/** Texts and files as requests to the platform, for cards and for answers alike. */
import type { ChannelLog } from '../door.ts';
import type { Address } from './address.ts';
import type { Answer, Api } from './api.ts';
import { limits } from './limits.ts';
import { cut } from './render.ts';

export type Shown = { message_id?: number };

export const threadOf = ({ topic }: Address): object => (topic === null ? {} : { message_thread_id: topic });

const replyParameters = (message: number) => ({ message_id: message, allow_sending_without_reply: true });
export const replyTo = (message: number | null): object =>
  message === null ? {} : { reply_parameters: replyParameters(message) };

/** A message, or what one shows from now on. Previews are off: fetching one tells its server what the text holds. */
export async function showText(
  api: Api,
  log: ChannelLog,
  method: 'sendMessage' | 'editMessageText',
  payload: object,
  { html, text }: { html: string; text: string },
): Promise<Answer<Shown>> {
  const common = { ...payload, link_preview_options: { is_disabled: true } };
  const answer = await api.call<Shown>(method, { ...common, text: html, parse_mode: 'HTML' });
  if (answer.end !== 'refused' || !/can't parse entities/.test(answer.description)) return answer;
  // A defect of ours must not hide a question.
  log.error({ channel: 'telegram', method }, 'markup refused: sent without it');
  return api.call<Shown>(method, { ...common, text });
}

/** A text as a file. Telegraf drops objects but `reply_markup` from uploads, so what is one goes as JSON. */
export const sendFile = (
  api: Api,
  address: Address,
  { name, text }: { name: string; text: string },
  message: number | null,
  caption = '',
): Promise<Answer<Shown>> =>
  api.call<Shown>('sendDocument', {
    chat_id: Number(address.chat),
    document: { source: Buffer.from(text, 'utf8'), filename: name },
    ...(caption !== '' && { caption: cut(caption, limits.caption) }),
    ...(message !== null && { reply_parameters: JSON.stringify(replyParameters(message)) }),
    ...threadOf(address),
  });
