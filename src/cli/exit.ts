/** Exit codes, and errors as the person at the terminal reads them: what is wrong, where, and what to do about it. */
import { BatonError } from '../contracts/error.ts';
import { isConnectionLoss, reasonOf } from '../core/store/database.ts';
import { serializeError } from '../log.ts';
import type { Terminal } from './terminal.ts';

export const exit = {
  completed: 0,
  /** Failed, rejected, cancelled or expired. */
  notCompleted: 1,
  usage: 2,
  /** A question is open. */
  open: 3,
  database: 4,
  interrupted: 130,
} as const;

/** Tells an error and says which exit code it means. */
export function tellError(error: unknown, { err, paint }: Terminal): number {
  if (error instanceof BatonError) {
    err(
      paint(
        'red',
        error.code === 'usage'
          ? error.problems.length === 0
            ? error.message
            : 'This is not how it is called:'
          : error.message,
      ),
    );
    for (const { path, hint, code } of error.problems) err(`  ${path}: ${hint}${code === 'usage' ? '' : ` (${code})`}`);
    if (error.code.startsWith('database_')) return exit.database;
    return ['usage', 'config_invalid', 'config_not_found'].includes(error.code) ? exit.usage : exit.notCompleted;
  }
  if (isConnectionLoss(error)) {
    err(paint('red', `Postgres went away (${reasonOf(error)}). What was begun goes on when it is back.`));
    return exit.database;
  }
  const { name, stack = [] } = serializeError(error) as { name: string; stack?: string[] };
  err(paint('red', `This is a defect in Baton or in the configuration: ${name} (${reasonOf(error)}).`));
  for (const frame of stack) err(`  ${frame}`);
  return exit.notCompleted;
}
