/**
 * A database of its own for each caller, copied from a template that is migrated once per server: 40 ms instead of
 * the migrations. The server is the one scripts/test.mjs started (BATON_TEST_DATABASE_URL); a file run by itself
 * joins a throw-away one below .baton/, which ends with the last process that uses it.
 */
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import postgres from 'postgres';
import { EmbeddedPostgresError, type EmbeddedServer, startEmbedded, toUrl } from '../../src/postgres/index.ts';

export type TestDatabase = { url: string; [Symbol.asyncDispose](): Promise<void> };

const root = fileURLToPath(new URL('../..', import.meta.url));
const ownHome = join(root, '.baton/test-database');
const templateLockKey = 4_707_202_602;

let ownServer: Promise<EmbeddedServer> | undefined;
let ownUsers = 0;
let template: Promise<string> | undefined;

/** Creates a migrated, empty database; disposing it drops it, whoever is still connected. */
export async function testDatabase(): Promise<TestDatabase> {
  const server = await acquireServer();
  try {
    template ??= ensureTemplate(server.url);
    const source = await template;
    const name = `test_${process.pid}_${randomUUID().slice(0, 8)}`;
    await withClient(server.url, (sql) => sql`create database ${sql(name)} template ${sql(source)}`);
    let dropped: Promise<void> | undefined;
    const dispose = (): Promise<void> => {
      dropped ??= drop(server.url, name).finally(server.release);
      return dropped;
    };
    return { url: withDatabase(server.url, name), [Symbol.asyncDispose]: dispose };
  } catch (error) {
    template = undefined;
    await server.release();
    throw error;
  }
}

async function acquireServer(): Promise<{ url: string; release(): Promise<void> }> {
  const given = process.env.BATON_TEST_DATABASE_URL;
  if (given) return { url: given, release: async () => {} };
  ownUsers += 1;
  ownServer ??= startOwn();
  const joined = ownServer;
  try {
    return { url: toUrl((await joined).address), release: () => releaseOwn(joined) };
  } catch (error) {
    ownUsers -= 1;
    ownServer = undefined;
    throw error;
  }
}

async function releaseOwn(joined: Promise<EmbeddedServer>): Promise<void> {
  ownUsers -= 1;
  if (ownUsers > 0) return;
  ownServer = undefined;
  template = undefined;
  await (await joined).stop();
}

/** Data of a throw-away server may not survive a crash of the machine, or a new major version: then begin anew. */
async function startOwn(): Promise<EmbeddedServer> {
  try {
    return await startEmbedded({ home: ownHome, durability: 'none' });
  } catch (error) {
    const codes = ['postgres_unavailable', 'postgres_version_mismatch', 'postgres_data_unrecognised'];
    if (!(error instanceof EmbeddedPostgresError) || !codes.includes(error.code)) throw error;
    rmSync(join(ownHome, 'postgres'), { recursive: true, force: true });
    return startEmbedded({ home: ownHome, durability: 'none' });
  }
}

/** Makes the template of the present migrations unless the server has it; one maker at a time over all processes. */
async function ensureTemplate(url: string): Promise<string> {
  const name = `template_${hashMigrations()}`;
  await withClient(url, async (sql) => {
    await sql`select pg_advisory_lock(${templateLockKey})`;
    const present = await sql`select 1 from pg_database where datname = ${name}`;
    if (present.length > 0) return;
    // Under another name until it is whole: a maker killed half-way leaves no template.
    const draft = `${name}_draft`;
    await sql`drop database if exists ${sql(draft)} with (force)`;
    await sql`create database ${sql(draft)} template template0`;
    await migrateIfPossible(withDatabase(url, draft));
    await sql`alter database ${sql(draft)} rename to ${sql(name)}`;
  });
  return name;
}

async function migrateIfPossible(url: string): Promise<void> {
  const file = join(root, 'src/core/store/migrate.ts');
  if (!existsSync(file)) return;
  const { migrate } = (await import(file)) as { migrate(options: { url: string }): Promise<unknown> };
  await migrate({ url });
}

function hashMigrations(): string {
  const hash = createHash('sha256');
  const folder = join(root, 'drizzle');
  const entries = existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }) : [];
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const file of files.sort()) hash.update(file).update(readFileSync(file));
  return hash.digest('hex').slice(0, 16);
}

async function drop(url: string, name: string): Promise<void> {
  await withClient(url, (sql) => sql`drop database if exists ${sql(name)} with (force)`);
}

async function withClient<T>(url: string, work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1, fetch_types: false, onnotice: () => {} });
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** Replaces the path only: URL would re-write the host of a socket. */
function withDatabase(url: string, name: string): string {
  return url.replace(/^(postgres(?:ql)?:\/\/[^/?]*)(\/[^?]*)?/, (_match, server: string) => `${server}/${name}`);
}
