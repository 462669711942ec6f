/** Addresses of this channel: `telegram:<chat>` and, in a forum, `telegram:<chat>/<topic>`. */

export interface Address {
  chat: string;
  topic: number | null;
}

export const addressOf = ({ chat, topic }: { chat: number | string; topic: number | null }): string =>
  `telegram:${chat}${topic === null ? '' : `/${topic}`}`;

export function readAddress(conversation: string): Address | null {
  const [, chat, topic] = /^telegram:(-?\d+)(?:\/(\d+))?$/.exec(conversation) ?? [];
  return chat === undefined ? null : { chat, topic: topic === undefined ? null : Number(topic) };
}

/** The chat of a topic. */
export function chatOf(conversation: string): string {
  const address = readAddress(conversation);
  return address ? addressOf({ ...address, topic: null }) : conversation;
}

/**
 * A message by its number, and by its chat where that is not the address's own: numbers begin anew in a group that moved
 * (core.telegram.org/bots/api#message, migrate_to_chat_id), so the same one is another message there.
 */
export interface Ref {
  chat: string;
  id: number;
}

export const readRef = (message: string, { chat }: Address): Ref => {
  const [id, of = chat] = message.split('@');
  return { chat: of, id: Number(id) };
};
export const refOf = ({ chat, id }: Ref, address: Address): string =>
  chat === address.chat ? String(id) : `${id}@${chat}`;

/** Groups have negative ids. */
export const isGroup = ({ chat }: Address): boolean => chat.startsWith('-');
