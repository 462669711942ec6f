/**
 * A channel in memory: conversations that a program writes, presses and reads instead of people. It is for tests of
 * your own routes and for embedding; nothing of it outlives the process, while the runs themselves do.
 *
 * Like every channel it shows cards and edits them in place, and it can be told to behave as real platforms do on a bad
 * day: to ask for patience, to lose a message or only its confirmation, to be gone.
 */
import { randomUUID } from 'node:crypto';
import type { Card } from '../contracts/card.ts';
import type { Channel, Inbound, Receipt, SendResult } from '../contracts/channel.ts';
import type { Verb } from '../contracts/escalation.ts';
import type { Json } from '../contracts/json.ts';

export interface MemoryMessage {
  readonly message: string;
  /** What it shows now. */
  readonly card: Card;
  /** Everything it has shown, oldest first. */
  readonly cards: readonly Card[];
}

/**
 * How a send goes wrong.
 * - `later`: refused, with the wish to be left alone for `retryAfterMs`.
 * - `unknown`: nobody knows; with `arrived` (the default) the message is there all the same.
 * - `gone`: the conversation does not exist any more.
 * - `throw`: the channel breaks its promise and throws.
 */
export type MemoryFailure =
  | { state: 'later'; retryAfterMs: number }
  | { state: 'unknown'; arrived?: boolean }
  | { state: 'gone' }
  | { state: 'throw' };

export interface MemoryChannel extends Channel {
  /** By conversation, e.g. `memory:room`. */
  readonly messages: ReadonlyMap<string, readonly MemoryMessage[]>;
  /** The messages of a conversation, oldest first. */
  in(conversation: string): readonly MemoryMessage[];
  /** How often `send` was called. */
  readonly sends: number;
  /** A person writes. The same key is the same message. Null is a stranger. */
  say(person: string | null, conversation: string, text: string, key?: string): Promise<Receipt>;
  /** A person presses a button of a message, be it as stale as it may. Throws when it never had anything to press. */
  press(
    person: string | null,
    conversation: string,
    message: string,
    verb: Verb,
    value?: Json,
    key?: string,
  ): Promise<Receipt>;
  /** The next sends go wrong like this, one each. */
  fail(...failures: MemoryFailure[]): void;
  /** Sends wait from now on, until the returned function is called. */
  hold(): () => void;
  /** Resolves with what `find` finds, as soon as it finds something; looks after each send. Rejects in the end. */
  until<T>(find: (channel: MemoryChannel) => T | undefined | null | false, timeoutMs?: number): Promise<T>;
}

/** Makes a channel whose addresses begin with `name:`. */
export function createMemoryChannel(name = 'memory'): MemoryChannel {
  const messages = new Map<string, MemoryMessage[]>();
  const failures: MemoryFailure[] = [];
  const watchers = new Set<() => void>();
  let receive: ((update: Inbound) => Promise<Receipt>) | null = null;
  let gate: Promise<void> = Promise.resolve();
  let count = 0;
  let sends = 0;

  const hand = (update: Inbound): Promise<Receipt> => {
    if (!receive) throw new Error(`the channel ${name} is not started`);
    return receive(update);
  };

  const show = (conversation: string, card: Card, message: string | null): SendResult => {
    const all = messages.get(conversation) ?? [];
    const at = all.findIndex((one) => one.message === message);
    if (message !== null && at < 0) return { state: 'gone', why: 'the message is not there' };
    const shown = { message: message ?? String(++count), card, cards: [...(all[at]?.cards ?? []), card] };
    messages.set(conversation, at < 0 ? [...all, shown] : all.with(at, shown));
    return { state: 'sent', message: shown.message };
  };

  const channel: MemoryChannel = {
    name,
    messages,
    in: (conversation) => messages.get(conversation) ?? [],
    get sends() {
      return sends;
    },
    start: async (hall) => {
      receive = hall.receive;
    },
    stop: async () => {
      receive = null;
    },
    send: async ({ conversation, card, message }) => {
      sends += 1;
      const failure = failures.shift();
      for (const look of watchers) look();
      await gate;
      try {
        if (failure?.state === 'throw') throw new Error('the memory channel was told to throw');
        if (failure?.state === 'gone') return { state: 'gone', why: 'told to be gone' };
        if (failure?.state === 'later') return failure;
        if (failure && failure.arrived === false) return { state: 'unknown' };
        const result = show(conversation, card, message);
        return failure ? { state: 'unknown' } : result;
      } finally {
        for (const look of watchers) look();
      }
    },
    say: (person, conversation, text, key = randomUUID()) => hand({ kind: 'task', key, person, conversation, text }),
    press: (person, conversation, message, verb, value, key = randomUUID()) => {
      const cards = messages.get(conversation)?.find((one) => one.message === message)?.cards ?? [];
      const code = cards.findLast((card) => card.code !== null)?.code;
      if (!code) throw new Error(`there is nothing to press on message ${message} of ${conversation}`);
      return hand({ kind: 'vote', key, person, conversation, code, verb, ...(value !== undefined && { value }) });
    },
    fail: (...more) => void failures.push(...more),
    hold: () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      gate = promise;
      return resolve;
    },
    until: (find, timeoutMs = 10_000) =>
      new Promise((resolve, reject) => {
        const end = () => {
          clearTimeout(deadline);
          watchers.delete(look);
        };
        const look = () => {
          const found = find(channel);
          if (!found) return;
          end();
          resolve(found);
        };
        const deadline = setTimeout(() => {
          end();
          reject(new Error(`not seen on the channel ${name} within ${timeoutMs} ms`));
        }, timeoutMs);
        watchers.add(look);
        look();
      }),
  };
  return channel;
}
