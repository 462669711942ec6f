/** The places where a refund can be hit, as a dry run finds them, and those that no refund passes. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ask, type Doing, somebody, still } from './hall.ts';
import { openStage, type Stage, type WorkerProcess } from './stage.ts';

export type Path = 'approve' | 'reject';

/** Passed again and again as time goes by, so how often depends on the machine. */
export const periodic = ['renew', 'renew_timer', 'bury', 'death_watch', 'claim'];

/** Passed when a process stops. */
export const stopping = ['unregister', 'drain'];

/** Passed every ten seconds. */
export const sweeping = ['tick', 'forgotten', 'unbook'];

/** Passed by every refund, or by the one who begins it and answers. */
export const passed = [
  'definitions',
  'register',
  'inbox',
  'begin',
  'understand',
  'plan',
  'watch',
  'commit',
  'call',
  'hold',
  'decide',
  ...periodic,
];

/** Passed by a refund that comes from a channel and is shown there: test/chaos/room.test.ts kills and freezes at these. */
export const conversing = ['answered', 'wishes', 'sender', 'parked', 'sending', 'send', 'delivered'];

/** Passed when somebody cancels. */
export const cancelling = ['signal', 'close'];

/** Passed on a bad day only, which test/chaos/rare.test.ts brings about. */
export const rare = [
  'blob',
  'wake',
  'claim_timer',
  'outbox',
  'sender_timer',
  'send_limit',
  'sender_drop',
  'postpone',
  'rest',
  'commit_locked',
  'commit_retry',
  'patience',
  'reconnect',
  'within',
  'migrate',
];

/** Passed when something costs money: test/chaos/money.test.ts kills there. */
export const paying = ['book', 'settle', 'settle_price', 'word'];

/** Passed by those who look on while nothing happens. */
export const looking = ['follow'];

/** Not killed at, and why a kill there would tell nothing new: a place that is passed nowhere else belongs here. */
export const elsewhere: Record<string, string> = {
  asked_elsewhere: 'the next sweep looks again',
  call_limit: 'ends a call on this side alone; what that leaves in doubt is settled as after any other unknown end',
  overtaken:
    'passed by who stood still in the middle of an edit; dying there too leaves an old card until the next one',
  notice: 'told at most once, after the message is done; test/core/late.test.ts',
  copied: 'whoever is shown no copy of a question opens it again',
  cursor: 'the right to read a platform ends by itself, as the lease of a sender does',
  cursor_drop: 'not said, it ends by itself a moment later',
  batch:
    'one statement keeps updates and moves past them: before it the platform sends them again, after it they are kept',
  dialog: 'whoever sees no prompt presses the button again',
  dialog_placed: 'a prompt that nobody knows is answered by a hint, and the button brings another one',
  dialog_moved: 'as with its first prompt',
  dialog_over: 'what was typed is forgotten after a week by itself; the answer it made is the question’s own',
  moved: 'not written down, the platform says so once more, or answers so to the next message',
  park: 'not written down, the platform says so once more',
  revised: 'the next change of the message is told that it is too late, or cancels a run that is over',
  rerouted: 'the address is tried again, and is gone again',
  stream: 'a lock of a session: whoever dies has none; test/core/streams.test.ts ends the session of a holder',
  stream_left: 'as with taking it',
  stream_session: 'nothing is locked before it is open',
  stream_look: 'passed by those who wait, and who have nothing',
  statement_limit:
    'a statement given up is a broken connection, at which the others are killed; test/core/database.test.ts',
};

/** The timers of a refund need it to take a moment. */
export const slow = JSON.stringify({ pay: 900, reserve: 900 });

/** Runs a refund undisturbed and says which places its process passed, in order: `commit.after:3`. */
export const dryRun = (path: Path, delays?: string): Promise<string[]> =>
  traced(async (stage, file) => {
    const worker = stage.worker({
      BATON_TEST_CROSSINGS: file,
      CHAOS_SUBMIT: 'refund 1042 500',
      CHAOS_VOTE: path,
      CHAOS_DELAYS: delays,
    });
    const run = await stage.run();
    await stage.finished(run!);
    await stage.settled(run!);
    return worker;
  });

/** The same with a list that is printed, by a provider and an agent that cost money. */
export const dryPaid = (): Promise<string[]> =>
  traced(async (stage, file) => {
    const worker = stage.worker({ BATON_TEST_CROSSINGS: file, CHAOS_SUBMIT: 'print 7', CHAOS_PAID: '1' });
    const run = await stage.run();
    await stage.vote(run!, 'approve');
    await stage.finished(run!);
    await stage.settled(run!);
    return worker;
  });

/** The same with a refund that is asked for, answered and shown in a room. */
export const dryTalk = (doing: Doing): Promise<string[]> =>
  traced(async (stage, file) => {
    await ask(stage, 'refund 1042 500');
    const worker = stage.worker({ BATON_TEST_CROSSINGS: file, CHAOS_ROOM: '{}' });
    await using _ = somebody(stage, doing);
    const run = await stage.run();
    await stage.finished(run!);
    await stage.settled(run!);
    await still(stage);
    return worker;
  });

async function traced(act: (stage: Stage, file: string) => Promise<WorkerProcess>): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'baton-trace-'));
  try {
    await using stage = await openStage();
    const file = join(folder, 'trace');
    const worker = await act(stage, file);
    await worker.kill();
    return readFileSync(file, 'utf8').trim().split('\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `commit.after:3` -> `commit`. */
export const nameOf = (place: string): string => place.split('.')[0]!;

/** `commit.after:3` -> 3. */
export const nthOf = (place: string): number => Number(place.split(':')[1]);
