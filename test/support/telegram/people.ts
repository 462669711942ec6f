/** What people do in their clients, each of which makes an update or is kept from the bot. */
import type { InlineKeyboardButton, MessageEntity, Update, User } from 'telegraf/types';
import { type ApiMessage, idOf, type Kept, nowInSeconds, type Place, put, type Ref, standing } from './chats.ts';
import type { Withheld } from './updates.ts';
import { storeFile, type World } from './world.ts';

/** A message by its number and chat: as an update has it, or as `messages()` shows it. */
export interface MessageRef {
  message_id: number;
  chat: Ref;
}

export type MessageUpdate = { update_id: number; message: ApiMessage };
export type EditedUpdate = { update_id: number; edited_message: ApiMessage };
export interface ClickUpdate {
  update_id: number;
  callback_query: { id: string; from: User; message: ApiMessage; chat_instance: string; data: string };
}

export interface Said {
  from: Ref;
  /** The private chat with the bot, when not said. */
  chat?: Ref;
  text: string;
  replyTo?: MessageRef;
  topic?: number;
  /** As an administrator who is not named: `from` is a fake and `sender_chat` the group. */
  anonymous?: boolean;
  /** Sent as a file, with the text as its caption. */
  document?: { name: string; text: string };
}

export interface Click {
  from: Ref;
  message: MessageRef;
  /** What is written on a button that the message has now. */
  label?: string;
  /** What a client sends that has an older keyboard, or lies. */
  data?: string;
  anonymous?: boolean;
  /** The API gives no content of the message, as of old ones. */
  inaccessible?: boolean;
  /** How long the click waits to be fetched. */
  expiresMs?: number;
  /** How long it can be answered. */
  answerMs?: number;
}

const anonymousAdmin: User = { id: 1_087_968_824, is_bot: true, first_name: 'Group', username: 'GroupAnonymousBot' };

export function createPeople(world: World, clickMs: { expiresMs: number; answerMs: number }) {
  const { chats, updates, bot } = world;

  const say = ({ from, chat = from, text, replyTo, topic, anonymous = false, document }: Said): MessageUpdate => {
    const user = chats.user(from);
    const place = openFor(chats.get(chat));
    if (place.chat.type === 'private' && place.chat.id !== user.id) throw new Error('A private chat of another person');
    if (topic !== undefined && !place.topics.has(topic)) throw new Error(`There is no topic ${topic}`);
    place.isStarted = true;
    const entities = entitiesOf(text);
    const kept = put(place, {
      message: {
        from: anonymous ? anonymousAdmin : user,
        ...(anonymous && { sender_chat: place.chat }),
        ...standing(place, topic ?? null, replyTo ? messageOf(replyTo).kept.message : null),
        ...(document
          ? { document: storeFile(world, document.name, Buffer.from(document.text)), caption: text }
          : { text }),
        ...(entities.length > 0 && (document ? { caption_entities: entities } : { entities })),
      },
      ...(document && { file: { ...document, bytes: Buffer.from(document.text) } }),
    });
    return tell('message', kept, place) as MessageUpdate;
  };

  const edit = (ref: MessageRef, text: string): EditedUpdate => {
    const { place, kept } = messageOf(ref);
    openFor(place);
    if (kept.message.from.id === bot.id) throw new Error('People cannot edit what the bot wrote');
    const { entities: _, ...message } = kept.message;
    const entities = entitiesOf(text);
    kept.edits.push(message.text ?? '');
    kept.message = { ...message, text, edit_date: nowInSeconds(), ...(entities.length > 0 && { entities }) };
    return tell('edited_message', kept, place) as EditedUpdate;
  };

  const click = ({ from, message, label, data, anonymous, inaccessible, ...lives }: Click): ClickUpdate => {
    const user = anonymous ? anonymousAdmin : chats.user(from);
    const { place, kept } = messageOf(message);
    if (kept.message.from.id !== bot.id) throw new Error('People wrote this message: it has no buttons');
    const pressed = data ?? dataOf(kept.message, label);
    const id = String(4_382_000_000_000_000_000n + BigInt(world.queries.size));
    const { chat, message_id } = kept.message;
    const { expiresMs = clickMs.expiresMs, answerMs = clickMs.answerMs } = lives;
    const answerUntil = performance.now() + answerMs;
    world.queries.set(id, { data: pressed, from: user.id, chat: chat.id, message_id, answerUntil, isAnswered: false });
    const shown = inaccessible ? { chat, message_id, date: 0 } : kept.message;
    const query = { id, from: user, message: shown, chat_instance: `-${Math.abs(chat.id)}77`, data: pressed };
    const expiresAt = performance.now() + expiresMs;
    return updates.add('callback_query', query, chat.id, {
      expiresAt,
      reason: reasonOf(place),
    }) as unknown as ClickUpdate;
  };

  const messageOf = ({ chat, message_id }: MessageRef): { place: Place; kept: Kept } => {
    const place = chats.get(chat);
    const kept = place.messages.get(message_id);
    if (!kept) throw new Error(`There is no message ${message_id} in chat ${idOf(chat)}`);
    return { place, kept };
  };

  const tell = (kind: 'message' | 'edited_message', { message }: Kept, place: Place): Update => {
    const isHeard = isHeardInPrivacy(message, place);
    return updates.add(kind, message, place.chat.id, {
      reason: reasonOf(place) ?? (isHeard ? null : 'privacy mode'),
    });
  };

  /** Of a group with privacy mode: commands that are not for another bot, and replies to this one. */
  const isHeardInPrivacy = ({ text, caption, reply_to_message: answered }: ApiMessage, place: Place): boolean => {
    if (place.chat.type === 'private' || place.isAdmin || bot.can_read_all_group_messages) return true;
    if (answered?.from?.id === bot.id) return true;
    const [command, , other] = /^\/\w{1,32}(@(\w+))?(?!\w)/.exec(text ?? caption ?? '') ?? [];
    return command !== undefined && (other === undefined || other.toLowerCase() === bot.username.toLowerCase());
  };

  return { say, edit, click };
}

const reasonOf = (place: Place): Withheld['reason'] | null => (place.isKicked ? 'bot is not in the chat' : null);

function openFor(place: Place): Place {
  if (place.isBlocked) throw new Error('This person has blocked the bot');
  if (place.migratedTo !== null) throw new Error(`This group is now ${place.migratedTo}`);
  return place;
}

function dataOf({ reply_markup }: ApiMessage, label: string | undefined): string {
  const buttons: InlineKeyboardButton[] = reply_markup?.inline_keyboard.flat() ?? [];
  const button = buttons.find(({ text }) => text === label);
  const labels = buttons.map(({ text }) => `"${text}"`).join(', ') || 'none';
  if (!button) throw new Error(`No button "${label}" is on this message; there are: ${labels}`);
  if (!('callback_data' in button)) throw new Error(`The button "${label}" sends the bot nothing`);
  return button.callback_data;
}

/** Commands and mentions, where a client would mark them. */
function entitiesOf(text: string): MessageEntity[] {
  return [...text.matchAll(/(?<![\w/@])(\/[A-Za-z0-9_]{1,32}(?:@\w{3,32})?|@[A-Za-z]\w{2,31})(?!\w)/g)].map(
    ({ 0: found, index }) => ({
      type: found.startsWith('/') ? ('bot_command' as const) : ('mention' as const),
      offset: index,
      length: found.length,
    }),
  );
}
