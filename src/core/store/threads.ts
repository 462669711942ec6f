/** Which run a place in a conversation belongs to. */
import type { Sql } from './database.ts';

export interface Place {
  run: string;
  /** What the message shows, e.g. `question:<id>`; null for the conversation itself. */
  purpose: string | null;
}

/**
 * The run of a message of Baton's, or else of the thread that a run lives in. The message may stand in a conversation of
 * which this one is a thread. Where many runs live side by side, a message that belongs to none says of no run that it
 * is meant: the latest one would be a guess.
 */
export async function runAt(
  sql: Sql,
  { conversation, message, isThread }: { conversation: string; message: string | null; isThread: boolean },
): Promise<Place | null> {
  const shown = message === null ? null : await runOf(sql, conversation, message);
  if (shown || !isThread) return shown;
  const [lives] = await sql<Place[]>`
    select id as run, null as purpose from runs where conversation = ${conversation} order by id desc limit 1`;
  return lives ?? null;
}

/**
 * The run of a message. A reply may be quicker than the platform's word on what it replies to, and until then nobody
 * knows that message's number: it may be the one that is just being sent here, if that is of one run.
 */
async function runOf(sql: Sql, conversation: string, message: string): Promise<Place | null> {
  // One statement, so that no message comes to be known between two looks.
  const found = await sql<(Place & { isKnown: boolean })[]>`
    select run_id as run, purpose, message is not null as "isKnown" from deliveries
    where conversation in (${conversation}, regexp_replace(${conversation}, '/[^/]*$', ''))
      and (message = ${message} or (message is null and state = 'sending'))`;
  const known = found.find(({ isKnown }) => isKnown);
  if (known) return { run: known.run, purpose: known.purpose };
  const [run, ...more] = new Set(found.map((one) => one.run));
  return run !== undefined && more.length === 0 ? { run, purpose: null } : null;
}
