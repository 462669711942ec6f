/**
 * Where briefs are posted: a table that stands for your wiki or your mailing list. It lives in the schema `briefs` of the
 * Postgres that Baton uses, so that the example runs without any account.
 */
import { connect } from '../sample-database.ts';

export interface Brief {
  topic: string;
  title: string;
  body: string[];
  sources: string[];
}

export interface Posted {
  number: string;
  /** The day, as `2026-01-31`. */
  postedOn: string;
}

export interface BriefStore {
  /** Makes the table where it is missing. Any number of processes may do so at once. */
  prepare(): Promise<void>;
  /** Posts a brief once per key, however often it is called. A repeat says what the first call said. */
  post(key: string, brief: Brief, postedOn: string): Promise<Posted>;
  /** A posted brief, or null. */
  read(number: string): Promise<(Brief & Posted) | null>;
  close(): Promise<void>;
}

const setUp = `
  select pg_advisory_xact_lock(4707202652);
  create schema if not exists briefs;
  create table if not exists briefs.briefs (
    number int generated always as identity primary key, key text not null unique,
    topic text not null, title text not null, body jsonb not null, sources jsonb not null, posted_on date not null
  );`;

const shown = (number: number): string => `B-${number}`;
const rowOf = (number: string): number => Number(/^B-(\d{1,9})$/.exec(number)?.[1] ?? 0);

/** The briefs at a postgres:// address. Connects when it is first asked something. */
export function openBriefs(databaseUrl: string): BriefStore {
  const sql = connect(databaseUrl);

  return {
    // Several statements in one message are one transaction, and its lock makes them one process after the other.
    prepare: async () => void (await sql.unsafe(setUp)),

    post: async (key, { topic, title, body, sources }, postedOn) => {
      await sql`
        insert into briefs.briefs (key, topic, title, body, sources, posted_on)
        select ${key}, ${topic}, ${title}, ${sql.json(body)}, ${sql.json(sources)}, ${postedOn}::date
        -- A repeat takes no number.
        where not exists (select 1 from briefs.briefs where key = ${key})
        on conflict (key) do nothing`;
      const [row] = await sql<{ number: number; postedOn: string }[]>`
        select number, posted_on::text as "postedOn" from briefs.briefs where key = ${key}`;
      return { number: shown(row!.number), postedOn: row!.postedOn };
    },

    read: async (number) => {
      const [row] = await sql<(Brief & { postedOn: string })[]>`
        select topic, title, body, sources, posted_on::text as "postedOn"
        from briefs.briefs where number = ${rowOf(number)}`;
      return row ? { ...row, number } : null;
    },

    close: () => sql.end({ timeout: 5 }),
  };
}
