/** Homes that clean up after themselves, and processes which use them. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import postgres from 'postgres';
import type { DatabaseAddress } from '../../src/postgres/index.ts';
import { isPostmasterOf, waitForExit } from '../../src/postgres/processes.ts';

export type TestHome = { path: string; data: string; log: string; [Symbol.asyncDispose](): Promise<void> };
export type Line = { progress?: string; address?: DatabaseAddress; code?: string; message?: string };

const nobody = 65_534;

/** Why a test that becomes another user cannot run here, or false. */
export function cannotBecomeOther(): string | false {
  if (process.getuid?.() !== 0) return 'needs root';
  const { status } = spawnSync(process.execPath, ['-e', '0'], { uid: nobody, gid: nobody });
  return status === 0 ? false : 'needs a working tree that other users can reach';
}

/** A folder for one test; a server left in it is killed at the end. */
export function createHome(parent: string = tmpdir()): TestHome {
  const path = mkdtempSync(join(parent, 'baton-pg-'));
  const data = join(path, 'postgres');
  const dispose = async (): Promise<void> => {
    const pid = postmasterPid(path);
    if (pid !== undefined) await kill(pid);
    rmSync(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  };
  return { path, data, log: join(path, 'postgres.log'), [Symbol.asyncDispose]: dispose };
}

/** The pid of the living server of a home. */
export function postmasterPid(home: string): number | undefined {
  const file = join(home, 'postgres/postmaster.pid');
  if (!existsSync(file)) return undefined;
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  return isPostmasterOf(pid, join(home, 'postgres')) ? pid : undefined;
}

export async function kill(pid: number, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  process.kill(pid, signal);
  await waitForExit(pid, 10_000);
}

export type User = {
  child: ChildProcess;
  /** The first line that matches. */
  line(matches: (line: Line) => boolean): Promise<Line>;
  ready(): Promise<DatabaseAddress>;
  leave(): Promise<void>;
  kill(): Promise<void>;
};

export type UserOptions = { uid?: number; gid?: number; detached?: boolean; durability?: 'full' | 'none' };

export function startUser(home: string, options: UserOptions = {}): User {
  const script = fileURLToPath(new URL('user.ts', import.meta.url));
  const { durability = 'none', ...spawning } = options;
  const child = spawn(process.execPath, [script, home, durability], {
    ...spawning,
    stdio: ['pipe', 'pipe', 'inherit'],
    cwd: '/',
  });
  const ended = once(child, 'close');
  const lines: Line[] = [];
  const reader = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  reader.on('line', (text) => lines.push(JSON.parse(text) as Line));
  const line = async (matches: (line: Line) => boolean): Promise<Line> => {
    await until('a line of the user process', () => lines.some(matches) || child.exitCode !== null);
    await until('its output to be read', () => lines.some(matches));
    return lines.find(matches) as Line;
  };
  const ready = async (): Promise<DatabaseAddress> => {
    const answer = await line((one) => one.address !== undefined || one.code !== undefined);
    if (!answer.address) throw new Error(answer.message);
    return answer.address;
  };
  const leave = async (): Promise<void> => {
    child.stdin?.end();
    await ended;
  };
  const killNow = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  return { child, line, ready, leave, kill: killNow };
}

export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`waited 20 s for ${what}`);
    await sleep(10);
  }
}

export async function query<T>(target: DatabaseAddress | string, run: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const options = { max: 1, connect_timeout: 5, onnotice: () => {} };
  const sql = typeof target === 'string' ? postgres(target, options) : postgres({ ...target, ...options });
  try {
    return await run(sql);
  } finally {
    await sql.end({ timeout: 2 });
  }
}

/** The folder the answering server serves. */
export async function dataDirectoryOf(target: DatabaseAddress | string): Promise<unknown> {
  return query(target, async (sql) => (await sql`show data_directory`)[0]?.data_directory);
}
