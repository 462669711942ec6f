/**
 * What an update is to Baton. Pure. Who pressed or wrote is whom the platform vouches for; nothing of a text or of a
 * button's data says who somebody is.
 */
import type { Inbound } from '../../contracts/channel.ts';
import { type Verb, verbs, verbsWithValue } from '../../contracts/escalation.ts';
import { maxTaskCharacters } from '../../contracts/task.ts';
import { addressOf } from './address.ts';
import { type Message, type Query, type User, update } from './updates.ts';

export interface Bot {
  id: number;
  username: string;
  /** It is handed everything that is written in its groups. */
  readsAll: boolean;
}

/** Whom Baton knows by that id; null is a stranger. */
export type People = (account: string) => string | null;

/** Something for Baton: the message to answer, the click to answer, and whom an answer is for. */
export interface Taken {
  kind: 'inbound';
  inbound: Inbound;
  message: number;
  query: string | null;
  from: { id: number; name: string };
}

/** What it comes to: something for Baton, a person whom nobody can tell, a button of nobody's, a move, or nothing. */
export type Read =
  | Taken
  | { kind: 'anonymous'; conversation: string; message: number; language: 'en' | 'ru' }
  | { kind: 'anonymous_click'; query: string; language: 'en' | 'ru' }
  | { kind: 'unknown_button'; query: string; language: 'en' | 'ru' }
  /** A group has another id from now on. */
  | { kind: 'moved'; from: string; to: string }
  | { kind: 'nothing' };

const nothing: Read = { kind: 'nothing' };

export const languageOf = (code: string | undefined): 'en' | 'ru' => (code?.startsWith('ru') ? 'ru' : 'en');

/** Of an anonymous administrator the platform names a bot of its own (core.telegram.org/bots/api#message, sender_chat). */
const isAnonymous = ({ sender_chat: sender }: Message): boolean => sender !== undefined;

const topicOf = (of: {
  message_thread_id?: number | undefined;
  is_topic_message?: boolean | undefined;
}): number | null => (of.is_topic_message ? (of.message_thread_id ?? null) : null);

const placeOf = (of: Message | NonNullable<Query['message']>): string =>
  addressOf({ chat: of.chat.id, topic: topicOf(of) });

/** Throws what does not read: whoever calls keeps such an update as it came. */
export function readUpdate(raw: unknown, bot: Bot, people: People): Read {
  const { message: sent, edited_message: edited, callback_query: query, update_id: id } = update.parse(raw);
  if (query) return readClick(query, bot, people);
  if (edited) return readEdit(edited, id, bot, people);
  return sent ? readMessage(sent, bot, people) : nothing;
}

const senderOf = (from: User, people: People) => ({
  person: people(String(from.id)),
  account: String(from.id),
  language: languageOf(from.language_code),
});

const keyOf = (bot: Bot, { chat: { id }, message_id: at }: Message): string => `m:${bot.id}:${id}:${at}`;

const taken = (inbound: Inbound, { id, first_name: name = '' }: User, message: number, query: string | null): Read => ({
  kind: 'inbound',
  inbound,
  message,
  query,
  from: { id, name },
});

function readMessage(of: Message, bot: Bot, people: People): Read {
  const { from, chat: where, migrate_to_chat_id: to, migrate_from_chat_id: before } = of;
  if (to !== undefined) return { kind: 'moved', from: String(where.id), to: String(to) };
  if (before !== undefined) return { kind: 'moved', from: String(before), to: String(where.id) };
  const text = addressed(of, bot);
  if (text === null || from === undefined || !['private', 'group', 'supergroup'].includes(where.type)) return nothing;
  const conversation = placeOf(of);
  if (of.is_automatic_forward) return nothing;
  if (isAnonymous(of)) {
    return { kind: 'anonymous', conversation, message: of.message_id, language: languageOf(from.language_code) };
  }
  if (from.is_bot) return nothing;
  const about = repliesTo(of, bot)?.toString() ?? null;
  const said = {
    kind: 'said',
    key: keyOf(bot, of),
    conversation,
    text: bounded(text),
    about,
    inThread: false,
  } as const;
  return taken({ ...said, ...senderOf(from, people) }, from, of.message_id, null);
}

/** One more than a task may have, so that Baton can say that it is too long. */
const bounded = (text: string): string => text.slice(0, maxTaskCharacters + 1);

/**
 * The message of the bot that this one replies to. In a topic every plain message carries the message that made the
 * topic as what it replies to, which is no reply, whoever made the topic.
 */
function repliesTo(of: Message, bot: Bot): number | null {
  const { reply_to_message: to } = of;
  if (!to || to.from?.id !== bot.id || to.forum_topic_created !== undefined) return null;
  return to.message_id === topicOf(of) ? null : to.message_id;
}

/**
 * What is said to the bot, without how it is called; null when it is said to somebody else. In a group a command that
 * names no bot is for all of them, so that only `/task` is ours; one that replies to the bot is meant for it.
 */
function addressed(of: Message, bot: Bot): string | null {
  const text = (of.text ?? of.caption ?? '').trim();
  if (text === '') return null;
  const [, command, at] = /^\/(\w+)(?:@(\w+))?/.exec(text) ?? [];
  if (at !== undefined && at.toLowerCase() !== bot.username.toLowerCase()) return null;
  const isReply = repliesTo(of, bot) !== null;
  if (of.chat.type === 'private' || isReply) return withoutMention(text, bot);
  if (command !== undefined) return at !== undefined || command.toLowerCase() === 'task' ? text : null;
  return mentionOf(bot).test(text) ? withoutMention(text, bot) : null;
}

const mentionOf = ({ username }: Bot): RegExp => new RegExp(`(^|\\s)@${username}\\b[,:]?`, 'i');

const withoutMention = (text: string, bot: Bot): string => text.replace(mentionOf(bot), '$1').trim() || 'help';

function readEdit(of: Message, id: number, bot: Bot, people: People): Read {
  const { from } = of;
  const text = addressed(of, bot)?.replace(/^\/?task(?:@\w+)?\s+/i, '');
  if (!text || from === undefined || from.is_bot || isAnonymous(of)) return nothing;
  const revised = { kind: 'revised', key: `e:${bot.id}:${id}`, of: keyOf(bot, of), text: bounded(text) } as const;
  return taken({ ...revised, ...senderOf(from, people), conversation: placeOf(of) }, from, of.message_id, null);
}

/** `v1:<verb>:<code>`: a name of the question, and no more. */
export const buttonData = (verb: Verb, code: string): string => `v1:${verb}:${code}`;

function readClick({ id, from, data = '', message: on }: Query, bot: Bot, people: People): Read {
  const language = languageOf(from.language_code);
  // Its id is that of all who hide behind it: nobody's account.
  if (from.is_bot) return { kind: 'anonymous_click', query: id, language };
  const [, word, code] = /^v1:([a-z]+):([0-9a-z-]{1,40})$/.exec(data) ?? [];
  const verb = verbs.find((one) => one === word);
  if (!verb || code === undefined || !on) return { kind: 'unknown_button', query: id, language };
  const key = `c:${bot.id}:${id}`;
  const kind = verbsWithValue.includes(verb) ? 'press' : 'vote';
  const pressed: Inbound = { kind, key, ...senderOf(from, people), conversation: placeOf(on), code, verb };
  return taken(pressed, from, on.message_id, id);
}
