/** How much of the machinery the runs of each route have needed. */
import type { Sql } from './database.ts';

export interface RouteUse {
  route: string;
  /** Completed runs that were looked at. */
  runs: number;
  /** Those that took the short way. */
  short: number;
  /** Those that needed more than one agent in one pass: a second step, a repeat, a person, an undo. */
  needed: number;
}

/** Looks at the journals of the latest `limit` completed runs. */
export const readRouteUse = (sql: Sql, limit: number): Promise<RouteUse[]> =>
  sql<RouteUse[]>`
    with latest as materialized (
      select id, route from runs where status = 'completed' and route is not null order by id desc limit ${limit}
    ), used as (
      select l.id, l.route,
        count(*) filter (where e.event ->> 'type' = 'attempt_started') as calls,
        count(*) filter (where e.event ->> 'type' in ('asked', 'contended', 'expanded')) as others,
        count(*) filter (where e.event ->> 'type' = 'planned' and e.event ? 'short') as short
      from latest l
      join journal j on j.run_id = l.id
      cross join lateral jsonb_array_elements(j.events) as e(event)
      group by l.id, l.route
    )
    select route, count(*)::int as runs, count(*) filter (where short > 0)::int as short,
      count(*) filter (where calls > 1 or others > 0)::int as needed
    from used group by route order by route`;
