/**
 * The one connection of a worker that must not go through a transaction pooler: it listens, and it holds the worker's
 * lock. When it breaks, the lock is gone and so is the right to write: whoever waits on `lost` must let go of its runs.
 */
import { randomBytes } from 'node:crypto';
import postgres from 'postgres';
import { registerWorker } from './workers.ts';

export interface Session {
  /** The worker's key, on which the session holds a lock. */
  readonly key: bigint;
  /** Resolves when the connection is gone. */
  readonly lost: Promise<void>;
  /** Fails, or hangs, when nobody is at the other end any more. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

export interface Notice {
  kind: string;
  /** The run's id, or empty. */
  run: string;
}

/** Connects, listens, and registers a new worker key. */
export async function openSession(url: string, onNotice: (notice: Notice) => void): Promise<Session> {
  const key = randomBytes(8).readBigUInt64BE() >> 2n;
  const lost = Promise.withResolvers<void>();
  const sql = postgres(url, {
    max: 1,
    max_lifetime: null,
    connect_timeout: 10,
    fetch_types: false,
    onnotice: () => {},
    connection: { application_name: 'baton worker' },
    onclose: () => lost.resolve(),
    // What `sql.listen` uses inside, without its own second connection: the lock and the ear must share one.
    onnotify: (_channel: string, payload: string) => {
      const [kind = '', run = ''] = payload.split(':');
      onNotice({ kind, run });
    },
  } as postgres.Options<Record<string, never>>);
  try {
    await sql`listen baton`;
    await registerWorker(sql, key);
    // Whoever was alone here begins to look out for the death of others.
    await sql`select pg_notify('baton', 'worker')`;
  } catch (error) {
    await sql.end({ timeout: 0 }).catch(() => {});
    throw error;
  }
  return {
    key,
    lost: lost.promise,
    ping: async () => {
      await sql`select 1`;
    },
    close: () => sql.end({ timeout: 1 }),
  };
}
