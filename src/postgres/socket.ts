/**
 * The folder of the server's socket. Its mode, 0700, is what keeps other local users out: the server itself trusts
 * whoever gets through. A home too deep for a socket gets a folder with a random name under the system's temporary
 * one; the name is written down, so that it can be removed after a crash.
 */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type Account, giveTo } from './account.ts';
import { longestSocketPath, socketPathLimit, urlLinkName } from './address.ts';
import { EmbeddedPostgresError } from './errors.ts';
import type { Home } from './home.ts';

const temporaryPrefix = 'baton-postgres-';

/** Makes an empty socket folder; only while no server runs on this home. */
export function createSocketDirectory(home: Home, account: Account): string {
  removeSocketDirectory(home);
  const directory = choosePlace(home, account);
  chmodSync(directory, 0o700);
  symlinkSync('.', join(directory, urlLinkName));
  giveTo(account, directory);
  return directory;
}

export function removeSocketDirectory(home: Home): void {
  rmSync(home.socket, { recursive: true, force: true });
  const recorded = readRecord(home);
  if (recorded && isSocketOf(recorded, home)) rmSync(recorded, { recursive: true, force: true });
  rmSync(home.socketRecord, { force: true });
}

function choosePlace(home: Home, account: Account): string {
  // Another user can reach into the run folder by name only: it is still closed to listing.
  if (account.kind === 'user') chmodSync(home.run, 0o711);
  if (fits(home.socket)) {
    mkdirSync(home.socket, { mode: 0o700 });
    return home.socket;
  }
  for (const parent of [tmpdir(), '/tmp']) {
    if (!fits(join(parent, `${temporaryPrefix}123456`))) continue;
    const directory = mkdtempSync(join(parent, temporaryPrefix));
    writeFileSync(join(directory, 'home'), home.data, { mode: 0o600 });
    writeFileSync(home.socketRecord, directory, { mode: 0o600 });
    return directory;
  }
  throw new EmbeddedPostgresError(
    'postgres_unavailable',
    `The paths ${home.socket} and ${tmpdir()} are too long for a unix socket (${socketPathLimit} bytes). ` +
      'Choose a shorter home.',
  );
}

function fits(directory: string): boolean {
  return Buffer.byteLength(longestSocketPath(directory)) <= socketPathLimit;
}

/** A copied home names the folder of the original: only one made for this very home may be removed. */
function isSocketOf(directory: string, home: Home): boolean {
  if (!basename(directory).startsWith(temporaryPrefix)) return false;
  return readText(join(directory, 'home')) === home.data;
}

function readRecord(home: Home): string | undefined {
  return readText(home.socketRecord);
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
