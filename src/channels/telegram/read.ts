/**
 * What an update is to Baton. Pure. Who pressed or wrote is whom the platform vouches for; nothing of a text or of a
 * button's data says who somebody is.
 */
import { z } from 'zod';
import type { Inbound } from '../../contracts/channel.ts';
import { type Verb, verbs, verbsWithValue } from '../../contracts/escalation.ts';
import { addressOf } from './address.ts';

const user = z.object({ id: z.number(), is_bot: z.boolean().optional(), language_code: z.string().optional() });
const chat = z.object({ id: z.number(), type: z.string(), is_forum: z.boolean().optional() });
const message = z.object({
  message_id: z.number(),
  from: user.optional(),
  sender_chat: z.object({ id: z.number() }).optional(),
  chat,
  message_thread_id: z.number().optional(),
  is_topic_message: z.boolean().optional(),
  text: z.string().optional(),
  caption: z.string().optional(),
  reply_to_message: z
    .object({ message_id: z.number(), from: user.optional(), forum_topic_created: z.unknown().optional() })
    .optional(),
});
export type Message = z.infer<typeof message>;

const update = z.object({
  update_id: z.number(),
  message: message.optional(),
  edited_message: message.optional(),
  callback_query: z
    .object({
      id: z.string(),
      from: user,
      data: z.string().optional(),
      // A message that the bot may not see any more comes without its content; only its place is needed.
      message: z
        .object({
          message_id: z.number(),
          chat,
          message_thread_id: z.number().optional(),
          is_topic_message: z.boolean().optional(),
        })
        .optional(),
    })
    .optional(),
});
export type Update = z.infer<typeof update>;

export interface Bot {
  id: number;
  username: string;
  /** It is handed everything that is written in its groups. */
  readsAll: boolean;
}

/** Whom Baton knows by that id; null is a stranger. */
export type People = (account: string) => string | null;

/** What it comes to: something for Baton, a person whom nobody can tell, a button of nobody's, or nothing. */
export type Read =
  | { kind: 'inbound'; inbound: Inbound; message: number | null; query: string | null }
  | { kind: 'anonymous'; conversation: string; message: number; language: 'en' | 'ru' }
  | { kind: 'unknown_button'; query: string; language: 'en' | 'ru' }
  | { kind: 'nothing' };

const nothing: Read = { kind: 'nothing' };

export const languageOf = (code: string | undefined): 'en' | 'ru' => (code?.startsWith('ru') ? 'ru' : 'en');

/** Of an anonymous administrator the platform names a bot of its own (core.telegram.org/bots/api#message, sender_chat). */
const isAnonymous = ({ sender_chat: sender }: Message): boolean => sender !== undefined;

const topicOf = (of: {
  message_thread_id?: number | undefined;
  is_topic_message?: boolean | undefined;
}): number | null => (of.is_topic_message ? (of.message_thread_id ?? null) : null);

/** Throws what does not read: whoever calls keeps such an update as it came. */
export function readUpdate(raw: unknown, bot: Bot, people: People): Read {
  const { message: sent, edited_message: edited, callback_query: query, update_id: id } = update.parse(raw);
  if (query) return readClick(query, bot, people);
  if (edited) return readEdit(edited, id, bot, people);
  return sent ? readMessage(sent, bot, people) : nothing;
}

const senderOf = (from: z.infer<typeof user>, people: People) => ({
  person: people(String(from.id)),
  account: String(from.id),
  language: languageOf(from.language_code),
});

const keyOf = (bot: Bot, { chat: { id }, message_id: at }: Message): string => `m:${bot.id}:${id}:${at}`;

function readMessage(of: Message, bot: Bot, people: People): Read {
  const { from, chat: where } = of;
  const text = addressed(of, bot);
  if (text === null || from === undefined || !['private', 'group', 'supergroup'].includes(where.type)) return nothing;
  const conversation = addressOf({ chat: where.id, topic: topicOf(of) });
  if (isAnonymous(of)) {
    return { kind: 'anonymous', conversation, message: of.message_id, language: languageOf(from.language_code) };
  }
  if (from.is_bot) return nothing;
  const inbound: Inbound = {
    kind: 'said',
    key: keyOf(bot, of),
    ...senderOf(from, people),
    conversation,
    text: text.slice(0, 4_001),
    about: repliesTo(of, bot)?.toString() ?? null,
    inThread: false,
  };
  return { kind: 'inbound', inbound, message: of.message_id, query: null };
}

/**
 * The message of the bot that this one replies to. In a topic every plain message carries the message that made the
 * topic as what it replies to, which is no reply.
 */
function repliesTo({ reply_to_message: to }: Message, bot: Bot): number | null {
  return to && to.from?.id === bot.id && to.forum_topic_created === undefined ? to.message_id : null;
}

/** What is said to the bot, without how it is called; null when it is said to somebody else. */
function addressed(of: Message, bot: Bot): string | null {
  const text = (of.text ?? of.caption ?? '').trim();
  if (text === '') return null;
  const [, command, at] = /^\/(\w+)(?:@(\w+))?/.exec(text) ?? [];
  const isOthers = at !== undefined && at.toLowerCase() !== bot.username.toLowerCase();
  if (of.chat.type === 'private') return isOthers ? null : text;
  if (command !== undefined) return isOthers ? null : text;
  const mention = new RegExp(`(^|\\s)@${bot.username}\\b[,:]?`, 'i');
  if (mention.test(text)) return text.replace(mention, '$1').trim() || 'help';
  return repliesTo(of, bot) === null ? null : text;
}

function readEdit(of: Message, id: number, bot: Bot, people: People): Read {
  const { from, chat: where } = of;
  const text = addressed(of, bot)?.replace(/^\/task(?:@\w+)?\s+/i, '');
  if (!text || from === undefined || from.is_bot || isAnonymous(of)) return nothing;
  const conversation = addressOf({ chat: where.id, topic: topicOf(of) });
  const key = `e:${bot.id}:${id}`;
  const inbound: Inbound = {
    kind: 'revised',
    key,
    ...senderOf(from, people),
    conversation,
    of: keyOf(bot, of),
    text: text.slice(0, 4_001),
  };
  return { kind: 'inbound', inbound, message: of.message_id, query: null };
}

/** `v1:<verb>:<code>`: a name of the question, and no more. */
export const buttonData = (verb: Verb, code: string): string => `v1:${verb}:${code}`;

function readClick(query: NonNullable<Update['callback_query']>, bot: Bot, people: People): Read {
  const { id, from, data = '', message: on } = query;
  const [, word, code] = /^v1:([a-z]+):([0-9a-z-]{1,40})$/.exec(data) ?? [];
  const verb = verbs.find((one) => one === word);
  if (!verb || code === undefined || !on) {
    return { kind: 'unknown_button', query: id, language: languageOf(from.language_code) };
  }
  const base = {
    key: `c:${bot.id}:${id}`,
    ...senderOf(from, people),
    conversation: addressOf({ chat: on.chat.id, topic: topicOf(on) }),
    code,
    verb,
  };
  const inbound: Inbound = verbsWithValue.includes(verb) ? { kind: 'press', ...base } : { kind: 'vote', ...base };
  return { kind: 'inbound', inbound, message: on.message_id, query: id };
}
