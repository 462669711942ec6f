/**
 * A limit of requests at once that every process on one database keeps to, as an account with a provider has it.
 *
 * A stream is a slot of 1 to `limit` on which a session holds an advisory lock. The lock ends with its connection, so a
 * process that dies gives back what it had without anybody looking for it. Within a process it is first come, first
 * served; between processes whoever looks first: when somebody leaves, all are told, and a death is noticed by looking
 * again now and then.
 *
 * Whoever loses the connection while it is in stays in without a lock, and until it leaves there may be one too many.
 */
import type { Streams } from '../../contracts/completion.ts';
import { createLine, type Line, type Slots } from './stream-line.ts';
import { openStreamSession, type StreamSession } from './stream-session.ts';

/** Connects when somebody first asks, past any transaction pooler: the locks belong to the session. */
export function createStreams(db: { readonly directUrl: string }): Streams & { close(): Promise<void> } {
  const lines = new Map<string, Line>();
  let session: Promise<StreamSession> | null = null;
  let isClosed = false;

  const wake = () => {
    for (const line of lines.values()) line.look();
  };

  const open = (): Promise<StreamSession> => {
    const opened = openStreamSession(db.directUrl, wake);
    session = opened;
    const forget = () => {
      if (session === opened) session = null;
    };
    opened.then(async ({ lost }) => {
      await lost;
      forget();
      wake();
    }, forget);
    return opened;
  };

  const slots: Slots = {
    take: async (name, free) => {
      const at = await (session ?? open());
      const slot = await at.take(name, free);
      return slot === null ? null : { slot, leave: () => at.leave(name, slot) };
    },
  };

  return {
    enter: async (name, limit, signal) => {
      signal.throwIfAborted();
      if (isClosed) throw closing();
      const line = lines.get(name) ?? createLine(name, slots);
      lines.set(name, line);
      return line.enter(limit, signal);
    },
    close: async () => {
      isClosed = true;
      for (const line of lines.values()) line.refuse(closing());
      const open = await session?.catch(() => null);
      await open?.close();
    },
  };
}

const closing = () => new Error('the streams are closed');
