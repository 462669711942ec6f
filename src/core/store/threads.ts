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
  if (message !== null) {
    const [shown] = await sql<Place[]>`
      select run_id as run, purpose from deliveries
      where message = ${message} and conversation in (${conversation}, regexp_replace(${conversation}, '/[^/]*$', ''))`;
    if (shown) return shown;
  }
  if (!isThread) return null;
  const [lives] = await sql<Place[]>`
    select id as run, null as purpose from runs where conversation = ${conversation} order by id desc limit 1`;
  return lives ?? null;
}
