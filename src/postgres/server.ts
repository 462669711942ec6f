/**
 * The server process of one home: found, started, asked who it is, stopped. All of it happens under the home's lock.
 * A server counts as ours only when it says itself that it serves our data folder.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { type Account, launchAs } from './account.ts';
import { socketAddress } from './address.ts';
import type { Durability } from './cluster.ts';
import { diskFull, EmbeddedPostgresError } from './errors.ts';
import type { Home } from './home.ts';
import { asTail, boundLog, readSince, sizeOf } from './log.ts';
import { isPostmasterOf, waitForExit } from './processes.ts';

const readyTimeoutMs = 60_000;
const stopTimeoutMs = 30_000;
/** A killed server's children may hold its shared memory for a moment longer. */
const sharedMemoryTimeoutMs = 10_000;

export type RunningServer = { pid: number; socketDirectory: string; status: string };

/** The server running on the data folder, ready or not; a `postmaster.pid` left by a dead one is nobody. */
export function findServer(home: Home): RunningServer | undefined {
  const lines = readPidFile(home);
  const pid = Number(lines[0]);
  if (!(pid > 0) || !isPostmasterOf(pid, home.data)) return undefined;
  return { pid, socketDirectory: lines[4] ?? '', status: (lines[7] ?? '').trim() };
}

/** Waits until the server takes connections (`true`) or is gone (`false`). */
export async function waitUntilReady(home: Home, pid: number): Promise<boolean> {
  const deadline = Date.now() + readyTimeoutMs;
  while (Date.now() < deadline) {
    const server = findServer(home);
    if (server?.pid !== pid && !isPostmasterOf(pid, home.data)) return false;
    if (server?.pid === pid && server.status === 'ready') return true;
    await sleep(5);
  }
  const tail = asTail(readSince(home.log, 0), home.log);
  throw new EmbeddedPostgresError(
    'postgres_unavailable',
    `The database in ${home.data} is not ready after ${readyTimeoutMs / 1000} s; it may be recovering. ` +
      `Watch ${home.log}, and start again.${tail}`,
  );
}

/** Asks the server behind the socket what it serves; `undefined` when nobody answers or it is not ours. */
export async function identify(
  home: Home,
  socketDirectory: string,
): Promise<{ durability: Durability } | { refusal: string }> {
  const sql = postgres({ ...socketAddress(socketDirectory), max: 1, fetch_types: false, connect_timeout: 5 });
  try {
    const [row] = await sql`select current_setting('data_directory') as data, current_setting('fsync') as fsync`;
    if (row?.data !== home.data) return { refusal: `it serves ${row?.data}` };
    return { durability: row.fsync === 'on' ? 'full' : 'none' };
  } catch (error) {
    return { refusal: error instanceof Error ? error.message : String(error) };
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/** Starts the server, detached: neither Ctrl-C in our terminal nor our death ends it. Returns its pid when ready. */
export async function startServer(
  home: Home,
  program: string,
  account: Account,
  socketDirectory: string,
  durability: Durability,
): Promise<number> {
  const deadline = Date.now() + sharedMemoryTimeoutMs;
  boundLog(home.log);
  for (;;) {
    const offsetBytes = sizeOf(home.log);
    const child = spawnServer(home, program, account, socketDirectory, durability);
    const failure = await readyOrFailure(home, child);
    if (failure === undefined) return child.pid as number;
    const output = readSince(home.log, offsetBytes);
    const isTransient = /pre-existing shared memory block|is still in use/.test(output);
    if (!isTransient || Date.now() > deadline) throw startFailed(home, failure, output);
    await sleep(100);
  }
}

/** Ends the server: first orderly, and after half a minute by force (its next start then recovers). */
export async function stopServer(home: Home, pid: number): Promise<void> {
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    if (!isPostmasterOf(pid, home.data)) return;
    process.kill(pid, signal);
    if (await waitForExit(pid, stopTimeoutMs)) return;
  }
  throw new EmbeddedPostgresError(
    'postgres_unavailable',
    `The database server (process ${pid}) does not end. Look at ${home.log} and end it by hand: kill -QUIT ${pid}`,
  );
}

function spawnServer(
  home: Home,
  program: string,
  account: Account,
  socketDirectory: string,
  durability: Durability,
): ChildProcess {
  const settings = serverSettings(socketDirectory, durability);
  const args = ['-D', home.data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  // Postgres refuses to start while the pid in postmaster.pid exists. We know that it is not a server on this data
  // (findServer), only its number was re-used; a "grandparent" is exempt, and the shared memory is still checked.
  const stalePid = Number(readPidFile(home)[0]) || undefined;
  const launch = launchAs(account, program, args, stalePid);
  const log = openSync(home.log, 'a', 0o600);
  try {
    const stdio: ['ignore', number, number] = ['ignore', log, log];
    const child = spawn(launch.command, launch.args, { ...launch.options, stdio, detached: true, cwd: '/' });
    child.unref();
    return child;
  } finally {
    closeSync(log);
  }
}

function serverSettings(socketDirectory: string, durability: Durability): Record<string, string> {
  const sync = durability === 'full' ? 'on' : 'off';
  return {
    listen_addresses: '',
    // A list to Postgres: a comma in the path must not end it.
    unix_socket_directories: `"${socketDirectory.replaceAll('"', '""')}"`,
    unix_socket_permissions: '0700',
    port: '5432',
    fsync: sync,
    synchronous_commit: sync,
    full_page_writes: sync,
    shared_buffers: '32MB',
    max_connections: '100',
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_checkpoints: 'off',
    // Neither statements nor row values: the log must not hold what people wrote.
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
  };
}

/** `undefined` when ready, else how the process ended. */
async function readyOrFailure(home: Home, child: ChildProcess): Promise<string | undefined> {
  let ended: string | undefined;
  child.once('error', (error) => {
    ended = error.message;
  });
  child.once('exit', (exitCode, signal) => {
    ended = `ended with ${signal ?? exitCode}`;
  });
  const deadline = Date.now() + readyTimeoutMs;
  while (ended === undefined) {
    const [pid, , , , , , , status] = readPidFile(home);
    if (Number(pid) === child.pid && status?.trim() === 'ready') return undefined;
    if (Date.now() > deadline) return `not ready after ${readyTimeoutMs / 1000} s, it may still be recovering`;
    await sleep(5);
  }
  return ended;
}

function startFailed(home: Home, failure: string, output: string): EmbeddedPostgresError {
  const tail = asTail(output, home.log);
  if (/No space left|Disk quota/i.test(output)) return diskFull(home.directory, undefined, tail);
  return new EmbeddedPostgresError(
    'postgres_unavailable',
    `The database in ${home.data} does not start (${failure}). The cause is in the server's words below; ` +
      `DATABASE_URL can name another server meanwhile.${tail}`,
  );
}

function readPidFile(home: Home): string[] {
  try {
    return readFileSync(join(home.data, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return [];
  }
}
