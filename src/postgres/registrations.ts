/**
 * Who uses the shared server: one file per user, holding the identity of its process. Read and written only under
 * the lock of the home. A user killed without a goodbye leaves a file that the next reader sees is dead, and removes.
 */
import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, ownIdentity, parseIdentity } from './processes.ts';

/** Registers this process once more and returns the file which says so; the same process may be there many times. */
export function register(directory: string): string {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const file = join(directory, `${process.pid}-${randomUUID()}.json`);
  writeFileSync(file, JSON.stringify({ ...ownIdentity(), directory }), { flag: 'wx', mode: 0o600 });
  return file;
}

export function unregister(file: string): void {
  rmSync(file, { force: true });
}

/** Number of living users except the one registered as `file`; forgets the dead ones. */
export function countOthers(directory: string, file: string): number {
  let others = 0;
  for (const entry of readdirSync(directory)) {
    const path = join(directory, entry);
    if (path === file) continue;
    const text = readFileSync(path, 'utf8');
    const identity = parseIdentity(text);
    // A copied home brings the registrations of the original with it: those users are not here.
    const isHere = text.includes(`"directory":${JSON.stringify(directory)}`);
    if (identity && isHere && isAlive(identity)) others += 1;
    else rmSync(path, { force: true });
  }
  return others;
}
