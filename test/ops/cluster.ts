/** Servers that Debian packages bring: a Postgres 15 of its own, and a transaction pooler before a database. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { until } from '../chaos/stage.ts';

const bin = '/usr/lib/postgresql/15/bin';

export interface Server {
  url: string;
  /** Shut down in order, and started again. */
  restart(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Why these tests cannot run here, or null when everything they need is installed. */
export function prepare(): string | null {
  if (process.getuid?.() !== 0) return 'needs root: it installs Debian packages and starts servers as another user';
  if (!existsSync('/usr/bin/apt-get')) return 'needs apt-get';
  const missing = [
    ...(existsSync(`${bin}/initdb`) ? [] : ['postgresql-15']),
    ...(existsSync('/usr/sbin/pgbouncer') ? [] : ['pgbouncer']),
  ];
  if (missing.length === 0) return null;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', ...missing]]) {
    const { status } = spawnSync('apt-get', ['-q', ...args], { env, stdio: 'ignore', timeout: 300_000 });
    if (status !== 0) return `apt-get ${args[0]} failed for ${missing.join(' and ')}`;
  }
  return null;
}

/** Neither server runs as root. */
function nobody(): { uid: number; gid: number } {
  const [, , uid, gid] = /^nobody:.*$/m.exec(readFileSync('/etc/passwd', 'utf8'))![0].split(':');
  return { uid: Number(uid), gid: Number(gid) };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

function ownFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'baton-ops-'));
  const { uid, gid } = nobody();
  chownSync(folder, uid, gid);
  return folder;
}

async function answers(url: string): Promise<void> {
  await until(`an answer from ${url}`, async () => {
    const sql = postgres(url, { max: 1, connect_timeout: 2, fetch_types: false });
    try {
      return (await sql`select 1`).length === 1;
    } finally {
      await sql.end({ timeout: 1 });
    }
  });
}

export async function startPostgres15(): Promise<Server> {
  const folder = ownFolder();
  const data = join(folder, 'data');
  const made = spawnSync(
    `${bin}/initdb`,
    ['-D', data, '-U', 'baton', '-A', 'trust', '-E', 'UTF8', '--locale=C', '-N'],
    {
      ...nobody(),
      cwd: '/',
      encoding: 'utf8',
    },
  );
  if (made.status !== 0) throw new Error(`initdb ended with ${made.status}: ${made.stderr}`);
  const port = await freePort();
  const url = `postgres://baton@127.0.0.1:${port}/postgres`;
  const start = async () => {
    const args = ['-D', data, '-p', String(port), '-k', folder, '-h', '127.0.0.1'];
    const child = spawn(`${bin}/postgres`, args, { ...nobody(), cwd: '/', stdio: 'ignore' });
    await answers(url);
    return child;
  };
  let server = await start();
  const stop = async (signal: NodeJS.Signals) => {
    const ended = once(server, 'exit');
    server.kill(signal);
    await ended;
  };
  return {
    url,
    restart: async () => {
      await stop('SIGINT');
      server = await start();
    },
    [Symbol.asyncDispose]: async () => {
      await stop('SIGQUIT');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A pooler that gives each transaction whichever of two sessions is free. */
export async function startPooler(target: string): Promise<Omit<Server, 'restart'>> {
  const { port: behind } = new URL(target);
  const folder = ownFolder();
  const port = await freePort();
  const settings = [
    '[databases]',
    `postgres = host=127.0.0.1 port=${behind} dbname=postgres`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    'unix_socket_dir =',
    'auth_type = any',
    'pool_mode = transaction',
    'default_pool_size = 2',
  ];
  // Everybody comes in as the one user of the database behind.
  settings[1] += ' user=baton';
  const file = join(folder, 'pgbouncer.ini');
  writeFileSync(file, settings.join('\n'));
  const child = spawn('/usr/sbin/pgbouncer', ['-q', file], { ...nobody(), cwd: '/', stdio: 'ignore' });
  const url = `postgres://baton@127.0.0.1:${port}/postgres`;
  await answers(url);
  return {
    url,
    [Symbol.asyncDispose]: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
