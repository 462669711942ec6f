/**
 * How many tasks a chat may begin: a brake for bots that answer each other and for scripts that went wild. Each process
 * counts for itself, since a brake that a restart loosens is one all the same.
 */
import type { Channel, Limit } from '../../contracts/channel.ts';
import { Pacing } from '../pacing.ts';

export interface Turnstile {
  /** Lets one task of a conversation in: 0; or says in how many milliseconds its chat may begin another one. */
  pass(conversation: string): number;
}

const minuteMs = 60_000;

/** `perMinute` at once, and then one more each time that its share of a minute is over. */
export function createTurnstile(
  channels: readonly Pick<Channel, 'name' | 'chatOf'>[],
  perMinute: number,
  now = () => performance.now(),
): Turnstile {
  const pacing = new Pacing();
  return {
    pass: (conversation) => {
      const channel = channels.find(({ name }) => conversation.startsWith(`${name}:`));
      const chat = channel?.chatOf?.(conversation) ?? conversation;
      const limits: Limit[] = [{ address: chat, of: 'any', burst: perMinute, everyMs: minuteMs / perMinute }];
      const at = now();
      pacing.forget(at);
      const full = pacing.waitsFor({ conversation: chat, message: null }, limits, at);
      if (full) return full.until - at;
      pacing.take(limits, at);
      return 0;
    },
  };
}
