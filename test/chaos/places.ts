/** The places where a refund can be hit, as a dry run finds them, and those that no refund passes. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStage } from './stage.ts';

export type Path = 'approve' | 'reject';

/** Passed again and again as time goes by, so how often depends on the machine. */
export const periodic = ['renew', 'renew_timer', 'bury', 'death_watch', 'claim'];

/** Passed when a process stops. */
export const stopping = ['unregister', 'drain'];

/** Passed every ten seconds. */
export const sweeping = ['tick', 'forgotten'];

/** Passed by every refund, or by the one who begins it and answers. */
export const passed = [
  'definitions',
  'register',
  'inbox',
  'begin',
  'watch',
  'commit',
  'call',
  'hold',
  'decide',
  ...periodic,
];

/** Not passed by a refund that goes well, and why a kill there would tell nothing new. */
export const elsewhere: Record<string, string> = {
  migrate: 'no run exists yet; one lock and one transaction a migration',
  blob: 'written before the commit that refers to it: a kill there is a kill before the commit',
  signal: 'one transaction of the one who cancels or reports late; test/chaos/stall.test.ts passes it',
  close: 'one transaction, wanted again by whoever takes the run',
  rest: 'a lease given back early; its end does the same',
  answered: 'only from channels; a message that is not closed is handled again and finds itself done',
  postpone: 'only from channels; a message that is not postponed is due at once',
  claim_timer: 'a look for due runs, which whoever takes over does when it starts',
  wake: 'a local timer of a run in hand; the lease ends with the process',
  within: 'fires only when Postgres does not answer',
  reconnect: 'fires only when Postgres is away; test/chaos/database.test.ts',
  patience: 'fires only when Postgres is away; test/chaos/database.test.ts',
  commit_retry: 'fires only when Postgres is away; test/chaos/database.test.ts',
  commit_locked: 'fires only when another session has the row; test/core/committer.test.ts',
  follow: 'only of those who look on',
  ...Object.fromEntries(
    ['outbox', 'sender', 'sender_timer', 'sender_drop', 'send', 'send_limit', 'wishes', 'sending', 'delivered'].map(
      (name) => [name, 'the outbox, which a refund without a conversation does not pass; test/core/outbox.test.ts'],
    ),
  ),
};

/** The timers of a refund need it to take a moment. */
export const slow = JSON.stringify({ pay: 900, reserve: 900 });

/** Runs a refund undisturbed and says which places its process passed, in order: `commit.after:3`. */
export async function dryRun(path: Path, delays?: string): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'baton-trace-'));
  try {
    await using stage = await openStage();
    const file = join(folder, 'trace');
    const worker = stage.worker({
      BATON_TEST_CROSSINGS: file,
      CHAOS_SUBMIT: 'refund 1042 500',
      CHAOS_VOTE: path,
      CHAOS_DELAYS: delays,
    });
    const run = await stage.run();
    await stage.finished(run!);
    await stage.settled(run!);
    await worker.kill();
    return readFileSync(file, 'utf8').trim().split('\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `commit.after:3` -> `commit`. */
export const nameOf = (place: string): string => place.split('.')[0]!;
