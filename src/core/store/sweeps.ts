/** Statements of the sweep. */
import { crossing } from '../crossing.ts';
import type { Sql } from './database.ts';

/** True for the one process that takes this stroke of a job's clock. Strokes are named so that later ones sort later. */
export async function takeTick(sql: Sql, job: string, stroke: string): Promise<boolean> {
  const rows = await crossing(
    'tick',
    () => sql`
    insert into ticks (job, fired_at) values (${job}, ${stroke})
    on conflict (job) do update set fired_at = excluded.fired_at where ticks.fired_at < excluded.fired_at
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
