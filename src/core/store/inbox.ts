/**
 * What came in. A row is committed before its sender is told "got it"; the same source and key are the same message,
 * however often and wherever it arrives. A message that cannot be handled is tried again, and kept as dead after that.
 */
import { v7 as uuid } from 'uuid';
import { BatonError } from '../../contracts/error.ts';
import type { Event } from '../../contracts/event.ts';
import type { Json } from '../../contracts/json.ts';
import { engineFormat } from '../../contracts/run.ts';
import { type Task, titleOf } from '../../contracts/task.ts';
import { crossing } from '../crossing.ts';
import { encodeJson } from '../scrub.ts';
import type { Sql } from './database.ts';

export interface InboxRow {
  source: string;
  key: string;
  body: Json;
}

export interface InboxState {
  status: 'pending' | 'done' | 'dead';
  outcome: string | null;
  run: string | null;
}

const maxAttempts = 5;

/** Keeps a message; tells what has become of it when it is not new. */
export async function keepMessage(sql: Sql, { source, key, body }: InboxRow): Promise<InboxState> {
  const [row] = await crossing(
    'inbox',
    () => sql<InboxState[]>`
    with kept as (
      insert into inbox (source, key, body) values (${source}, ${key}, ${encodeJson(body)}::text::jsonb)
      on conflict do nothing returning status, outcome, run_id
    )
    select status, outcome, run_id as run from kept
    union all
    select status, outcome, run_id as run from inbox where source = ${source} and key = ${key}
    limit 1`,
  );
  // On a conflict with a row that is newer than the statement's snapshot neither branch sees it: it is pending.
  return row ?? { status: 'pending', outcome: null, run: null };
}

/**
 * Makes the run of a message, once: whoever comes second gets the run that is there. Throws `usage` when the message
 * has ended without one, for a key is one message and never another.
 */
export async function beginRun(sql: Sql, source: string, key: string, task: Task, watched: boolean): Promise<string> {
  const run = uuid();
  const events: Event[] = [{ type: 'received', v: 1, task }];
  const rows = await crossing(
    'begin',
    () => sql<{ run: string }[]>`
    with mine as (
      update inbox set status = 'done', outcome = 'run', run_id = ${run}
      where source = ${source} and key = ${key} and status = 'pending'
      returning run_id
    ), made as (
      insert into runs (id, status, title, requester, conversation, watched, engine, wake_at)
      select run_id, 'received', ${titleOf(task.text)}, ${task.requester.person}, ${task.conversation}, ${watched},
        ${engineFormat}, clock_timestamp()
      from mine
    ), opened as (
      insert into journal (run_id, seq, at, commit_id, events)
      select run_id, 1, clock_timestamp(), ${uuid()}, ${encodeJson(events)}::text::jsonb from mine
    )
    select run_id as run, pg_notify('baton', 'run')::text from mine`,
  );
  if (rows[0]) return rows[0].run;
  const [there] = await sql<{ run: string | null }[]>`
    select run_id as run from inbox where source = ${source} and key = ${key}`;
  if (!there?.run) throw new BatonError('usage', 'The message of that key ended without a run; use another key.');
  return there.run;
}

/** A message that made no run is done. */
export async function closeMessage(sql: Sql, source: string, key: string, outcome: string, run: string | null) {
  await crossing(
    'answered',
    () => sql`
    update inbox set status = 'done', outcome = ${outcome}, run_id = ${run}
    where source = ${source} and key = ${key} and status = 'pending'`,
  );
}

/** A message could not be handled: it comes again later, at most five times. True: that was the last time. */
export async function postponeMessage(sql: Sql, source: string, key: string, reason: string): Promise<boolean> {
  const [row] = await crossing(
    'postpone',
    () => sql<{ status: string }[]>`
    update inbox set attempts = attempts + 1, outcome = ${reason},
      status = case when attempts + 1 >= ${maxAttempts} then 'dead' else 'pending' end,
      due_at = clock_timestamp() + (2 ^ attempts) * interval '1 second'
    where source = ${source} and key = ${key} and status = 'pending'
    returning status`,
  );
  return row?.status === 'dead';
}

/** Messages that were kept and not handled, e.g. because the process died in between. */
export const leftMessages = (sql: Sql, olderThanMs: number): Promise<InboxRow[]> =>
  sql<InboxRow[]>`
    select source, key, body from inbox
    where status = 'pending' and due_at < clock_timestamp() - ${olderThanMs} * interval '1 millisecond'
    order by due_at limit 100`;

/** The run that a message began; null when it began none. */
export async function runOfMessage(sql: Sql, source: string, key: string): Promise<string | null> {
  const [row] = await sql<{ run: string | null }[]>`
    select run_id as run from inbox where source = ${source} and key = ${key} and outcome = 'run'`;
  return row?.run ?? null;
}

/** The message stands for another run now: for the one of its changed text. */
export async function pointMessage(sql: Sql, source: string, key: string, run: string): Promise<void> {
  await crossing('revised', () => sql`update inbox set run_id = ${run} where source = ${source} and key = ${key}`);
}
