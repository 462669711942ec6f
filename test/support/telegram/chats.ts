/** The chats of the server, their messages, and which of them the bot can reach. */
import type { Chat, Message, User } from 'telegraf/types';
import { bad, forbidden } from './refusal.ts';

export type AnyChat = Chat.PrivateChat | Chat.GroupChat | Chat.SupergroupChat;

/** A message as the API gives it out. */
export type ApiMessage = Message.CommonMessage & { chat: AnyChat; from: User } & Partial<
    Omit<Message.TextMessage, keyof Message.CommonMessage>
  > &
  Partial<Omit<Message.DocumentMessage, keyof Message.CommonMessage>>;

/** A message with what the API does not tell of it. */
export interface Kept {
  message: ApiMessage;
  /** Undefined: a person wrote it. */
  html?: string;
  edits: string[];
  reactions: string[];
  file: { name: string; text: string; bytes: Buffer } | null;
  silent: boolean;
  forceReply: boolean;
  /** It came with a keyboard that is no inline one: the platform then edits it no more. */
  isFixed: boolean;
}

export interface Place {
  chat: AnyChat;
  topics: Map<number, string>;
  /** The bot is an administrator: it hears everything, and may delete what people write. */
  isAdmin: boolean;
  isStarted: boolean;
  isBlocked: boolean;
  isKicked: boolean;
  migratedTo: number | null;
  lastId: number;
  messages: Map<number, Kept>;
}

export interface GroupOptions {
  forum?: boolean;
  /** Threads by their id. */
  topics?: Record<number, string>;
  /** The bot is an administrator here. */
  admin?: boolean;
}

/** A chat, message or user of any kind will do where its id is meant. */
export type Ref = number | { id: number };
export const idOf = (ref: Ref): number => (typeof ref === 'number' ? ref : ref.id);

/** Ids of supergroups begin with -100. */
const isSupergroupId = (id: number): boolean => id <= -1_000_000_000_000;

export type Chats = ReturnType<typeof createChats>;

export function createChats() {
  const places = new Map<number, Place>();
  const users = new Map<number, User>();

  const add = (chat: AnyChat, more: Partial<Place> = {}): Place => {
    if (places.has(chat.id)) throw new Error(`There is a chat ${chat.id} already`);
    const place: Place = {
      chat,
      topics: new Map(),
      isAdmin: false,
      isStarted: false,
      isBlocked: false,
      isKicked: false,
      migratedTo: null,
      lastId: 0,
      messages: new Map(),
      ...more,
    };
    places.set(chat.id, place);
    return place;
  };

  const get = (ref: Ref): Place => {
    const place = places.get(idOf(ref));
    if (!place) throw new Error(`There is no chat ${idOf(ref)}`);
    return place;
  };

  /** A chat that the bot may look at. */
  const find = (id: number | string): Place => {
    const place = places.get(Number(id));
    if (!place) throw bad('chat not found');
    if (place.migratedTo !== null) {
      throw bad('group chat was upgraded to a supergroup chat', { migrate_to_chat_id: place.migratedTo });
    }
    if (place.isKicked) throw forbidden(`bot was kicked from the ${place.chat.type} chat`);
    return place;
  };

  /** A chat that the bot may write to. */
  const reach = (id: number | string): Place => {
    const place = find(id);
    if (place.isBlocked) throw forbidden('bot was blocked by the user');
    if (place.chat.type === 'private' && !place.isStarted) {
      throw forbidden("bot can't initiate conversation with a user");
    }
    return place;
  };

  const addGroup = (id: number, title: string, { forum = false, topics = {}, admin = false }: GroupOptions): Place => {
    if (id >= 0) throw new Error('Ids of groups are negative');
    if (forum && !isSupergroupId(id)) throw new Error('A forum is a supergroup: its id begins with -100');
    const chat: AnyChat = isSupergroupId(id)
      ? { id, title, type: 'supergroup', ...(forum && { is_forum: true as const }) }
      : { id, title, type: 'group' };
    const threads = new Map(Object.entries(topics).map(([thread, name]) => [Number(thread), name]));
    if (!forum && threads.size > 0) throw new Error('Only a forum has topics');
    return add(chat, { topics: threads, isAdmin: admin, lastId: Math.max(0, ...threads.keys()) });
  };

  return {
    places,
    users,
    add,
    addGroup,
    get,
    find,
    reach,
    user: (ref: Ref): User => {
      const user = users.get(idOf(ref));
      if (!user) throw new Error(`Nobody has the id ${idOf(ref)}: begin with privateChat() or user()`);
      return user;
    },
    isGroup: (id: number): boolean => (places.get(id)?.chat.type ?? 'private') !== 'private',
  };
}

export function put(place: Place, kept: Partial<Omit<Kept, 'message'>> & { message: { from: User } }) {
  place.lastId += 1;
  const message = { message_id: place.lastId, chat: place.chat, date: nowInSeconds(), ...kept.message } as ApiMessage;
  const whole: Kept = {
    edits: [],
    reactions: [],
    file: null,
    silent: false,
    forceReply: false,
    isFixed: false,
    ...kept,
    message,
  };
  place.messages.set(message.message_id, whole);
  return whole;
}

export const nowInSeconds = (): number => Math.floor(Date.now() / 1000);

/** What a message tells of its thread and of what it answers. */
export function standing(place: Place, thread: number | null, replyTo: ApiMessage | null) {
  const inTopic = thread === null ? {} : { message_thread_id: thread, is_topic_message: true };
  if (replyTo) {
    const { reply_to_message: _, ...answered } = replyTo;
    return { ...inTopic, reply_to_message: answered as NonNullable<ApiMessage['reply_to_message']> };
  }
  return place.topics.has(thread ?? 0) ? { ...inTopic, reply_to_message: topicStart(place, thread!) } : inTopic;
}

/** In a forum what answers nothing answers the service message that began its topic. */
function topicStart(place: Place, thread: number) {
  const message = {
    message_id: thread,
    message_thread_id: thread,
    is_topic_message: true,
    from: owner,
    chat: place.chat,
    date: nowInSeconds(),
    forum_topic_created: { name: place.topics.get(thread)!, icon_color: 7322096 },
  };
  return message as unknown as NonNullable<ApiMessage['reply_to_message']>;
}

/** Who keeps the groups. */
export const owner: User = { id: 4_242, is_bot: false, first_name: 'Owner' };
