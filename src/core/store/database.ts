/**
 * The way to Postgres: a pool for single statements, a small pool for transactions, and a direct address for what needs
 * a session of its own (listening, session locks, migrations).
 *
 * Transactions have their own connections because postgres.js can send BEGIN on a connection that it did not reserve,
 * and then runs other statements inside it (porsager/postgres issues 1189 and 1204): here a connection is reserved
 * first, and BEGIN is an ordinary statement on it. Plain `sql.begin` is not used anywhere.
 */
import postgres from 'postgres';
import { BatonError } from '../../contracts/error.ts';
import { crossing, timer } from '../crossing.ts';

export type Sql = postgres.Sql;
/** What both a pool and a reserved connection can do. */
export type Statement = postgres.ISql;

export interface DatabaseSettings {
  url: string;
  /** Past a transaction pooler: for listening, session locks and migrations. Default: `url`. */
  directUrl?: string | undefined;
}

export interface Database {
  readonly sql: Sql;
  readonly directUrl: string;
  /** One transaction on a connection of its own; rolled back when `act` throws. `name` is its place for crash tests. */
  transaction<T>(name: string, act: (sql: Statement) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

const oldestPostgres = 150_000;

/** Opens the pools. Connects lazily; `reachable` proves that somebody answers. */
export function openDatabase({ url, directUrl }: DatabaseSettings): Database {
  const common = {
    onnotice: () => {},
    // A transaction pooler hands out another session each time, so statements prepared in one are missing in the next.
    prepare: directUrl === undefined,
    connection: { application_name: 'baton' },
    connect_timeout: 10,
  };
  const sql = postgres(url, { ...common, max: 4 });
  const pool = postgres(url, { ...common, max: 3, idle_timeout: 30 });
  return {
    sql,
    directUrl: directUrl ?? url,
    transaction: (name, act) =>
      crossing(name, async () => {
        const connection = await pool.reserve();
        try {
          await connection`begin`;
          const result = await act(connection);
          await connection`commit`;
          return result;
        } catch (error) {
          await connection`rollback`.catch(() => {});
          throw error;
        } finally {
          connection.release();
        }
      }),
    close: async () => {
      // A connection that broke in the middle of a statement is waited for until this time is over.
      await Promise.all([sql.end({ timeout: 1 }), pool.end({ timeout: 1 })]);
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

/** The code of a driver or server error, never its text, which may hold values. */
export function reasonOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : 'no code';
}

/** The connection broke, or the server went away: the statement may or may not have happened. */
export function isConnectionLoss(error: unknown): boolean {
  const code = reasonOf(error);
  return (
    /^(CONNECTION_|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_|ENOENT|CONNECT_TIMEOUT)/.test(code) || /^(08|57P0)/.test(code)
  );
}

const patienceMs = 60_000;

/** Repeats what is harmless to repeat while Postgres is away for a moment. */
export async function patiently<T>(act: () => Promise<T>): Promise<T> {
  const since = performance.now();
  for (let waitMs = 50; ; waitMs = Math.min(waitMs * 2, 2000)) {
    try {
      return await act();
    } catch (error) {
      if (!isConnectionLoss(error) || performance.now() - since > patienceMs) throw error;
      await new Promise<void>((resolve) => timer('patience', waitMs, resolve));
    }
  }
}
