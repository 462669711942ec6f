/** How far a platform's updates have been read. A position moves in the statement that keeps what lies before it. */
import type { Cursor } from '../../contracts/channel.ts';
import type { Json } from '../../contracts/json.ts';
import { crossing } from '../crossing.ts';
import { encodeJson } from '../scrub.ts';
import type { Sql } from './database.ts';

/** Takes or renews the right to read; says where the last reader stood, or how long somebody else reads. */
export async function takeCursor(sql: Sql, account: string, holder: string, leaseMs: number): Promise<Cursor> {
  const rows = await crossing(
    'cursor',
    () => sql<{ epoch: number | null; position: number; idleMs: number; held: number }[]>`
    with taken as (
      insert into cursors (account, holder, epoch, lease_until)
      values (${account}, ${holder}, 1, clock_timestamp() + ${leaseMs} * interval '1 millisecond')
      on conflict (account) do update set
        epoch = case when cursors.holder = excluded.holder then cursors.epoch else cursors.epoch + 1 end,
        holder = excluded.holder, lease_until = excluded.lease_until
      where cursors.holder = excluded.holder or cursors.lease_until <= clock_timestamp()
      returning epoch, position, moved_at
    )
    select t.epoch, t.position::float8 as position,
      extract(epoch from clock_timestamp() - t.moved_at)::float8 * 1000 as "idleMs",
      (select extract(epoch from lease_until - clock_timestamp())::float8 * 1000 from cursors
        where account = ${account}) as held
    from (select 1) as one left join taken t on true`,
  );
  const { epoch, position, idleMs, held } = rows[0]!;
  return epoch === null ? { heldForMs: Math.max(0, held ?? 0) } : { epoch, position, idleMs };
}

/** Lets another process read at once. */
export async function dropCursor(sql: Sql, account: string, holder: string): Promise<void> {
  await crossing(
    'cursor_drop',
    () => sql`update cursors set lease_until = clock_timestamp() where account = ${account} and holder = ${holder}`,
  );
}

export interface KeptRow {
  key: string;
  body: Json;
  dead: boolean;
}

/** Keeps updates and moves the cursor past them. False: somebody else reads by now, and nothing was kept. */
export async function keepBatch(
  sql: Sql,
  source: string,
  { account, holder, epoch, position }: { account: string; holder: string; epoch: number; position: number },
  rows: readonly KeptRow[],
): Promise<boolean> {
  const moved = await crossing(
    'batch',
    () => sql`
    with moved as (
      update cursors set position = ${position}::bigint, moved_at = clock_timestamp()
      where account = ${account} and holder = ${holder} and epoch = ${epoch} and lease_until > clock_timestamp()
      returning 1
    ), kept as (
      insert into inbox (source, key, body, status, outcome)
      select ${source}, r.key, r.body::jsonb, case r.dead when 1 then 'dead' else 'pending' end,
        case r.dead when 1 then 'unreadable' end
      from moved, unnest(${rows.map(({ key }) => key)}::text[], ${rows.map(({ body }) => encodeJson(body))}::text[],
        ${rows.map(({ dead }) => (dead ? 1 : 0))}::int[]) as r(key, body, dead)
      on conflict do nothing
    )
    select 1 from moved`,
  );
  return moved.length > 0;
}
