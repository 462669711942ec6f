/** Values that people are giving field by field, so that a restart in between loses nothing that was typed. */
import { v7 as uuid } from 'uuid';
import type { Verb } from '../../contracts/escalation.ts';
import { crossing } from '../crossing.ts';
import { encodeJson } from '../scrub.ts';
import type { Sql } from './database.ts';

export interface Dialog {
  id: string;
  person: string;
  code: string;
  verb: Verb;
  typed: string[];
  /** The field that is asked for, from 0. */
  field: number;
}

/** Where its prompt stands. */
export interface Placed {
  message: string;
}

/** Begins a dialog; an earlier one of the same person about the same question is over. */
export async function beginDialog(sql: Sql, conversation: string, of: Omit<Dialog, 'id'>): Promise<string> {
  const id = uuid();
  await crossing(
    'dialog',
    () => sql`
    with over as (
      delete from dialogs where (code = ${of.code} and person = ${of.person})
        or at < clock_timestamp() - interval '7 days'
    )
    insert into dialogs (id, conversation, person, code, verb, typed, field)
    values (${id}, ${conversation}, ${of.person}, ${of.code}, ${of.verb}, ${encodeJson(of.typed)}::text::jsonb, ${of.field})`,
  );
  return id;
}

/** The prompt of a dialog stands there now. */
export async function placeDialog(sql: Sql, id: string, conversation: string, message: string): Promise<void> {
  await crossing(
    'dialog_placed',
    () => sql`update dialogs set conversation = ${conversation}, message = ${message} where id = ${id}`,
  );
}

export async function findDialog(sql: Sql, conversation: string, message: string): Promise<Dialog | null> {
  const [row] = await sql<Dialog[]>`
    select id, person, code, verb, typed, field from dialogs
    where conversation = ${conversation} and message = ${message}`;
  return row ?? null;
}

/** What this person is giving in a conversation where nothing says which message a text replies to: the latest. */
export async function dialogIn(sql: Sql, conversation: string, person: string): Promise<(Dialog & Placed) | null> {
  const [row] = await sql<(Dialog & Placed)[]>`
    select id, person, code, verb, typed, field, message from dialogs
    where conversation = ${conversation} and person = ${person} and message is not null order by at desc limit 1`;
  return row ?? null;
}

/** Goes on to another field; the prompt that was answered is answered no more. False: it was answered already. */
export async function moveDialog(sql: Sql, { id, typed, field }: Dialog, from: string): Promise<boolean> {
  const rows = await crossing(
    'dialog_moved',
    () => sql`
    update dialogs set typed = ${encodeJson(typed)}::text::jsonb, field = ${field}, message = null
    where id = ${id} and message = ${from} returning 1`,
  );
  return rows.length > 0;
}

export async function endDialog(sql: Sql, id: string): Promise<void> {
  await crossing('dialog_over', () => sql`delete from dialogs where id = ${id}`);
}
