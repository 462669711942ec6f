/**
 * Brings the tables to this version. Several processes may start at once: drizzle's migrator is not made for that, so
 * one session lock serialises them, and whoever comes second finds nothing to do.
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import postgres from 'postgres';
import { crossing } from '../crossing.ts';

const folder = fileURLToPath(new URL('../../../drizzle', import.meta.url));
const lockKey = 4_707_202_601;

/** Applies what is missing and says how many migrations that was. */
export async function migrate({ url }: { url: string }): Promise<number> {
  const sql = postgres(url, { max: 1, fetch_types: false, onnotice: () => {}, connect_timeout: 10 });
  try {
    return await crossing('migrate', async () => {
      await sql`select pg_advisory_lock(${lockKey})`;
      const missing = (await wantedMigrations()).length - (await applied(sql));
      if (missing > 0) {
        // Loading drizzle takes half a second; a start that finds the tables in place does without.
        const [{ drizzle }, { migrate: apply }] = await Promise.all([
          import('drizzle-orm/postgres-js'),
          import('drizzle-orm/postgres-js/migrator'),
        ]);
        await apply(drizzle(sql), { migrationsFolder: folder });
      }
      return Math.max(missing, 0);
    });
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** The migrations of this version, by the time at which each was made: that is how the tables name them. */
export async function wantedMigrations(): Promise<number[]> {
  const index = JSON.parse(await readFile(`${folder}/meta/_journal.json`, 'utf8')) as { entries: { when: number }[] };
  return index.entries.map(({ when }) => when);
}

async function applied(sql: postgres.Sql): Promise<number> {
  const [table] = await sql<{ there: boolean }[]>`
    select to_regclass('drizzle.__drizzle_migrations') is not null as there
  `;
  if (!table!.there) return 0;
  const [row] = await sql<{ count: number }[]>`select count(*)::int as count from drizzle.__drizzle_migrations`;
  return row!.count;
}
