/** What runs hold against each other, so that two messages about one thing make one payment. */
import type { Evidence } from '../../contracts/escalation.ts';
import { crossing } from '../crossing.ts';
import type { Sql } from './database.ts';

export interface Hold {
  run: string;
  /** The holder's fencing number: a writer that has lost the run takes nothing. */
  epoch: number;
  ref: string;
  agent: string;
  resource: string;
  /** How long a finished effect counts as a possible duplicate. */
  windowMs: number;
  /** What a person has been shown and allowed: such finished effects do not stand in the way any more. */
  seen: readonly Evidence[];
}

/**
 * Takes the resource in one conditional statement. Says what stands in the way otherwise; an empty list means that it
 * is taken, `lost` that the run has another writer.
 */
export async function holdResource(sql: Sql, hold: Hold): Promise<Evidence[] | 'lost'> {
  const { run, epoch, ref, agent, resource, windowMs, seen } = hold;
  const allowed = seen.filter(({ state }) => state === 'done').map(({ run: other, step }) => `${other}/${step}`);
  const rows = await crossing(
    'hold',
    () => sql<
      { taken: boolean; run: string | null; title: string; step: string; state: Evidence['state']; at: Date }[]
    >`
    with others as materialized (
      select v.run_id, v.ref, v.state, v.at from reservations v
      where v.agent = ${agent} and v.resource = ${resource} and v.run_id <> ${run} and (
        v.state = 'in_hand'
        or (v.state = 'done' and v.at > clock_timestamp() - ${windowMs} * interval '1 millisecond'
          and v.run_id || '/' || v.ref <> all(${allowed}::text[]))
      )
      order by v.at desc limit 5
    ), taken as (
      insert into reservations (run_id, ref, agent, resource, state)
      select r.id, ${ref}, ${agent}, ${resource}, 'in_hand' from runs r
      where r.id = ${run} and r.epoch = ${epoch} and not exists (select 1 from others)
      on conflict (run_id, ref) do update
        set agent = excluded.agent, resource = excluded.resource, state = excluded.state, at = clock_timestamp()
      returning 1
    )
    select exists (select 1 from taken) as taken, o.run_id as run, r.title, o.ref as step, o.state, o.at
    from (select 1) as one left join others o on true left join runs r on r.id = o.run_id`,
  );
  if (rows[0]!.taken) return [];
  const others = rows.filter((row) => row.run !== null);
  if (others.length === 0) return 'lost';
  return others.map(({ run, title, step, state, at }) => ({ run: run!, title, step, state, at: at.toISOString() }));
}
