/**
 * One holder at a time over processes, through a file. A holder killed while holding is succeeded, not waited for.
 *
 * Removing a dead holder's file and making one's own are two steps, and between them two takers can meet. So a dead
 * lock is never removed: whoever creates `<path>.<nonce of the dead>` first succeeds it, checks that the dead one is
 * still in place (else an earlier successor has finished: step back), and renames its own claim over it. Only the
 * successor may do that, so the check cannot go stale.
 */
import { randomUUID } from 'node:crypto';
import { linkSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EmbeddedPostgresError, errnoOf } from './errors.ts';
import { isAlive, ownIdentity, type ProcessIdentity, parseIdentity } from './processes.ts';

type Claim = { nonce: string; owner: ProcessIdentity | undefined };
type Attempt = { held: true } | { held: false; owner?: ProcessIdentity };

/** Runs `work` while no other holder of `path` does; waits up to `timeoutMs` for one that is alive. */
export async function withLock<T>(path: string, timeoutMs: number, work: () => Promise<T>): Promise<T> {
  const nonce = randomUUID();
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const attempt = tryAcquire(path, nonce);
    if (attempt.held) break;
    if (Date.now() > deadline) throw lockedBy(path, attempt.owner, timeoutMs);
    await sleep(10);
  }
  try {
    return await work();
  } finally {
    if (readClaim(path)?.nonce === nonce) rmSync(path, { force: true });
  }
}

function tryAcquire(path: string, nonce: string): Attempt {
  const dead: { name: string; nonce: string }[] = [];
  let name = path;
  while (!createClaim(path, name, nonce)) {
    const claim = readClaim(name);
    if (claim === undefined) return { held: false };
    if (claim.owner && isAlive(claim.owner)) return { held: false, owner: claim.owner };
    dead.push({ name, nonce: claim.nonce });
    name = `${path}.${claim.nonce}`;
  }
  if (dead.length > 0) {
    const inPlace = dead.every((one) => readClaim(one.name)?.nonce === one.nonce);
    if (!inPlace) {
      rmSync(name, { force: true });
      return { held: false };
    }
    renameSync(name, path);
  }
  sweep(path);
  return { held: true };
}

/** Creates `name` with its content in one step; false when it exists. */
function createClaim(path: string, name: string, nonce: string): boolean {
  if (readClaim(name) !== undefined) return false;
  const draft = `${path}.draft-${randomUUID()}`;
  try {
    writeFileSync(draft, JSON.stringify({ ...ownIdentity(), nonce }), { flag: 'wx', mode: 0o600 });
    linkSync(draft, name);
    return true;
  } catch (error) {
    // ENOENT: a holder swept our draft away; the next attempt sees that holder.
    if (errnoOf(error) === 'EEXIST' || errnoOf(error) === 'ENOENT') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function readClaim(name: string): Claim | undefined {
  try {
    const text = readFileSync(name, 'utf8');
    const nonce = /"nonce":"([\w-]+)"/.exec(text)?.[1];
    // Unreadable after a power cut: nobody's. The inode keeps the names of successors apart.
    return { nonce: nonce ?? `unreadable-${statSync(name).ino}`, owner: nonce ? parseIdentity(text) : undefined };
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** While we hold the lock nobody can rightly succeed anybody: all other claims and drafts are left-overs. */
function sweep(path: string): void {
  const prefix = `${basename(path)}.`;
  for (const entry of readdirSync(dirname(path))) {
    if (entry.startsWith(prefix)) rmSync(join(dirname(path), entry), { force: true });
  }
}

function lockedBy(path: string, owner: ProcessIdentity | undefined, timeoutMs: number): EmbeddedPostgresError {
  const who = owner ? `process ${owner.pid}` : 'another process';
  return new EmbeddedPostgresError(
    'postgres_locked',
    `${who} has been starting or stopping the database for ${timeoutMs / 1000} s (lock ${path}). ` +
      'Wait for it, or stop that process and start again.',
  );
}
