/**
 * Many changes of many runs in one statement and one round trip.
 *
 * The fence: a run's row is locked only if its epoch is the writer's; a row that somebody else has locked is skipped, so
 * that one stuck run never holds up the others. The guard: an approval in `escalations` must authorise the very effect.
 * A change whose commit id already stands at its place in the journal has happened, and is not done again.
 */
import { signal } from '../../contracts/signal.ts';
import type { Change, Outcome } from '../change.ts';
import { crossing } from '../crossing.ts';
import { encodeJson } from '../scrub.ts';
import { jsonTexts } from './arrays.ts';
import type { Sql } from './database.ts';

interface Row {
  id: string;
  found: string | null;
  denied: boolean;
  released: boolean;
  unread: { id: string; data: unknown }[] | null;
}

/** Outcomes in the order of the changes; null where the row was locked by somebody else and it should be tried again. */
export async function commitChanges(sql: Sql, changes: readonly Change[]): Promise<(Outcome | null)[]> {
  const plain = changes.every(isPlain);
  const rows = await crossing('commit', () => (plain ? commitPlain(sql, changes) : commitWhole(sql, changes)));
  const byRun = new Map(rows.map((row) => [row.id, row]));
  const absent = changes.filter(({ run }) => !byRun.has(run));
  const locked = absent.length > 0 ? await stillOurs(sql, absent) : new Set<string>();
  return changes.map((change) => {
    const row = byRun.get(change.run);
    if (row) return outcomeOf(change, row);
    return locked.has(change.run) ? null : { state: 'lost' };
  });
}

/** Of the runs whose rows could not be locked, those whose epoch is still the writer's: they are only busy. */
async function stillOurs(sql: Sql, changes: readonly Change[]): Promise<Set<string>> {
  const rows = await sql<{ id: string }[]>`
    select r.id from unnest(${changes.map((c) => c.run)}::uuid[], ${changes.map((c) => c.epoch)}::int[]) as c(id, epoch)
    join runs r on r.id = c.id and r.epoch = c.epoch`;
  return new Set(rows.map(({ id }) => id));
}

const isPlain = (change: Change): boolean =>
  [change.signals, change.questions, change.posts, change.copied, change.guards, change.settle].every(
    ({ length }) => length === 0,
  );

function outcomeOf(change: Change, row: Row): Outcome {
  if (row.found !== null && row.found !== change.commit) return { state: 'lost' };
  if (row.denied && row.found === null) return { state: 'not_authorised' };
  const unread = (row.unread ?? []).filter(({ id }) => !change.signals.includes(id)).map((one) => signal.parse(one));
  return { state: 'committed', released: row.released, signals: unread };
}

/** The columns of the changes themselves, as arrays. */
const columns = (sql: Sql, changes: readonly Change[]) => {
  const pick = <T>(of: (change: Change) => T): T[] => changes.map(of);
  const events = jsonTexts(
    sql,
    pick((c) => encodeJson(c.events)),
  );
  return sql`unnest(
    ${pick((c) => c.run)}::uuid[], ${pick((c) => c.epoch)}::int[], ${pick((c) => c.seq)}::int[],
    ${pick((c) => c.at / 1000)}::float8[], ${pick((c) => c.commit)}::uuid[], ${events},
    ${pick((c) => c.status)}::text[], ${pick((c) => c.route)}::text[], ${pick((c) => (c.release ? 1 : 0))}::int[],
    ${pick((c) => (c.release?.wakeAt == null ? null : c.release.wakeAt / 1000))}::float8[], ${pick((c) => c.folded)}::int[],
    ${pick((c) => c.title)}::text[]
  ) as c(id, epoch, seq, at, commit_id, events, status, route, release, wake, folded, title)`;
};

const held = (sql: Sql, changes: readonly Change[]) => sql`
  changes as materialized (select * from ${columns(sql, changes)}),
  held as materialized (
    select c.*, r.signals, r.worker, r.watched, j.commit_id as found
    from changes c
    join runs r on r.id = c.id and r.epoch = c.epoch
    left join journal j on j.run_id = c.id and j.seq = c.seq
    order by r.id
    for no key update of r skip locked
  )`;

/** Appends, and touches the run's row only where its status or its lease changes. */
const written = (sql: Sql) => sql`
  appended as (
    insert into journal (run_id, seq, at, commit_id, events)
    select id, seq, to_timestamp(at), commit_id, events::jsonb from fresh where events <> '[]'
  ),
  touched as (
    update runs r set
      status = coalesce(f.status, r.status),
      route = coalesce(f.route, r.route),
      title = coalesce(f.title, r.title),
      finished_at = case when f.status in ('completed', 'failed', 'cancelled')
        then coalesce(r.finished_at, clock_timestamp()) else r.finished_at end,
      worker = case when f.release = 1 and r.signals = f.folded then null else r.worker end,
      lease_until = case when f.release = 1 and r.signals = f.folded then null else r.lease_until end,
      wake_at = case when f.release = 1 and r.signals = f.folded then to_timestamp(f.wake) else r.wake_at end
    from fresh f
    where r.id = f.id and (f.status is not null or f.title is not null or f.release = 1)
  )`;

/** A change that had happened before is answered from the row: signals may have come and gone since. */
const answer = (sql: Sql, denied: ReturnType<Sql>) => sql`
  select h.id, h.found, ${denied} as denied,
    case when h.found is null then (h.release = 1 and h.signals = h.folded)
      else (h.release = 1 and h.worker is null) end as released,
    case when h.signals <> h.folded then (
      select jsonb_agg(jsonb_build_object('id', s.id, 'data', s.data) order by s.at, s.id)
      from signals s where s.run_id = h.id
    ) end as unread,
    case when h.watched and h.found is null then pg_notify('baton', 'journal:' || h.id)::text end
  from held h`;

/** Nothing but events and the run's own row: the way of most changes. */
const commitPlain = (sql: Sql, changes: readonly Change[]) => sql<Row[]>`
  with ${held(sql, changes)}, fresh as (select * from held where found is null), ${written(sql)}
  ${answer(sql, sql`false`)}`;

const commitWhole = (sql: Sql, changes: readonly Change[]) => {
  const all = <T, U>(of: (change: Change) => T[], to: (one: T, change: Change) => U): U[] =>
    changes.flatMap((change) => of(change).map((one) => to(one, change)));
  const guards = <U>(to: (one: Change['guards'][number], change: Change) => U) => all((c) => c.guards, to);
  const settle = <U>(to: (one: Change['settle'][number], change: Change) => U) => all((c) => c.settle, to);
  const posts = <U>(to: (one: Change['posts'][number], change: Change) => U) => all((c) => c.posts, to);
  const copied = <U>(to: (id: string, change: Change) => U) => all((c) => c.copied, to);
  const questions = <U>(to: (one: Change['questions'][number], change: Change) => U) => all((c) => c.questions, to);
  return sql<Row[]>`
    with ${held(sql, changes)},
    guards as materialized (
      select * from unnest(${guards((_, c) => c.run)}::uuid[], ${guards((g) => g.escalation)}::uuid[],
        ${guards((g) => g.digest)}::text[]) as g(run_id, escalation_id, digest)
    ),
    denied as materialized (
      select distinct g.run_id from guards g
      left join escalations e on e.id = g.escalation_id and e.run_id = g.run_id and e.authorises = g.digest
      where e.id is null
    ),
    fresh as (select * from held where found is null and id not in (select run_id from denied)),
    ${written(sql)},
    folded as (
      delete from signals s using
        unnest(${all(
          (c) => c.signals,
          (_, c) => c.run,
        )}::uuid[], ${all(
          (c) => c.signals,
          (id) => id,
        )}::uuid[]) as d(run_id, id)
      where s.run_id = d.run_id and s.id = d.id and d.run_id in (select id from fresh)
    ),
    asked as (
      insert into escalations (id, run_id, code, question, asked_at, expires_at)
      select q.id, q.run_id, q.code, q.question::jsonb, clock_timestamp(), to_timestamp(q.expires)
      from unnest(${questions((q) => q.id)}::uuid[], ${questions((_, c) => c.run)}::uuid[],
        ${questions((q) => q.code)}::text[], ${questions((q) => encodeJson(q))}::text[],
        ${questions((q) => (q.expiresAt === null ? null : q.expiresAt / 1000))}::float8[]
      ) as q(id, run_id, code, question, expires)
      where q.run_id in (select id from fresh)
    ),
    posted as (
      insert into posts (run_id, purpose, conversation, wants_seq, escalation_id)
      select p.run_id, p.purpose, p.conversation, f.seq, p.escalation_id
      from (
        select * from unnest(${posts((_, c) => c.run)}::uuid[], ${posts((p) => p.purpose)}::text[],
          ${posts((p) => p.conversation)}::text[], ${posts((p) => p.escalation)}::uuid[])
        union all
        select q.run_id, o.purpose, o.conversation, q.id
        from unnest(${copied((_, c) => c.run)}::uuid[], ${copied((id) => id)}::uuid[]) as q(run_id, id),
        -- One on its way has no delivery yet, and may have been rendered before this.
        lateral (
          select purpose, conversation from posts
          where run_id = q.run_id and starts_with(purpose, 'copy:' || q.id || ':')
          union
          select purpose, conversation from deliveries
          where run_id = q.run_id and starts_with(purpose, 'copy:' || q.id || ':')
        ) as o
      ) as p(run_id, purpose, conversation, escalation_id)
      join fresh f on f.id = p.run_id
      order by p.run_id, p.purpose, p.conversation
      on conflict (run_id, purpose, conversation) do update set wants_seq = excluded.wants_seq
      -- One notification for all of them: Postgres folds equal ones of a transaction into one.
      returning pg_notify('baton', 'post')
    ),
    settled as (
      update reservations v set state = s.state, at = clock_timestamp()
      from unnest(${settle((_, c) => c.run)}::uuid[], ${settle((s) => s.ref)}::text[], ${settle((s) => s.state)}::text[]
      ) as s(run_id, ref, state)
      where v.run_id = s.run_id and v.ref = s.ref and v.run_id in (select id from fresh)
    )
    ${answer(sql, sql`exists (select 1 from denied d where d.run_id = h.id)`)}`;
};
