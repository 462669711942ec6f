/** What a platform has asked to be left alone. Written when it says so, read by whoever sends next. */
import type { Bucket } from '../../contracts/channel.ts';
import { crossing } from '../crossing.ts';
import type { Sql } from './database.ts';

export async function park(sql: Sql, { address, of }: Bucket, ms: number): Promise<void> {
  await crossing(
    'park',
    () => sql`
    insert into parks (address, kind, until)
    values (${address}, ${of}, clock_timestamp() + ${ms}::float8 * interval '1 millisecond')
    on conflict (address, kind) do update set until = greatest(parks.until, excluded.until)`,
  );
}

/** What is parked for a channel now, and for how long; what is over is forgotten. */
export async function readParks(sql: Sql, channel: string): Promise<(Bucket & { ms: number })[]> {
  return crossing(
    'parked',
    () => sql<(Bucket & { ms: number })[]>`
    with over as (
      delete from parks where until <= clock_timestamp() and (address = ${channel} or starts_with(address, ${`${channel}:`}))
    )
    select address, kind as of, extract(epoch from until - clock_timestamp())::float8 * 1000 as ms
    from parks where until > clock_timestamp() and (address = ${channel} or starts_with(address, ${`${channel}:`}))`,
  );
}
