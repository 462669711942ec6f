/** The connection of a process that holds its streams: what it has locked is free as soon as it is gone. */
import { createHash } from 'node:crypto';
import postgres from 'postgres';
import { crossing } from '../crossing.ts';
import { arrayOptions } from './arrays.ts';
import { inTime } from './silence.ts';

export interface StreamSession {
  /** Resolves when the connection is gone. */
  readonly lost: Promise<void>;
  /** The first of the slots that no session has; null when all are taken. */
  take(name: string, slots: number[]): Promise<number | null>;
  /** Never fails: a lock that nobody confirms to be free goes with the connection. */
  leave(name: string, slot: number): Promise<void>;
  close(): Promise<void>;
}

/** How long a statement is waited for. */
const limitMs = 10_000;

/** Connects, and listens for those who leave. */
export async function openStreamSession(url: string, onLeft: () => void): Promise<StreamSession> {
  const lost = Promise.withResolvers<void>();
  const sql = connect(url, onLeft, () => end());
  const end = () => {
    lost.resolve();
    void sql.end({ timeout: 0 }).catch(() => {});
  };
  /** Whether a statement that failed has locked something is not known, so its connection is given up. */
  const say = async <T>(act: Promise<T>): Promise<T> => {
    try {
      return await inTime(limitMs, act);
    } catch (error) {
      end();
      throw error;
    }
  };
  await say(crossing('stream_session', () => sql`listen baton_streams`));
  return {
    lost: lost.promise,
    take: (name, slots) => say(take(sql, name, slots)),
    leave: (name, slot) => say(leave(sql, name, slot)).catch(() => {}),
    close: () => sql.end({ timeout: 1 }),
  };
}

function connect(url: string, onLeft: () => void, onGone: () => void): postgres.Sql {
  // What `sql.listen` uses inside, without its own second connection; the types do not know it.
  const ear = { onnotify: onLeft };
  return postgres(url, {
    ...ear,
    ...arrayOptions,
    max: 1,
    max_lifetime: null,
    connect_timeout: 10,
    keep_alive: 15,
    onnotice: () => {},
    connection: {
      application_name: 'baton streams',
      // A machine that went away without a word is missed within a minute, not after the two hours of the default.
      tcp_keepalives_idle: 30,
      tcp_keepalives_interval: 10,
      tcp_keepalives_count: 3,
    },
    // The driver would connect again for the next statement, as a session without the locks.
    onclose: onGone,
  });
}

/** Locks of two numbers do not meet those of one, which the workers have. */
const classOf = (name: string): number => createHash('sha256').update(`stream ${name}`).digest().readInt32BE();

/** Rows are tried one after the other, and the first that can be locked ends the search. */
async function take(sql: postgres.Sql, name: string, slots: number[]): Promise<number | null> {
  const [row] = await crossing(
    'stream',
    () => sql<{ slot: number }[]>`
      select slot from unnest(${slots}::int[]) as slot
      where pg_try_advisory_lock(${classOf(name)}::int, slot) limit 1`,
  );
  return row?.slot ?? null;
}

/** The lock is free before anybody is told. */
async function leave(sql: postgres.Sql, name: string, slot: number): Promise<void> {
  await crossing(
    'stream_left',
    () => sql`
      with freed as materialized (select pg_advisory_unlock(${classOf(name)}::int, ${slot}::int) as was_held)
      select pg_notify('baton_streams', '') from freed where was_held`,
  );
}
