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

/** Groups have negative ids. */
export const isGroup = ({ chat }: Address): boolean => chat.startsWith('-');
