/**
 * The data folder. It is made by initdb under another name and then renamed, so `<home>/postgres` is whole or absent;
 * one that is there is never changed: data of another major version, or files of something else, are refused.
 */
import { type SpawnOptions, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Account, giveTo, launchAs } from './account.ts';
import { superuser } from './address.ts';
import type { Binaries } from './binaries.ts';
import { diskFull, EmbeddedPostgresError, errnoOf } from './errors.ts';
import type { Home } from './home.ts';
import { asTail } from './log.ts';
import { findByArgument, waitForExit } from './processes.ts';

const draftPrefix = 'postgres.new-';

export type Durability = 'full' | 'none';

/** Whether the data is there; throws when it is, and this server cannot use it. */
export function hasUsableData(home: Home, majorVersion: string): boolean {
  const entries = listIfPresent(home.data);
  if (entries.length === 0) return false;
  if (!entries.includes('PG_VERSION')) throw unrecognised(home);
  const found = readFileSync(join(home.data, 'PG_VERSION'), 'utf8').trim();
  if (found !== majorVersion) throw versionMismatch(home, found, majorVersion);
  return true;
}

/** Makes a new data folder. About 0.7 s. Left-overs of attempts cut short by a crash are removed first. */
export async function createData(
  home: Home,
  binaries: Binaries,
  account: Account,
  durability: Durability,
): Promise<void> {
  await removeDrafts(home);
  const draft = mkdtempSync(join(home.directory, draftPrefix));
  try {
    giveTo(account, draft);
    await runInitdb(home, draft, binaries, account, durability);
    renameSync(draft, home.data);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    throw error;
  }
}

/** An initdb outlives the process that started it and was killed: it is ended before its folder is removed. */
async function removeDrafts(home: Home): Promise<void> {
  for (const entry of readdirSync(home.directory)) {
    if (!entry.startsWith(draftPrefix)) continue;
    const draft = join(home.directory, entry);
    for (const pid of findByArgument('initdb', draft)) {
      killGroup(pid);
      await waitForExit(pid, 5000);
    }
    rmSync(draft, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // Already gone.
    if (errnoOf(error) !== 'ESRCH') throw error;
  }
}

async function runInitdb(
  home: Home,
  draft: string,
  binaries: Binaries,
  account: Account,
  durability: Durability,
): Promise<void> {
  // `trust` on the socket only: the mode of its folder decides who comes as far as that.
  const args = ['-D', draft, '-U', superuser, '--auth-local=trust', '--auth-host=reject', '-E', 'UTF8'];
  args.push('--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C');
  if (durability === 'none') args.push('--no-sync');
  const launch = launchAs(account, binaries.initdb, args);
  // A group of its own, so that it and its children can be ended together (removeDrafts).
  const group: SpawnOptions = { stdio: ['ignore', 'pipe', 'pipe'], detached: true, cwd: '/' };
  const child = spawn(launch.command, launch.args, { ...launch.options, ...group });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.once('error', reject).once('close', resolve);
  const exitCode = await promise;
  if (exitCode !== 0) throw initdbFailed(home, exitCode, output);
}

function initdbFailed(home: Home, exitCode: number | null, output: string): EmbeddedPostgresError {
  const tail = asTail(output, 'initdb');
  if (/No space left|Disk quota/i.test(output)) return diskFull(home.directory, undefined, tail);
  if (/Permission denied/i.test(output)) {
    return new EmbeddedPostgresError(
      'postgres_home_unwritable',
      `The database's user cannot reach or write ${home.data}. Make the folders above it passable (chmod o+x), ` +
        `or choose another home.${tail}`,
    );
  }
  return new EmbeddedPostgresError(
    'postgres_unavailable',
    `A new database could not be made in ${home.data} (initdb ended with ${exitCode}). ` +
      `Repair the cause below and start again, or set DATABASE_URL to a server of your own.${tail}`,
  );
}

function unrecognised(home: Home): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'postgres_data_unrecognised',
    `The folder ${home.data} is not empty and not a Postgres data folder (no PG_VERSION in it). ` +
      'It was not touched. Move it away, or choose another home.',
  );
}

function versionMismatch(home: Home, found: string, majorVersion: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'postgres_version_mismatch',
    `The data in ${home.data} was written by Postgres ${found}, and this release brings Postgres ${majorVersion}. ` +
      `It was not touched. Start the former release and dump the data (pg_dump), or serve the folder with a Postgres ` +
      `${found} and set DATABASE_URL to it; to begin anew, move the folder away.`,
  );
}

function listIfPresent(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}
