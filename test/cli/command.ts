/** The command line as a user calls it: a process of its own, with nothing of ours in its environment. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import postgres from 'postgres';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Ended {
  code: number | null;
  out: string;
  err: string;
}

export interface Options {
  env?: Record<string, string>;
  /** What comes in through a pipe. */
  input?: string;
  /** Called with all that was said so far, whenever something comes; may send a signal. */
  watch?: (said: string, kill: (signal: NodeJS.Signals) => void) => void;
}

/** Calls `npm start -- <line>` without npm. */
export function baton(
  databaseUrl: string | null,
  line: string[],
  { env = {}, input, watch }: Options = {},
): Promise<Ended> {
  const child = spawn(process.execPath, ['src/cli.ts', ...line], {
    cwd: root,
    env: { PATH: process.env.PATH ?? '', ...(databaseUrl === null ? {} : { DATABASE_URL: databaseUrl }), ...env },
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  child.stdin?.end(input);
  const ended: Ended = { code: null, out: '', err: '' };
  const tell = () => watch?.(ended.out + ended.err, (signal) => child.kill(signal));
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    ended.out += text;
    tell();
  });
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    ended.err += text;
    tell();
  });
  return new Promise((resolve) => child.once('close', (code) => resolve({ ...ended, code })));
}

/** What the shop's books say about an order. */
export async function books(databaseUrl: string, order: string) {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  try {
    const payments = await sql<{ amount: string }[]>`select amount from shop.payments where order_id = ${order}`;
    const reservations = await sql<{ status: string }[]>`
      select status from shop.reservations where order_id = ${order} order by key`;
    const notes = await sql`select 1 from shop.notes where order_id = ${order}`;
    return {
      paid: payments.map(({ amount }) => Number(amount)),
      reservations: reservations.map(({ status }) => status).sort(),
      notes: notes.length,
    };
  } finally {
    await sql.end();
  }
}

/** The code of the question that a command left open. */
export const codeIn = (out: string): string => /decide ([0-9a-z]{4}-[0-9a-z]{4}) /.exec(out)?.[1] ?? '(no code)';
