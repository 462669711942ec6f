/**
 * What must hold of the data at every moment, as statements that find what breaks it. Each goes over a table once, sorted
 * or hashed by Postgres within its own memory, and gives back the first few rows; nothing grows with the data here.
 *
 * All but `leftovers` hold in every snapshot, whatever is going on: a commit makes them true together.
 */
import type { Sql } from './database.ts';

export interface Violation {
  /** Null: it belongs to no run. */
  run: string | null;
  what: string;
  /** How many there are, these included. */
  total: number;
}

export interface Invariant {
  check: string;
  /** What holds, in words for people. */
  holds: string;
  find(sql: Sql): Promise<Violation[]>;
}

type Query = (sql: Sql) => ReturnType<Sql>;

const shown = 5;

const invariant = (check: string, holds: string, broken: Query): Invariant => ({
  check,
  holds,
  find: (sql) => sql<Violation[]>`
    select run, what, count(*) over ()::int as total from (${broken(sql)}) as v order by run, what limit ${shown}`,
});

/** Every event of every journal, with its place: `run`, `seq`, `n`, `event`, `type`. */
const events: Query = (sql) => sql`
  select j.run_id as run, j.seq, e.n, e.event, e.event->>'type' as type
  from journal j, lateral jsonb_array_elements(j.events) with ordinality as e(event, n)`;

const gaps = invariant(
  'sequence',
  'journals have no gaps',
  (sql) => sql`
  select run_id as run, 'its journal has ' || count(*) || ' entries, from ' || min(seq) || ' to ' || max(seq) as what
  from journal group by run_id having min(seq) <> 1 or max(seq) <> count(*)
  union all
  select id, 'it has no journal' from runs r where not exists (select 1 from journal j where j.run_id = r.id)
  union all
  select distinct run_id, 'its journal has no run' from journal j
  where not exists (select 1 from runs r where r.id = j.run_id)`,
);

/** What was on its way when the run ended is still recorded, and changes nothing. */
const afterwards = ['decided', 'cancel_requested', 'late_result'];

const endings = invariant(
  'endings',
  'a run is over when its journal says so, once, and as it says',
  (sql) => sql`
  with ends as materialized (
    select run, count(*) as times, min(seq) as seq, min(event->>'status') as status
    from (${events(sql)}) as e where type = 'finished' group by run
  )
  select r.id as run, case
      when e.run is null then 'it is ' || r.status || ', and its journal has no end'
      when r.finished_at is null then 'its journal ends ' || e.status || ', and it is ' || r.status
      when e.times > 1 then 'its journal ends ' || e.times || ' times'
      when e.status <> r.status then 'its journal ends ' || e.status || ', and it is ' || r.status
      else 'it ended hours away from its journal' end as what
  from runs r left join ends e on e.run = r.id
  left join journal j on j.run_id = r.id and j.seq = e.seq
  where (r.finished_at is not null) <> (e.run is not null) or e.times > 1 or e.status <> r.status
    or abs(extract(epoch from r.finished_at - j.at)) > 7200
  union all
  select e.run, 'after its end stands ' || (a.event->>'type')
  from ends e join journal j on j.run_id = e.run and j.seq > e.seq, lateral jsonb_array_elements(j.events) as a(event)
  where a.event->>'type' <> all(${[...afterwards, 'finished']}::text[])`,
);

const leftovers = invariant(
  'leftovers',
  'nothing is left over of runs that are over',
  (sql) => sql`
  with over as materialized (
    select id, worker, lease_until from runs where finished_at < clock_timestamp() - interval '1 minute'
  )
  select o.id as run, count(*) || ' unread signals' as what
  from over o join signals s on s.run_id = o.id where s.at < clock_timestamp() - interval '1 minute' group by o.id
  union all
  select o.id, 'question ' || e.code || ' is open' from over o join escalations e on e.run_id = o.id
  where e.status = 'open'
  union all
  select o.id, 'step ' || v.ref || ' has ' || v.resource || ' in hand' from over o join reservations v on v.run_id = o.id
  where v.state = 'in_hand'
  union all
  select id, 'a lease is on it' from over where worker is not null and lease_until < clock_timestamp()`,
);

const answers = invariant(
  'answers',
  'questions are closed as their rows say',
  (sql) => sql`
  with said as materialized (
    select run, type, coalesce(event->'question'->>'id', event->'decision'->>'escalation') as id,
      event->'decision'->>'outcome' as outcome
    from (${events(sql)}) as e where type in ('asked', 'decided')
  ),
  asked as (select run, id from said where type = 'asked'),
  decided as (select run, id, outcome from said where type = 'decided')
  select coalesce(a.run, e.run_id) as run, case
      when e.id is null then 'question ' || a.id || ' was asked, and has no row'
      else 'question ' || e.code || ' was never asked' end as what
  from asked a full join escalations e on e.id::text = a.id and e.run_id = a.run
  where a.id is null or e.id is null
  union all
  select e.run_id, case
      when e.status = 'open' then 'question ' || e.code || ' is open, and its journal says ' || d.outcome
      when d.id is null then 'question ' || e.code || ' is closed (' || e.outcome || '), and nobody was told'
      else 'question ' || e.code || ' is closed (' || e.outcome || '), and its journal says ' || d.outcome end
  from escalations e left join decided d on d.id = e.id::text and d.run = e.run_id
  where case when e.status = 'open' then d.id is not null else d.outcome is distinct from e.outcome end
    and (d.id is not null or not exists (
      select 1 from signals s where s.run_id = e.run_id and s.data->'decision'->>'escalation' = e.id::text))`,
);

const attempts = invariant(
  'attempts',
  'every attempt that began has one end, or its run goes on',
  (sql) => sql`
  select m.run, 'attempt ' || m.attempt || ' of ' || m.ref || case when m.undo then ' (undo)' else '' end
      || ' began ' || m.began || ' times and ended ' || m.ended || ' times' as what
  from (
    select run, event->>'ref' as ref, (event->>'undo')::boolean as undo, event->>'revision' as revision,
      event->>'attempt' as attempt, count(*) filter (where type = 'attempt_started') as began,
      count(*) filter (where type = 'attempt_ended') as ended
    from (${events(sql)}) as e where type in ('attempt_started', 'attempt_ended')
    group by 1, 2, 3, 4, 5
  ) as m left join runs r on r.id = m.run
  where m.began <> 1 or m.ended > 1 or (m.ended = 0 and r.finished_at is not null)`,
);

const permissions = invariant(
  'permissions',
  'nothing began on an approval that does not cover it',
  (sql) => sql`
  select s.run, 'attempt ' || (s.event->>'attempt') || ' of ' || (s.event->>'ref') || ' began on '
      || case when e.id is null then 'a question that is not there' else 'question ' || e.code end as what
  from (${events(sql)}) as s
  left join escalations e on e.id::text = s.event->'permission'->>'id' and e.run_id = s.run
  where s.type = 'attempt_started' and s.event->'permission'->>'kind' = 'escalation'
    and e.authorises is distinct from s.event->>'digest'`,
);

const values = invariant(
  'values',
  'large values are there',
  (sql) => sql`
  select distinct v.run, 'value ' || left(v.blob, 12) || ' of ' || v.type || ' is missing' as what
  from (
    select e.run, e.type, p.place->>'blob' as blob from (${events(sql)}) as e,
      lateral (values (e.event->'input'), (e.event->'output'), (e.event->'answer')) as p(place)
    where e.type in ('attempt_started', 'attempt_ended', 'late_result', 'finished') and p.place ? 'blob'
  ) as v
  where not exists (select 1 from blobs b where b.run_id = v.run and b.digest = v.blob)`,
);

const definitions = invariant(
  'definitions',
  'what runs are pinned to is there',
  (sql) => sql`
  select distinct p.run, p.kind || ' ' || left(p.digest, 12) || ' is missing' as what
  from (
    select e.run, k.kind, k.digest from (${events(sql)}) as e, lateral (
      select 'route' as kind, e.event->>'definition' as digest where e.type = 'understood'
      union all
      select 'contract of ' || c.key, c.value from jsonb_each_text(case when e.type = 'planned'
        then e.event->'contracts' else '{}' end) as c
      union all
      select 'route', e.event->'question'->>'definition' where e.type = 'asked'
      union all
      select 'contract', e.event->'question'->'subject'->>'contract' where e.type = 'asked'
    ) as k where k.digest is not null and k.digest <> ''
  ) as p
  where not exists (select 1 from definitions d where d.digest = p.digest)`,
);

const messages = invariant(
  'messages',
  'cards belong to runs, and show what has happened',
  (sql) => sql`
  with shown as (
    select run_id, purpose, wants_seq as seq, escalation_id, 'post ' as kind from posts
    union all
    select run_id, purpose, shows_seq, null, 'delivery ' from deliveries
  ), lengths as (select run_id, max(seq) as seq from journal group by run_id)
  select s.run_id as run, s.kind || s.purpose || case
      when l.run_id is null then ' has no run'
      when s.seq > l.seq then ' is of place ' || s.seq || ' of a journal of ' || l.seq
      else ' has no question' end as what
  from shown s left join lengths l on l.run_id = s.run_id
  where l.run_id is null or s.seq > l.seq or (s.escalation_id is not null and not exists (
    select 1 from escalations e where e.id = s.escalation_id and e.run_id = s.run_id))`,
);

const rows = invariant(
  'rows',
  'messages, votes and holds belong to something',
  (sql) => sql`
  select i.run_id as run, 'the message that began it has no run' as what from inbox i
  where i.outcome = 'run' and not exists (select 1 from runs r where r.id = i.run_id)
  union all
  select null, 'a vote of ' || v.person || ' is on no question' from votes v
  where not exists (select 1 from escalations e where e.id = v.escalation_id)
  union all
  select v.run_id, 'step ' || v.ref || ' holds ' || v.resource || ', and there is no such run' from reservations v
  where not exists (select 1 from runs r where r.id = v.run_id)
  union all
  select s.run_id, 'a signal has no run' from signals s where not exists (select 1 from runs r where r.id = s.run_id)`,
);

export const invariants: readonly Invariant[] = [
  gaps,
  endings,
  leftovers,
  answers,
  attempts,
  permissions,
  values,
  definitions,
  messages,
  rows,
];
