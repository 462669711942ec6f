/** What Postgres says of itself, of its clock, and of the state of our tables. */
import type { Sql } from './database.ts';
import { wantedMigrations } from './migrate.ts';

export interface ServerFacts {
  version: string;
  number: number;
  fsync: string;
  synchronousCommit: string;
  fullPageWrites: string;
}

export async function readServer(sql: Sql): Promise<ServerFacts> {
  const [row] = await sql<ServerFacts[]>`
    select split_part(current_setting('server_version'), ' ', 1) as version,
      current_setting('server_version_num')::int as number, current_setting('fsync') as fsync,
      current_setting('synchronous_commit') as "synchronousCommit",
      current_setting('full_page_writes') as "fullPageWrites"`;
  return row!;
}

/** The database's clock, milliseconds since the epoch. */
export async function readClock(sql: Sql): Promise<number> {
  const [row] = await sql<{ now: number }[]>`select extract(epoch from clock_timestamp())::float8 * 1000 as now`;
  return row!.now;
}

export interface MigrationFacts {
  applied: number;
  /** Migrations of this version that the tables do not have. */
  pending: number;
  /** Migrations of the tables that this version does not know. */
  unknown: number;
}

export async function readMigrations(sql: Sql): Promise<MigrationFacts> {
  const wanted = await wantedMigrations();
  const [table] = await sql<{ there: boolean }[]>`
    select to_regclass('drizzle.__drizzle_migrations') is not null as there`;
  const rows = table!.there
    ? await sql<{ at: string }[]>`select created_at::text as at from drizzle.__drizzle_migrations`
    : [];
  const applied = rows.map(({ at }) => Number(at));
  return {
    applied: applied.length,
    pending: wanted.filter((when) => !applied.includes(when)).length,
    unknown: applied.filter((when) => !wanted.includes(when)).length,
  };
}
