/** What a failed statement means: whether it may have happened, and whether it is worth trying again. */
import { timer } from '../crossing.ts';

/** The code of a driver or server error, never its text, which may hold values. */
export function reasonOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : 'no code';
}

/** The connection broke or fell silent, or the server went away: the statement may or may not have happened. */
export function isConnectionLoss(error: unknown): boolean {
  const code = reasonOf(error);
  return (
    /^(CONNECTION_|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_|ENOENT|CONNECT_TIMEOUT)/.test(code) ||
    /^(08|57P0|25P03)/.test(code)
  );
}

export const connectionLoss = (cause?: unknown): Error =>
  Object.assign(new Error('the connection is gone', { cause }), { code: 'CONNECTION_CLOSED' });

/**
 * Values, constraints and limits of the very statement are at fault (22, 23, 54, and P0, which only somebody's trigger
 * raises), or its text (42). Whatever else the server says is about the server (a full disk, a standby, a lock, a
 * crash) and may be over in a moment.
 */
export function isPassing(error: unknown): boolean {
  const code = reasonOf(error);
  return isConnectionLoss(error) || (/^[0-9A-Z]{5}$/.test(code) && !/^(22|23|42|54|P0)/.test(code));
}

const patienceMs = 60_000;

/** Repeats what is harmless to repeat while Postgres is away or unable for a moment. */
export async function patiently<T>(act: () => Promise<T>): Promise<T> {
  const since = performance.now();
  for (let waitMs = 50; ; waitMs = Math.min(waitMs * 2, 2000)) {
    try {
      return await act();
    } catch (error) {
      if (!isPassing(error) || performance.now() - since > patienceMs) throw error;
      await new Promise<void>((resolve) => timer('patience', waitMs, resolve));
    }
  }
}
