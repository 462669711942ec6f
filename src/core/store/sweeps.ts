/** Statements of the sweep. */
import { crossing } from '../crossing.ts';
import type { Sql } from './database.ts';

/**
 * True for the one process that takes a job which is due every so often. Strokes of the processes' own clocks come
 * sooner or later than they should; whether one is due is for the database's clock to say.
 */
export async function takeTick(sql: Sql, job: string, everyMs: number): Promise<boolean> {
  const rows = await crossing(
    'tick',
    () => sql`
    insert into ticks (job, fired_at) values (${job}, clock_timestamp())
    on conflict (job) do update set fired_at = clock_timestamp()
      where ticks.fired_at not between clock_timestamp() - ${everyMs * 0.8} * interval '1 millisecond'
        and clock_timestamp()
    returning 1`,
  );
  return rows.length > 0;
}

/** Lets go of resources whose run is over: nobody will touch them under that name any more. */
export async function releaseForgotten(sql: Sql): Promise<void> {
  await crossing(
    'forgotten',
    () => sql`
    with forgotten as materialized (
      select v.run_id, v.ref from reservations v join runs r on r.id = v.run_id
      where v.state = 'in_hand' and r.finished_at is not null
      order by v.run_id, v.ref for no key update of v skip locked
    )
    update reservations v set state = 'void'
    from forgotten f where v.run_id = f.run_id and v.ref = f.ref`,
  );
}
