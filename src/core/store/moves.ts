/** Conversations that a platform moved to another address. Runs know them by the one under which they began. */
import { crossing } from '../crossing.ts';
import type { Sql } from './database.ts';

/**
 * What lived at `from` is at `address` now. What still counts of it is shown once more, since nobody can press what
 * stayed behind. Told as often as one likes.
 */
export async function keepMove(sql: Sql, from: string, address: string): Promise<void> {
  await crossing(
    'moved',
    () => sql`
    with moved as (
      insert into moves (address, home)
      values (${address}, coalesce((select home from moves where address = ${from}), ${from}))
      on conflict (address) do nothing returning home
    ), live as materialized (
      select d.run_id, d.purpose, d.conversation, d.shows_seq
      from moved m
      join deliveries d on d.conversation = m.home or starts_with(d.conversation, m.home || '/')
      join runs r on r.id = d.run_id
      where r.finished_at is null and d.shows_seq > 0 and d.state <> 'dead' and (d.purpose = 'progress' or exists (
        select 1 from escalations e
        where e.run_id = d.run_id and e.status = 'open' and d.purpose = 'question:' || e.id::text))
    ), wished as (
      insert into posts (run_id, purpose, conversation, wants_seq)
      select run_id, purpose, conversation, shows_seq from live order by run_id, purpose, conversation
      on conflict (run_id, purpose, conversation) do nothing returning 1
    ), counted as materialized (select count(*) as n from wished), stale as (
      update deliveries d set shows_seq = d.shows_seq - 1, card_digest = null from live l, counted
      where d.run_id = l.run_id and d.purpose = l.purpose and d.conversation = l.conversation returning 1
    )
    select pg_notify('baton', 'post') from stale limit 1`,
  );
}

/** The address under which what is here began: this one, when it never moved. */
export async function homeOf(sql: Sql, address: string): Promise<string> {
  const [row] = await sql<{ home: string }[]>`select home from moves where address = ${address}`;
  return row?.home ?? address;
}
