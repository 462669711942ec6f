/** Questions that nobody could be shown: those who are reached elsewhere are asked there, and their time is lengthened. */
import type { Policy } from '../../contracts/escalation.ts';
import { crossing } from '../crossing.ts';
import { type Asked, expiryOf, type Showing } from '../expiry.ts';
import { placeAfter } from '../places.ts';
import type { Sql, Statement } from './database.ts';
import { raiseSignal } from './signals.ts';

type Addresses = Policy['addresses'];

/** Of questions that were asked before anybody was reached on their own there are none. */
const addresses = (sql: Statement) => sql`coalesce(e.question #> '{policy,addresses}', '{}'::jsonb) as addresses`;

/** A card is given this long to be shown before whoever was to see it is asked elsewhere as well. */
const patienceMs = 60_000;

/**
 * Asks at the next address of each person who could not be shown an open question so far: a platform that is down is no
 * reason to wait for it. Both copies stand for one question.
 */
export async function askElsewhere(sql: Sql): Promise<void> {
  const waiting = await sql<{ run: string; purpose: string; at: string; addresses: Addresses }[]>`
    select p.run_id as run, p.purpose, p.conversation as at, ${addresses(sql)}
    from posts p
    join escalations e on e.id = p.escalation_id
    left join deliveries d on d.run_id = p.run_id and d.purpose = p.purpose and d.conversation = p.conversation
    where p.purpose = 'question:' || e.id::text and e.status = 'open'
      and e.asked_at < clock_timestamp() - ${patienceMs} * interval '1 millisecond'
      and coalesce(d.shows_seq, 0) = 0 and d.state is distinct from 'dead'`;
  const next = waiting.flatMap(({ run, purpose, at, addresses }) => {
    const to = placeAfter(at, { addresses });
    return to === null ? [] : [{ run, purpose, at, to }];
  });
  if (next.length === 0) return;
  await crossing(
    'asked_elsewhere',
    () => sql`
    with wished as (
      insert into posts (run_id, purpose, conversation, wants_seq, escalation_id)
      select p.run_id, p.purpose, n.next, p.wants_seq, p.escalation_id
      from unnest(${next.map(({ run }) => run)}::uuid[], ${next.map(({ purpose }) => purpose)}::text[],
        ${next.map(({ at }) => at)}::text[], ${next.map(({ to }) => to)}::text[]) as n(run_id, purpose, at, next)
      join posts p on p.run_id = n.run_id and p.purpose = n.purpose and p.conversation = n.at
      where not exists (
        select 1 from deliveries d where d.run_id = p.run_id and d.purpose = p.purpose and d.conversation = n.next)
      order by p.run_id, p.purpose, n.next
      on conflict (run_id, purpose, conversation) do nothing returning 1
    )
    select pg_notify('baton', 'post') from wished limit 1`,
  );
}

/**
 * Gives a question whose time is over the time that it has not had, and tells the run. Its new end, or null: it is over,
 * or is not open. Inside a transaction that has locked the run's row.
 */
export async function extendUnshown(sql: Statement, run: string, id: string): Promise<number | null> {
  const [over] = await sql<(Omit<Asked, 'places'> & { now: number })[]>`
    select ${addresses(sql)}, coalesce((question->>'lifeMs')::float8,
        (question->>'expiresAt')::float8 - extract(epoch from asked_at)::float8 * 1000) as "lifeMs",
      extract(epoch from asked_at)::float8 * 1000 as "askedAt",
      extract(epoch from expires_at)::float8 * 1000 as "expiresAt",
      extract(epoch from clock_timestamp())::float8 * 1000 as now
    from escalations e where id = ${id} and status = 'open' and expires_at <= clock_timestamp() for update`;
  if (!over) return null;
  const until = Math.round(expiryOf({ ...over, showings: await showingsOf(sql, run, id) }, over.now));
  if (until <= over.now) return null;
  await sql`update escalations set expires_at = to_timestamp(${until / 1000}::float8) where id = ${id}`;
  await raiseSignal(sql, run, { kind: 'extended', escalation: id, until });
  return until;
}

const showingsOf = (sql: Statement, run: string, id: string): Promise<Showing[]> =>
  sql<Showing[]>`
    with wished as (select conversation from posts where run_id = ${run} and purpose = ${`question:${id}`}),
    known as (
      select conversation, state, shown_at from deliveries where run_id = ${run} and purpose = ${`question:${id}`})
    select conversation, extract(epoch from shown_at)::float8 * 1000 as "shownAt",
      wished.conversation is not null and state is distinct from 'dead' as "isWished"
    from wished full join known using (conversation)`;
