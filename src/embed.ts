/**
 * Baton inside a program of one's own: `createBaton` opens it, the program begins runs, answers questions and follows
 * what happens. Only the shell is here; the engine is loaded when it is first wanted, since configuration files import
 * this module too.
 *
 * Nothing outside the returned object is touched: no signal handler, no exit, no output. A configuration file is the
 * exception: loading one adds a module hook to this process, which lets the file import 'baton' from anywhere.
 */
import type { Baton, BatonOptions } from './baton.ts';
import { BatonError } from './contracts/error.ts';

/**
 * Opens the database, brings its tables to this version (under a lock: any number may start at once), and checks the
 * whole configuration. Rejects with a `BatonError` and leaves nothing open: `config_invalid` or `config_not_found` with
 * every problem, `database_unreachable`, `database_unsupported`, or `usage` on a Node that is too old.
 */
export async function createBaton(options: BatonOptions): Promise<Baton> {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 24) throw new BatonError('usage', `Baton needs Node 24 or newer; this is Node ${process.versions.node}.`);
  const { embedBaton } = await import('./embedded.ts');
  return embedBaton(options);
}
