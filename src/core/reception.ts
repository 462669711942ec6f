/**
 * What comes in from channels: kept first, handled then. Nobody is told "got it" before the row is committed, and what
 * was kept and not handled is handled by the sweep.
 */
import type { Channel, Inbound, Receipt } from '../contracts/channel.ts';
import { inbound } from '../contracts/channel.ts';
import { BatonError } from '../contracts/error.ts';
import type { Json, JsonObject } from '../contracts/json.ts';
import { maxTaskCharacters, type Task, task } from '../contracts/task.ts';
import { maxAnyBytes, outOfBounds } from './bounds.ts';
import { consoleWordsIn, type Language, languageOf } from './cards/words.ts';
import { line, voteLine } from './console/replies.ts';
import type { Desk } from './desk.ts';
import { tellLate } from './late.ts';
import type { Log } from './ports.ts';
import { scrub } from './scrub.ts';
import { type Database, reasonOf } from './store/database.ts';
import {
  beginRun,
  closeMessage,
  type InboxRow,
  type InboxState,
  keepMessage,
  leftMessages,
  postponeMessage,
} from './store/inbox.ts';

export interface Reception {
  /**
   * Takes an update of a channel. Rejects only when it could not be kept: then the channel must not confirm it.
   * `onKept` is called once it is kept, before it is handled.
   */
  receive(channel: string, update: Inbound, onKept?: () => void): Promise<Receipt>;
  /** An update as it is kept: scrubbed, and no longer than it may be. */
  bounded(update: Inbound): { key: string; body: Json };
  /** Handles what was left behind. Says how much that was. */
  sweep(): Promise<number>;
}

/** A message younger than this is still in the hands of the process that took it. */
const leftAfterMs = 5_000;

/** What a chat asks beside votes and cancels. Throws as the desk does. */
export type Answering = (source: string, update: Exclude<Inbound, Direct>) => Promise<Omit<Receipt, 'key'>>;
type Direct = Extract<Inbound, { kind: 'vote' | 'cancel' }>;

export function createReception(
  db: Database,
  desk: Desk,
  log: Log,
  channels: readonly Channel[],
  answering: Answering,
): Reception {
  const handle = async (source: string, update: Inbound): Promise<Receipt> => {
    const { key, account, conversation: at } = update;
    const person = update.person ?? desk.guest(source, account, at);
    const words = consoleWordsIn(languageFor(update));
    if (person === null)
      return {
        key,
        outcome: 'not_allowed',
        run: null,
        reply: line(words.stranger(account ? `${source}:${account}` : null)),
      };
    const actor = { person, via: source };
    if (update.kind === 'vote') {
      const answer = await desk.vote(update.code, { actor, verb: update.verb, value: update.value });
      const reply = voteLine(answer, languageFor(update), words, desk.nameOf);
      return { key, outcome: answer.result, run: answer.result === 'decided' ? answer.run : null, reply };
    }
    if (update.kind === 'cancel') {
      const { result } = await desk.cancel(update.run, actor);
      const run = result === 'unknown_run' ? null : update.run;
      return { key, outcome: result, run, reply: line(words.cancel[result]) };
    }
    return { key, ...(await answering(source, { ...update, person })) };
  };

  /** What cannot be right a second time is answered and done; anything else comes again, until it is dead. */
  const settle = async (source: string, key: string, act: () => Promise<Receipt>): Promise<Receipt> => {
    try {
      const receipt = await act();
      await closeMessage(db.sql, source, key, receipt.outcome, receipt.run);
      return receipt;
    } catch (error) {
      const refused = error instanceof BatonError;
      const reason = refused ? error.code : reasonOf(error);
      log.warn({ source, reason }, 'message not handled');
      if (refused) await closeMessage(db.sql, source, key, reason, null);
      const dead = !refused && (await postponeMessage(db.sql, source, key, reason));
      return { key, outcome: refused ? reason : dead ? 'dead' : 'later', run: null };
    }
  };

  /** Handles a message that was left, whatever it is. */
  const resume = async ({ source, key, body }: InboxRow): Promise<Receipt> => {
    const update = inbound.safeParse(bounded(body));
    if (update.success) return settle(source, key, () => handle(source, update.data));
    const direct = directTask(body);
    if (!direct) {
      const dead = await postponeMessage(db.sql, source, key, 'unreadable');
      return { key, outcome: dead ? 'dead' : 'later', run: null };
    }
    const begin = async (): Promise<Receipt> => ({
      key,
      outcome: 'run',
      run: await beginRun(db.sql, source, key, ...direct),
    });
    return settle(source, key, begin);
  };

  const refused = (source: string, { kind, key }: Inbound, outcome: string): Receipt => {
    log.warn({ source, kind }, 'update refused: out of bounds');
    return { key, outcome, run: null };
  };

  return {
    receive: async (channel, given, onKept = () => {}) => {
      // What is out of bounds is so each time it comes: it is answered, and not kept.
      if (given.kind === 'vote' && outOfBounds(given.value, maxAnyBytes))
        return refused(channel, given, 'invalid_value');
      const read = inbound.safeParse(scrub(bounded(given as Json)));
      if (!read.success) return refused(channel, given, 'usage');
      const update = read.data;
      const kept = await keepMessage(db.sql, { source: channel, key: update.key, body: update as Json });
      onKept();
      if (kept.status !== 'pending') return { key: update.key, outcome: outcomeOf(kept), run: kept.run };
      return settle(channel, update.key, () => handle(channel, update));
    },
    bounded: (update) => ({ key: update.key, body: scrub(bounded(update as Json)) }),
    sweep: async () => {
      const left = await leftMessages(db.sql, leftAfterMs);
      // A channel that does not answer holds up no sweep.
      for (const message of left) void tellLate(channels, log, message.body, await resume(message));
      return left.length;
    },
  };
}

/** How the sender reads, as the platform says, or as they write. */
export const languageFor = (update: Inbound): Language =>
  update.language ?? ('text' in update ? languageOf(update.text) : 'en');

/** A text that is too long for a task stays too long, and is no longer than that. */
function bounded(body: Json): Json {
  const { kind, text } = (body ?? {}) as { kind?: unknown; text?: unknown };
  if (!['task', 'said', 'revised'].includes(String(kind)) || typeof text !== 'string') return body;
  const trimmed = text.trim();
  if (trimmed.length <= maxTaskCharacters) return { ...(body as JsonObject), text: trimmed };
  return { ...(body as JsonObject), text: `${trimmed.slice(0, maxTaskCharacters)}…` };
}

/** A dead message's outcome is why it could not be handled the last time, which is nothing to tell. */
const outcomeOf = ({ status, outcome }: InboxState): string => (status === 'dead' ? status : (outcome ?? status));

/** A task that a client submitted without a channel, and died before its run began. */
function directTask(body: Json): [Task, boolean] | null {
  const { task: given, watch } = (body ?? {}) as { task?: unknown; watch?: unknown };
  const parsed = task.safeParse(given);
  return parsed.success ? [parsed.data, watch === true] : null;
}
