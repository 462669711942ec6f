/**
 * The way to Postgres: a pool for single statements, a few connections for transactions, and a direct address for what
 * needs a session of its own (listening, session locks, migrations).
 *
 * Nothing is waited for without an end. The server gives up a statement that takes too long; this side gives it up a
 * little later, as a lost connection, when the server says nothing at all.
 */
import postgres from 'postgres';
import { BatonError } from '../../contracts/error.ts';
import { crossing } from '../crossing.ts';
import { arrayOptions } from './arrays.ts';
import { reasonOf } from './failure.ts';
import { createPool } from './silence.ts';
import { createSlots } from './slots.ts';

export { isConnectionLoss, isPassing, patiently, reasonOf } from './failure.ts';

export type Sql = postgres.Sql;
/** What both a pool and a transaction can do. */
export type Statement = postgres.ISql;

export interface DatabaseSettings {
  url: string;
  /** Past a transaction pooler: for listening, session locks and migrations. Default: `url`. */
  directUrl?: string | undefined;
  /** For tests. */
  limits?: Partial<typeof defaultLimits> | undefined;
}

export interface Database {
  readonly sql: Sql;
  readonly directUrl: string;
  /**
   * One transaction on a connection of its own; rolled back when `act` throws. `name` is its place for crash tests.
   * Rejects with a connection loss when the connection goes away in it: only then it may have happened.
   */
  transaction<T>(name: string, act: (sql: Statement) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export const oldestPostgres = 150_000;
const defaultLimits = { statementMs: 8_000, lockMs: 5_000, idleMs: 10_000 };

/** Opens the pools. Connects lazily; `reachable` proves that somebody answers. */
export function openDatabase({ url, directUrl, limits }: DatabaseSettings): Database {
  const { statementMs, lockMs, idleMs } = { ...defaultLimits, ...limits };
  const pooled = directUrl !== undefined;
  const common = {
    ...arrayOptions,
    onnotice: () => {},
    // A transaction pooler hands out another session each time, so statements prepared in one are missing in the next.
    prepare: !pooled,
    // Nor does it take settings of a session.
    connection: { application_name: 'baton', ...(!pooled && { statement_timeout: statementMs }) },
    connect_timeout: 10,
    keep_alive: 15,
  };
  const limitMs = statementMs * 1.25;
  const pool = createPool(() => postgres(url, { ...common, max: 4 }), limitMs);
  const slots = createSlots((onclose) => postgres(url, { ...common, max: 1, max_lifetime: null, onclose }), {
    max: 3,
    limitMs,
    lockMs,
    idleMs,
  });
  return {
    sql: pool.sql,
    directUrl: directUrl ?? url,
    transaction: (name, act) => crossing(name, () => slots.transaction(act)),
    close: async () => {
      await Promise.all([pool.close(), slots.close()]);
    },
  };
}

/**
 * Throws `database_unreachable` or `database_unsupported` unless a usable Postgres answers. Says whether its commits
 * survive a crash of the server: with `synchronous_commit` or `fsync` off, an accepted message may vanish.
 */
export async function assertUsable(sql: Sql): Promise<{ durable: boolean }> {
  const [row] = await sql<{ version: number; durable: boolean }[]>`
    select current_setting('server_version_num')::int as version,
      current_setting('synchronous_commit') <> 'off' and current_setting('fsync') <> 'off' as durable
  `.catch((cause: unknown) => {
    throw new BatonError('database_unreachable', `Postgres does not answer (${reasonOf(cause)}). Check DATABASE_URL.`, {
      cause,
    });
  });
  const { version, durable } = row!;
  if (version < oldestPostgres) {
    const major = Math.floor(version / 10_000);
    throw new BatonError('database_unsupported', `Postgres ${major} is too old: 15 or newer is needed.`);
  }
  return { durable };
}
