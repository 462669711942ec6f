/** The figures that those who watch a deployment read, in one statement. */
import type { Sql } from './database.ts';
import type { Taken } from './ledger-totals.ts';

export interface Metrics {
  runs: Record<string, number>;
  inbox: Record<string, number>;
  questions: number;
  posts: number;
  workers: number;
  taken: Taken;
}

/** Counts what is under way, and what models have taken. Runs that are over are not counted: there is no end of them. */
export async function readMetrics(sql: Sql): Promise<Metrics> {
  const [row] = await sql<Metrics[]>`
    select
      (select coalesce(jsonb_object_agg(status, n), '{}') from (
        select status, count(*)::int as n from runs where finished_at is null group by status) as r) as runs,
      (select coalesce(jsonb_object_agg(status, n), '{}') from (
        select status, count(*)::int as n from inbox where status <> 'done' group by status) as i) as inbox,
      (select count(*)::int from escalations where status = 'open') as questions,
      (select count(*)::int from posts) as posts,
      (select count(*)::int from workers) as workers,
      (select jsonb_build_object(
          'calls', jsonb_build_object('answered', coalesce(sum(n - failed), 0), 'failed', coalesce(sum(failed), 0)),
          'tokens', coalesce(sum(tokens), 0),
          'money', coalesce(jsonb_object_agg(currency, micros) filter (where currency is not null and micros is not null), '{}'))
        from (
          select currency, count(*) as n, count(error) as failed, sum(tokens) as tokens, sum(micros) as micros
          from ledger where state <> 'booked' group by currency) as l) as taken`;
  return row!;
}
