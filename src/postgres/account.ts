/**
 * Under which account the server runs. Postgres refuses root, so root starts it in a user namespace where its files
 * stay root's (works below /root too), or, where namespaces are forbidden, as `nobody` or `postgres`. A data folder
 * made by one of these is kept by it: the namespace cannot read the files of the other.
 */
import { type SpawnOptions, spawnSync } from 'node:child_process';
import { chownSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { EmbeddedPostgresError } from './errors.ts';

export type Account =
  | { kind: 'self' }
  | { kind: 'namespace'; uid: number; gid: number }
  | { kind: 'user'; uid: number; gid: number };

type Launch = { command: string; args: string[]; options: SpawnOptions };

/** The environment of the server: nothing of ours, so that PGPORT, LC_ALL or TZ of a shell change nothing. */
const environment = { PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C', TZ: 'UTC' };

/** Chooses the account; `dataDirectory` decides if it is there. `allowNamespace: false` is for tests of the fallback. */
export function chooseAccount(dataDirectory: string, postgres: string, allowNamespace = true): Account {
  const owner = statSync(dataDirectory, { throwIfNoEntry: false });
  const ownUid = process.getuid?.() ?? -1;
  if (ownUid !== 0) {
    if (owner && owner.uid !== ownUid) throw foreignData(dataDirectory, owner.uid, ownUid);
    return { kind: 'self' };
  }
  if (owner && owner.uid !== 0) return { kind: 'user', uid: owner.uid, gid: owner.gid };
  const candidates = unprivilegedUsers();
  for (const user of candidates.slice(0, 1)) {
    const account: Account = { kind: 'namespace', ...user };
    if (allowNamespace && canRun(account, postgres)) return account;
  }
  for (const user of candidates) {
    const account: Account = { kind: 'user', ...user };
    if (!canRun(account, postgres)) continue;
    if (owner) chownAll(dataDirectory, user);
    return account;
  }
  throw new EmbeddedPostgresError(
    'postgres_root_refused',
    'Postgres refuses to run as root, user namespaces are not permitted here (unshare failed), and no user nobody or ' +
      `postgres can run ${postgres}. Start as an ordinary user, make that file readable for all users, or set ` +
      'DATABASE_URL to a server of your own.',
  );
}

/** How to start a program of Postgres under the account; `grandparentPid` see `startServer`. */
export function launchAs(account: Account, program: string, args: string[], grandparentPid?: number): Launch {
  const env = grandparentPid ? { ...environment, PG_GRANDPARENT_PID: String(grandparentPid) } : environment;
  if (account.kind === 'self') return { command: program, args, options: { env } };
  const { uid, gid } = account;
  if (account.kind === 'user') return { command: program, args, options: { env, uid, gid } };
  const mapping = ['--user', `--map-user=${uid}`, `--map-group=${gid}`, '--'];
  return { command: 'unshare', args: [...mapping, program, ...args], options: { env } };
}

/** Gives a folder made by us to the account, when that is another user. */
export function giveTo(account: Account, path: string): void {
  if (account.kind === 'user') chownSync(path, account.uid, account.gid);
}

function canRun(account: Account, postgres: string): boolean {
  const { command, args, options } = launchAs(account, postgres, ['--version']);
  return spawnSync(command, args, { ...options, cwd: '/', stdio: 'ignore', timeout: 10_000 }).status === 0;
}

/** nobody, then postgres: initdb needs a user that has a name. */
function unprivilegedUsers(): { uid: number; gid: number }[] {
  const entries = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  return ['nobody', 'postgres'].flatMap((name) => {
    const entry = entries.find((fields) => fields[0] === name);
    return entry ? [{ uid: Number(entry[2]), gid: Number(entry[3]) }] : [];
  });
}

function chownAll(directory: string, user: { uid: number; gid: number }): void {
  chownSync(directory, user.uid, user.gid);
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isSymbolicLink()) chownSync(join(entry.parentPath, entry.name), user.uid, user.gid);
  }
}

function foreignData(dataDirectory: string, uid: number, ownUid: number): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'postgres_home_unwritable',
    `The database in ${dataDirectory} belongs to the user with id ${uid}, and this process runs as ${ownUid}. ` +
      'Start as that user, or choose another home.',
  );
}
