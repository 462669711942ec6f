/** Updates on their way to the bot: kept until confirmed, handed to who polls. */
import type { Update } from 'telegraf/types';
import { conflict } from './refusal.ts';

export type UpdateKind = 'message' | 'edited_message' | 'callback_query' | 'my_chat_member';

export interface Pending {
  update: Update;
  chat: number;
  expiresAt: number;
  /** A duplicate: handed out once more, whatever was confirmed before. */
  isAgain: boolean;
}

/** An update that the bot never gets, and why. */
export interface Withheld {
  update: Update;
  reason: 'privacy mode' | 'not in allowed_updates' | 'bot is not in the chat';
}

interface Poll {
  offset?: number | undefined;
  limit?: number | undefined;
  timeout?: number | undefined;
  allowed_updates?: string[] | undefined;
}

interface Waiting {
  abort(why: Error): void;
}

const longestPollS = 50;
const notByDefault = ['chat_member', 'message_reaction', 'message_reaction_count'];

export type Updates = ReturnType<typeof createUpdates>;

export function createUpdates(firstId: number, changed: () => void) {
  const listeners = new Set<() => void>();
  const withheld: Withheld[] = [];
  let pending: Pending[] = [];
  let nextId = firstId;
  let allowed: string[] = [];
  let waiting: Waiting | null = null;

  const isAllowed = (kind: string) => (allowed.length > 0 ? allowed.includes(kind) : !notByDefault.includes(kind));

  const live = () => {
    pending = pending.filter(({ expiresAt }) => expiresAt > performance.now());
    return pending;
  };

  const enqueue = (entry: Pending) => {
    const before = entry.isAgain ? pending.findIndex(({ update }) => update.update_id > entry.update.update_id) : -1;
    pending.splice(before < 0 ? pending.length : before, 0, entry);
    for (const listener of listeners) listener();
    changed();
  };

  const add = (
    kind: UpdateKind,
    content: unknown,
    chat: number,
    { reason, expiresAt = Number.POSITIVE_INFINITY }: { reason?: Withheld['reason'] | null; expiresAt?: number } = {},
  ): Update => {
    const update = { update_id: nextId, [kind]: structuredClone(content) } as unknown as Update;
    nextId += 1;
    const why = reason ?? (isAllowed(kind) ? null : 'not in allowed_updates');
    if (why) withheld.push({ update, reason: why });
    else enqueue({ update, chat, expiresAt, isAgain: false });
    return update;
  };

  const confirm = (offset: number) => {
    if (offset >= 0) pending = pending.filter(({ update, isAgain }) => isAgain || update.update_id >= offset);
    else pending = pending.slice(offset);
  };

  const take = (limit: number): Update[] => {
    const batch = live().slice(0, limit);
    for (const entry of batch) entry.isAgain = false;
    return batch.map(({ update }) => update);
  };

  const poll = async ({ offset, limit = 100, timeout = 0, allowed_updates }: Poll, gone: AbortSignal) => {
    waiting?.abort(conflict('terminated by other getUpdates request; make sure that only one bot instance is running'));
    if (allowed_updates) allowed = allowed_updates;
    if (offset !== undefined) confirm(offset);
    if (live().length > 0 || timeout === 0) return take(limit);
    const { promise, resolve, reject } = Promise.withResolvers<Update[]>();
    const timer = setTimeout(() => resolve([]), Math.min(timeout, longestPollS) * 1000);
    const leave = () => {
      clearTimeout(timer);
      listeners.delete(wake);
      if (waiting === mine) waiting = null;
    };
    const wake = () => {
      leave();
      resolve(take(limit));
    };
    const abort = (why: Error) => {
      leave();
      reject(why);
    };
    const mine: Waiting = { abort };
    waiting = mine;
    listeners.add(wake);
    gone.addEventListener('abort', () => abort(new Error('Nobody waits any more')), { once: true });
    if (gone.aborted) abort(new Error('Nobody waits any more'));
    changed();
    return promise.finally(leave);
  };

  return {
    add,
    poll,
    withheld,
    live,
    again: (update: Update, chat: number) =>
      enqueue({ update, chat, expiresAt: Number.POSITIVE_INFINITY, isAgain: true }),
    allow: (kinds: string[]) => {
      allowed = kinds;
    },
    allowed: () => allowed,
    drop: () => {
      pending = [];
    },
    remove: (entry: Pending) => {
      pending = pending.filter((other) => other !== entry);
    },
    /** Tells of every update that comes. */
    listen: (listener: () => void) => listeners.add(listener),
    isPolled: () => waiting !== null,
    abortPoll: (why: Error) => waiting?.abort(why),
  };
}
