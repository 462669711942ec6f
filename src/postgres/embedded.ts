/**
 * The database that needs no installation: a Postgres of our own in `<home>`, shared by all processes of this user
 * that name the same home. The first one in starts it, the last one out stops it; whoever is killed is not counted.
 * Everything that looks at or changes the shared state does so under one lock.
 */
import { type Account, chooseAccount } from './account.ts';
import { type DatabaseAddress, socketAddress } from './address.ts';
import { type Binaries, locateBinaries } from './binaries.ts';
import { createData, type Durability, hasUsableData } from './cluster.ts';
import { asHomeError, EmbeddedPostgresError } from './errors.ts';
import { type Home, prepareHome } from './home.ts';
import { withLock } from './lock.ts';
import { boundLog } from './log.ts';
import { countOthers, register, unregister } from './registrations.ts';
import { findServer, identify, startServer, stopServer, waitUntilReady } from './server.ts';
import { createSocketDirectory, removeSocketDirectory } from './socket.ts';

const lockTimeoutMs = 120_000;
const logCheckIntervalMs = 60_000;

export type EmbeddedOptions = {
  /** Folder of the database; created when missing. */
  home: string;
  /** `none` may lose or corrupt everything when the machine stops: for throw-away test servers only. */
  durability?: Durability;
  /** Hears one line before each step that takes time. */
  onProgress?: (message: string) => void;
};

export type EmbeddedServer = { address: DatabaseAddress; stop(): Promise<void> };

/**
 * Joins the server of `home`, starting it when it does not run. `stop` leaves it again, may be called more than once,
 * and ends the server when no other user is left. Fails with `EmbeddedPostgresError`.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const binaries = locateBinaries();
  const home = prepareHome(options.home);
  try {
    const { address, registration } = await withLock(home.lock, lockTimeoutMs, () => join(home, binaries, options));
    const logCheck = setInterval(() => checkLog(home), logCheckIntervalMs);
    logCheck.unref();
    let stopped: Promise<void> | undefined;
    const stop = (): Promise<void> => {
      clearInterval(logCheck);
      stopped ??= withLock(home.lock, lockTimeoutMs, () => leave(home, registration)).catch((error) => {
        throw asHomeError(home.directory, error);
      });
      return stopped;
    };
    return { address, stop };
  } catch (error) {
    throw asHomeError(home.directory, error);
  }
}

/** A log that cannot be cut now (disk full, home removed) is no reason to end the program. */
function checkLog(home: Home): void {
  try {
    boundLog(home.log);
  } catch {
    // The next check tries again.
  }
}

async function join(
  home: Home,
  binaries: Binaries,
  options: EmbeddedOptions,
): Promise<{ address: DatabaseAddress; registration: string }> {
  const registration = register(home.users);
  try {
    const isAlone = countOthers(home.users, registration) === 0;
    const socketDirectory = (await attach(home, isAlone, options)) ?? (await start(home, binaries, options));
    return { address: socketAddress(socketDirectory), registration };
  } catch (error) {
    unregister(registration);
    throw error;
  }
}

async function leave(home: Home, registration: string): Promise<void> {
  unregister(registration);
  if (countOthers(home.users, registration) > 0) return;
  const server = findServer(home);
  if (server) await stopServer(home, server.pid);
  removeSocketDirectory(home);
}

/** The socket folder of the running server. One that cannot be used is stopped, unless somebody else uses it. */
async function attach(home: Home, isAlone: boolean, options: EmbeddedOptions): Promise<string | undefined> {
  const server = findServer(home);
  if (!server) return undefined;
  if (server.status === 'stopping' || !(await waitUntilReady(home, server.pid))) {
    await stopServer(home, server.pid);
    return undefined;
  }
  // Read again: the lines behind the pid are written while it starts.
  const socketDirectory = findServer(home)?.socketDirectory ?? '';
  const answer = await identify(home, socketDirectory);
  const wanted = options.durability ?? 'full';
  const problem = 'refusal' in answer ? answer.refusal : mismatch(answer.durability, wanted);
  if (problem === undefined) return socketDirectory;
  if (!isAlone) {
    throw new EmbeddedPostgresError(
      'postgres_unavailable',
      `The database server of ${home.directory} (process ${server.pid}) runs but cannot be used: ${problem}. ` +
        'Other processes use it: stop them and start again.',
    );
  }
  await stopServer(home, server.pid);
  return undefined;
}

function mismatch(found: Durability, wanted: Durability): string | undefined {
  return wanted === 'full' && found === 'none' ? 'it runs without fsync, as a throw-away server' : undefined;
}

async function start(home: Home, binaries: Binaries, options: EmbeddedOptions): Promise<string> {
  const durability = options.durability ?? 'full';
  const hasData = hasUsableData(home, binaries.majorVersion);
  const account: Account = chooseAccount(home.data, binaries.postgres);
  if (!hasData) {
    options.onProgress?.(`Making a new database in ${home.data}`);
    await createData(home, binaries, account, durability);
  }
  options.onProgress?.(`Starting the database in ${home.data}`);
  const socketDirectory = createSocketDirectory(home, account);
  const pid = await startServer(home, binaries.postgres, account, socketDirectory, durability);
  const answer = await identify(home, socketDirectory);
  if ('durability' in answer) return socketDirectory;
  await stopServer(home, pid);
  throw new EmbeddedPostgresError(
    'postgres_unavailable',
    `The database of ${home.directory} was started but cannot be used: ${answer.refusal}. Look at ${home.log}.`,
  );
}
