/** What the tasks of the last days have taken of models, as percentiles: what an estimate begins with. */
import type { Sql } from './database.ts';

/** Tokens of a task, or of one step where the part is `steps`: the tenth, the mean and the ninetieth of a hundred. */
export interface Spread {
  low: number;
  mean: number;
  high: number;
}

export interface PartUse {
  part: 'intake' | 'planning' | 'steps' | 'closing';
  tier: 'light' | 'mid' | 'strong';
  input: Spread;
  output: Spread;
  /** Of the input, the share that was cached. */
  cached: number;
}

export interface TaskUse {
  /** Finished runs that have asked a model. */
  runs: number;
  /** The day by UTC on which the first of them ended, and today. */
  since: string | null;
  today: string;
  calls: number;
  failed: number;
  /** What people were asked, in all of these runs together. */
  questions: number;
  parts: PartUse[];
}

/**
 * Looks at the latest `most` runs that ended within so many days. The means are those of all their calls, so that as many
 * tasks again take what these took. Calls of which nobody knows what became of them say nothing and are left out.
 */
export async function readTaskUse(sql: Sql, { days, most }: { days: number; most: number }): Promise<TaskUse> {
  const [row] = await sql<TaskUse[]>`
    with latest as materialized (
      select r.id, r.finished_at from runs r
      where r.finished_at >= clock_timestamp() - ${days} * interval '1 day'
        and exists (select 1 from ledger l where l.run_id = r.id and l.provider is not null and l.state <> 'booked')
      order by r.id desc limit ${most}
    ),
    planned as (
      select l.id, max(jsonb_array_length(e.event -> 'plan' -> 'steps')) as steps
      from latest l join journal j on j.run_id = l.id cross join lateral jsonb_array_elements(j.events) as e(event)
      where e.event ->> 'type' = 'planned' group by l.id
    ),
    called as materialized (
      select c.run_id, c.tier, c.state, c.error, c.tokens - coalesce(c.output, 0) as input, c.output, c.cached,
        case c.purpose when 'plan' then 'planning' when 'agent' then 'steps' when 'briefing' then 'closing'
          else c.purpose end as part
      from ledger c join latest l on l.id = c.run_id where c.provider is not null and c.state <> 'booked'
    ),
    each as (
      select k.part, k.tier, case when k.part = 'steps' then coalesce(p.steps, 0) else 1 end as units,
        coalesce(sum(c.input), 0)::float8 as input, coalesce(sum(c.output), 0)::float8 as output,
        coalesce(sum(c.cached), 0)::float8 as cached
      from (select distinct part, tier from called where tier is not null) k
      cross join latest l left join planned p on p.id = l.id
      left join called c on c.run_id = l.id and c.part = k.part and c.tier = k.tier and c.state = 'settled'
      group by k.part, k.tier, l.id, p.steps
    ),
    spread as (
      select part, tier, jsonb_build_object('part', part, 'tier', tier,
        'input', jsonb_build_object(
          'low', percentile_cont(0.1) within group (order by input / units), 'mean', sum(input) / sum(units),
          'high', percentile_cont(0.9) within group (order by input / units)),
        'output', jsonb_build_object(
          'low', percentile_cont(0.1) within group (order by output / units), 'mean', sum(output) / sum(units),
          'high', percentile_cont(0.9) within group (order by output / units)),
        'cached', coalesce(sum(cached) / nullif(sum(input), 0), 0)) as use
      from each where units > 0 group by part, tier
    )
    select (select count(*)::int from latest) as runs,
      (select (min(finished_at) at time zone 'utc')::date::text from latest) as since,
      (clock_timestamp() at time zone 'utc')::date::text as today,
      (select count(*)::int from called) as calls, (select count(error)::int from called) as failed,
      (select count(*)::int from escalations e join latest l on l.id = e.run_id where e.status <> 'withdrawn')
        as questions,
      (select coalesce(jsonb_agg(use order by array_position('{intake,planning,steps,closing}', part), tier), '[]')
        from spread) as parts`;
  return row!;
}
