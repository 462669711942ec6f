/** What the platform allows, in its own numbers (core.telegram.org/bots/api, core.telegram.org/bots/faq#my-bot-is-hitting-limits). */
import type { Limit } from '../../contracts/channel.ts';

export const limits = {
  /** UTF-16 units of a message after its markup is taken away. */
  text: 4_096,
  caption: 1_024,
  callbackBytes: 64,
  callbackAnswer: 200,
  placeholder: 64,
  buttonsARow: 3,
} as const;

/** How long a request may take; the long poll has its own time beside it. */
export const requestMs = 10_000;

/** About 30 messages a second to all chats together; some of it is left to what answers people at once. */
const overall: Limit = { address: 'telegram', of: 'any', burst: 3, everyMs: 40 };

/**
 * About one message a second in a chat, 20 a minute in a group, edits included. Edits of a group have a slower bucket of
 * their own, so that half of the minute stays for questions.
 */
export function limitsOf(chat: string, isGroup: boolean): Limit[] {
  const address = `telegram:${chat}`;
  if (!isGroup) return [overall, { address, of: 'any', burst: 3, everyMs: 1_000 }];
  return [
    overall,
    { address, of: 'any', burst: 10, everyMs: 3_000 },
    { address, of: 'edit', burst: 2, everyMs: 4_000 },
  ];
}
