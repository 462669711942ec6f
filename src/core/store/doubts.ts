/** What should have gone on and did not. A minute is allowed for everything: a busy deployment is no broken one. */
import { entry } from '../../contracts/event.ts';
import { engineFormat, type RunStatus } from '../../contracts/run.ts';
import { replay } from '../evolve.ts';
import { statusOf } from '../state.ts';
import type { Sql } from './database.ts';

/** The first few of something, and how many there are. */
export interface Some {
  runs: string[];
  total: number;
}

export interface RunDoubts {
  /** Runs that are not over. */
  open: number;
  /** Due for long, and nobody takes them. */
  neglected: Some & { longestMs: number };
  /** Somebody's lease ended long ago, and nobody took the run over. */
  abandoned: Some;
  /** Written by a newer version. */
  newer: Some;
  /** Not over, and nothing will ever wake them. */
  parked: Some;
}

const shown = 5;

/** Ids of the rows of `from`, which has a column `run`. */
const some = (sql: Sql, from: ReturnType<Sql>) => sql`
  (select json_build_object('total', count(*), 'runs', coalesce(json_agg(run) filter (where n <= ${shown}), '[]'))
    from (select run, row_number() over (order by run) as n from (${from}) as f) as numbered)`;

export async function readRunDoubts(sql: Sql, graceMs: number): Promise<RunDoubts> {
  const longAgo = sql`clock_timestamp() - ${graceMs} * interval '1 millisecond'`;
  const neglected = sql`worker is null and due_at < ${longAgo} and engine <= ${engineFormat}`;
  const [row] = await sql<(Omit<RunDoubts, 'neglected'> & { neglected: Some; longestMs: number | null })[]>`
    select (select count(*)::int from runs where finished_at is null) as open,
      ${some(sql, sql`select id as run from runs where ${neglected}`)} as neglected,
      (select extract(epoch from clock_timestamp() - min(due_at))::float8 * 1000 from runs where ${neglected})
        as "longestMs",
      ${some(
        sql,
        sql`select id as run from runs where worker is not null and due_at < ${longAgo} and engine <= ${engineFormat}`,
      )} as abandoned,
      ${some(sql, sql`select id as run from runs where finished_at is null and engine > ${engineFormat}`)} as newer,
      ${some(
        sql,
        sql`
        select r.id as run from runs r
        where r.finished_at is null and r.due_at is null
          and not exists (select 1 from escalations e where e.run_id = r.id and e.status = 'open')`,
      )} as parked`;
  const { longestMs, ...doubts } = row!;
  return { ...doubts, neglected: { ...doubts.neglected, longestMs: longestMs ?? 0 } };
}

export interface QuestionDoubts {
  open: number;
  /** How long the oldest is open, in milliseconds. */
  oldestMs: number;
  /** Past their end, and still open: nobody works. */
  overdue: Some;
  /** Nobody who may decide them is in the configuration any more. */
  orphaned: Some;
  /** The platform will never show them, or nobody knows whether it did. */
  undelivered: Some;
}

/** `people`: those of the configuration; null when nobody knows them. */
export async function readQuestionDoubts(
  sql: Sql,
  graceMs: number,
  people: readonly string[] | null,
): Promise<QuestionDoubts> {
  const [row] = await sql<QuestionDoubts[]>`
    with open as materialized (
      select id, run_id as run, asked_at, expires_at, question->'policy' as policy
      from escalations where status = 'open'
    ), deciders as (
      select o.id, p.person from open o, lateral jsonb_array_elements_text(o.policy->'people') as p(person)
      union all
      select o.id, p.person
      from open o, lateral jsonb_array_elements(coalesce(o.policy->'tiers', '[]')) as t(tier),
        lateral jsonb_array_elements_text(t.tier->'people') as p(person)
    )
    select (select count(*)::int from open) as open,
      coalesce((select extract(epoch from clock_timestamp() - min(asked_at))::float8 * 1000 from open), 0) as "oldestMs",
      ${some(
        sql,
        sql`select run from open where expires_at < clock_timestamp() - ${graceMs} * interval '1 millisecond'`,
      )} as overdue,
      ${some(
        sql,
        sql`
        select o.run from open o
        where ${people !== null} and not exists (
          select 1 from deciders d where d.id = o.id and d.person = any(${[...(people ?? [])]}::text[]))`,
      )} as orphaned,
      ${some(
        sql,
        sql`
        select o.run from open o
        join deliveries d on d.run_id = o.run and d.purpose = 'question:' || o.id
        where d.state = 'dead' or (d.state = 'unknown' and d.message is null and not exists (
          select 1 from posts p
          where p.run_id = d.run_id and p.purpose = d.purpose and p.conversation = d.conversation))`,
      )} as undelivered`;
  return row!;
}

export interface TrafficDoubts {
  workers: number;
  /** Registered, and gone: somebody who works buries them. */
  dead: number;
  /** Messages that were accepted long ago and not begun. */
  waiting: number;
  /** Messages that failed for good. */
  undeliverable: number;
  /** Channels with something to show and nobody who sends for them. */
  silent: { channel: string; posts: number }[];
}

export async function readTrafficDoubts(sql: Sql, graceMs: number): Promise<TrafficDoubts> {
  const [row] = await sql<TrafficDoubts[]>`
    with alive as materialized (
      select w.key, exists (
        select 1 from pg_locks l
        where l.locktype = 'advisory' and l.objsubid = 1 and (l.classid::bigint << 32) | l.objid::bigint = w.key
          and l.database = (select oid from pg_database where datname = current_database())
      ) as is
      from workers w
    ), wanted as (
      select split_part(conversation, ':', 1) as channel, count(*)::int as posts from posts group by 1
    ), silent as (
      select channel, posts from wanted w
      where not exists (select 1 from senders s where s.channel = w.channel and s.lease_until > clock_timestamp())
    )
    select (select count(*)::int from alive where "is") as workers,
      (select count(*)::int from alive where not "is") as dead,
      (select count(*)::int from inbox
        where status = 'pending' and due_at < clock_timestamp() - ${graceMs} * interval '1 millisecond') as waiting,
      (select count(*)::int from inbox where status = 'dead') as undeliverable,
      coalesce((select json_agg(json_build_object('channel', channel, 'posts', posts) order by channel) from silent),
        '[]') as silent`;
  return row!;
}

export interface ReadJournals {
  looked: number;
  /** They do not parse, or do not fold. */
  unreadable: Some;
  /** Their row says another status than their journal. */
  disagreeing: Some;
}

const atOnce = 16;

/** Reads the journals of runs that are not over, latest first and a few at a time; at most `limit` of them. */
export async function readOpenJournals(sql: Sql, limit: number): Promise<ReadJournals> {
  const found: ReadJournals = {
    looked: 0,
    unreadable: { runs: [], total: 0 },
    disagreeing: { runs: [], total: 0 },
  };
  const note = (some: Some, run: string) => {
    some.total += 1;
    if (some.runs.length < shown) some.runs.push(run);
  };
  for (let before: string | null = null; found.looked < limit; ) {
    const rows: { run: string; status: RunStatus; journal: unknown }[] = await sql`
      select r.id as run, r.status, (
        select json_agg(json_build_object('seq', j.seq, 'at', extract(epoch from j.at)::float8 * 1000,
          'events', j.events) order by j.seq) from journal j where j.run_id = r.id
      ) as journal
      from runs r
      where r.finished_at is null and r.engine <= ${engineFormat} and (${before}::uuid is null or r.id < ${before}::uuid)
      order by r.id desc limit ${Math.min(atOnce, limit - found.looked)}`;
    if (rows.length === 0) break;
    for (const { run, status, journal } of rows) {
      const told = statusIn(run, journal);
      if (told === null) note(found.unreadable, run);
      else if (told !== status) note(found.disagreeing, run);
    }
    found.looked += rows.length;
    before = rows.at(-1)!.run;
  }
  return found;
}

/** The status that a journal comes to; null when it cannot be read. */
function statusIn(run: string, journal: unknown): RunStatus | null {
  const entries = entry.array().safeParse(journal);
  if (!entries.success) return null;
  try {
    return statusOf(replay(run, entries.data));
  } catch {
    return null;
  }
}
