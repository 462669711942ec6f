/** What happens to chats: people block the bot, groups throw it out or become supergroups. */
import type { Chat, Update, User } from 'telegraf/types';
import { type AnyChat, type GroupOptions, idOf, nowInSeconds, owner, type Place, put, type Ref } from './chats.ts';
import type { World } from './world.ts';

export interface PersonOptions {
  language_code?: string;
  username?: string;
}

export interface PrivateOptions extends PersonOptions {
  /** The person has pressed Start already. */
  started?: boolean;
}

export function createTurns({ chats, updates, bot }: World) {
  const member = (place: Place, from: User, before: string, after: string): Update =>
    updates.add(
      'my_chat_member',
      {
        chat: place.chat,
        from,
        date: nowInSeconds(),
        old_chat_member: { status: before, user: bot, ...(before === 'kicked' && { until_date: 0 }) },
        new_chat_member: { status: after, user: bot, ...(after === 'kicked' && { until_date: 0 }) },
      },
      place.chat.id,
    );

  /** Somebody who is met in groups. */
  const user = (id: number, name: string, options: PersonOptions = {}): User => {
    if (id <= 0) throw new Error('Ids of people are positive');
    if (chats.users.has(id)) throw new Error(`There is a person ${id} already`);
    const person: User = { id, is_bot: false, first_name: name, ...options };
    chats.users.set(id, person);
    chats.add({ id, type: 'private', first_name: name, ...(options.username && { username: options.username }) });
    return person;
  };

  const service = (place: Place, content: object): Update => {
    const { message } = put(place, { message: { from: owner, ...content } });
    return updates.add('message', message, place.chat.id);
  };

  return {
    user,
    privateChat: (id: number, name: string, { started = false, ...person }: PrivateOptions = {}): Chat.PrivateChat => {
      user(id, name, person);
      const place = chats.get(id);
      place.isStarted = started;
      return place.chat as Chat.PrivateChat;
    },
    group: (id: number, title: string, options: GroupOptions = {}): AnyChat => chats.addGroup(id, title, options).chat,
    block: (person: Ref): Update => {
      chats.get(person).isBlocked = true;
      return member(chats.get(person), chats.user(person), 'member', 'kicked');
    },
    unblock: (person: Ref): Update => {
      chats.get(person).isBlocked = false;
      return member(chats.get(person), chats.user(person), 'kicked', 'member');
    },
    kick: (chat: Ref): Update => {
      const place = chats.get(chat);
      if (place.chat.type === 'private') throw new Error('Nobody is kicked from a private chat: block()');
      place.isKicked = true;
      return member(place, owner, 'member', 'kicked');
    },
    takeBack: (chat: Ref): Update => {
      chats.get(chat).isKicked = false;
      return member(chats.get(chat), owner, 'kicked', 'member');
    },
    /** The messages stay behind: their numbers are of the old chat. */
    migrate: (chat: Ref, newId: number): AnyChat => {
      const old = chats.get(chat);
      if (old.chat.type !== 'group') throw new Error('Only a basic group migrates: its id does not begin with -100');
      const place = chats.addGroup(newId, old.chat.title, { admin: old.isAdmin });
      if (place.chat.type !== 'supergroup') throw new Error('The new id has to begin with -100');
      service(old, { migrate_to_chat_id: newId });
      old.migratedTo = newId;
      service(place, { migrate_from_chat_id: idOf(chat) });
      return place.chat;
    },
  };
}
