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
    update reservations v set state = 'void'
    from runs r where r.id = v.run_id and v.state = 'in_hand' and r.finished_at is not null`,
  );
}
