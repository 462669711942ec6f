/**
 * The folder the database lives in:
 *
 *   <home>/postgres           the data, made whole or not at all (cluster.ts)
 *   <home>/postgres.log       the server's log
 *   <home>/postgres-run/      lock, users/ and socket/: gone when the last user is, but for the lock's folder
 */
import { chmodSync, mkdirSync, realpathSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { asHomeError, EmbeddedPostgresError } from './errors.ts';

export type Home = {
  directory: string;
  data: string;
  log: string;
  run: string;
  lock: string;
  users: string;
  socket: string;
  /** Holds the path of a socket folder outside the home, if one had to be used. */
  socketRecord: string;
};

/** Creates what is missing; afterwards this user owns the run folder and can write there. */
export function prepareHome(home: string): Home {
  const wanted = resolve(home);
  try {
    mkdirSync(wanted, { recursive: true, mode: 0o700 });
    const directory = realpathSync(wanted);
    const run = join(directory, 'postgres-run');
    mkdirSync(run, { recursive: true, mode: 0o700 });
    const owner = statSync(run).uid;
    if (owner !== process.getuid?.()) throw foreignHome(run, owner);
    chmodSync(run, 0o700);
    return homeAt(directory);
  } catch (error) {
    throw asHomeError(wanted, error);
  }
}

/** Where everything of a home lies, be it there or not. */
export function homeAt(directory: string): Home {
  const run = join(directory, 'postgres-run');
  return {
    directory,
    data: join(directory, 'postgres'),
    log: join(directory, 'postgres.log'),
    run,
    lock: join(run, 'lock'),
    users: join(run, 'users'),
    socket: join(run, 'socket'),
    socketRecord: join(run, 'socket-directory'),
  };
}

function foreignHome(run: string, owner: number): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'postgres_home_unwritable',
    `The folder ${run} belongs to the user with id ${owner}. Start as that user, or choose another home.`,
  );
}
