/**
 * What should be shown and what is shown. A post is a wish of a run's writer and is gone once it is fulfilled; its
 * delivery stays, since it knows the message that later wishes edit.
 *
 * Only the holder of a channel's sender lease writes deliveries, and every such write names the epoch of that lease.
 * Lock order within these statements: senders, posts, deliveries.
 */
import type { Bucket } from '../../contracts/channel.ts';
import { crossing } from '../crossing.ts';
import type { Sql } from './database.ts';

/** The right to send for a channel. */
export interface Lease {
  channel: string;
  holder: string;
  epoch: number;
}

export interface PostKey {
  run: string;
  purpose: string;
  conversation: string;
}

/** A post that is not shown as it should be, with what is known of its message. */
export interface Wish extends PostKey {
  wantsSeq: number;
  /** Null: there is no message yet, or nobody knows it. */
  message: string | null;
  /** The place in the journal that was shown, be it by a message that is gone; 0: nothing. */
  showsSeq: number;
  state: 'sending' | 'sent' | 'unknown' | 'later' | null;
  /** Sends since the last one that is known to have arrived, without those that are known not to have. */
  attempts: number;
  cardDigest: string | null;
}

/**
 * One more message that shows an open question, at the end of a conversation; one that is on its way there will do.
 * False: the question is closed. Until the wish is committed its row stays as it is: whoever closes it knows of the
 * copy, or it is not made.
 */
export async function wishCopy(sql: Sql, escalation: string, conversation: string): Promise<boolean> {
  const rows = await crossing(
    'copied',
    () => sql`
    with asked as (
      select run_id, 'copy:' || id || ':' as copy from escalations where id = ${escalation} and status = 'open' for share
    ), wished as (
      insert into posts (run_id, purpose, conversation, wants_seq, escalation_id)
      select run_id, copy || (
          select count(*) from deliveries d where d.run_id = asked.run_id and d.conversation = ${conversation}
            and starts_with(d.purpose, copy) and d.shows_seq > 0
        ), ${conversation}, (select max(seq) from journal j where j.run_id = asked.run_id), ${escalation}::uuid
      from asked
      on conflict (run_id, purpose, conversation) do nothing
    )
    select pg_notify('baton', 'post') from asked`,
  );
  return rows.length > 0;
}

/** Takes or renews the lease. The epoch, or how long somebody else has it. */
export async function takeLease(
  sql: Sql,
  channel: string,
  holder: string,
  leaseMs: number,
): Promise<{ epoch: number } | { heldForMs: number }> {
  const rows = await crossing(
    'sender',
    () => sql<{ epoch: number | null; held: number | null }[]>`
    with taken as (
      insert into senders (channel, holder, epoch, lease_until)
      values (${channel}, ${holder}, 1, clock_timestamp() + ${leaseMs} * interval '1 millisecond')
      on conflict (channel) do update set
        epoch = case when senders.holder = excluded.holder then senders.epoch else senders.epoch + 1 end,
        holder = excluded.holder, lease_until = excluded.lease_until
      where senders.holder = excluded.holder or senders.lease_until <= clock_timestamp()
      returning epoch
    )
    select (select epoch from taken) as epoch, (
      select extract(epoch from lease_until - clock_timestamp())::float8 * 1000 from senders where channel = ${channel}
    ) as held`,
  );
  const { epoch, held } = rows[0]!;
  return epoch === null ? { heldForMs: Math.max(0, held ?? 0) } : { epoch };
}

/** Lets another process send at once, and wakes it. */
export async function dropLease(sql: Sql, { channel, holder, epoch }: Lease): Promise<void> {
  await crossing(
    'sender_drop',
    () => sql`
    with dropped as (
      update senders set lease_until = clock_timestamp()
      where channel = ${channel} and holder = ${holder} and epoch = ${epoch} returning 1
    )
    select pg_notify('baton', 'post') from dropped`,
  );
}

/**
 * The next wishes of a channel: the most urgent one of each conversation, all messages of questions before summaries
 * before progress, without what is parked. Wishes that nobody can fulfil are dropped. `nextInMs` is when one that waits
 * for its time is due.
 */
export async function takeWishes(
  sql: Sql,
  { channel, epoch, holder }: Lease,
  without: readonly string[],
  parked: readonly Bucket[],
  limit: number,
): Promise<{ wishes: Wish[]; nextInMs: number | null }> {
  const rows = await crossing(
    'wishes',
    () => sql<(Wish & { next: number | null })[]>`
    with useless as materialized (
      select p.run_id, p.purpose, p.conversation
      from posts p
      join deliveries d on d.run_id = p.run_id and d.purpose = p.purpose and d.conversation = p.conversation
      where starts_with(p.conversation, ${`${channel}:`}) and (d.state = 'dead' or d.shows_seq >= p.wants_seq)
        and exists (select 1 from senders where channel = ${channel} and holder = ${holder} and epoch = ${epoch})
      -- A run's writer that is changing them makes them useful again, or leaves them to the next look.
      order by p.run_id, p.purpose, p.conversation for update of p skip locked
    ), dropped as (
      delete from posts p using useless u
      where p.run_id = u.run_id and p.purpose = u.purpose and p.conversation = u.conversation
    ), open as materialized (
      select p.run_id as run, p.purpose, p.conversation, p.wants_seq as "wantsSeq", d.message, d.state,
        coalesce(d.shows_seq, 0) as "showsSeq", coalesce(d.attempts, 0) as attempts, d.card_digest as "cardDigest",
        d.not_before,
        case p.purpose when 'progress' then 2 when 'summary' then 1 else 0 end as rank
      from posts p
      left join deliveries d on d.run_id = p.run_id and d.purpose = p.purpose and d.conversation = p.conversation
      where starts_with(p.conversation, ${`${channel}:`}) and p.wants_seq > coalesce(d.shows_seq, 0)
        and d.state is distinct from 'dead'
    ), ready as (
      select distinct on (conversation) run, purpose, conversation, "wantsSeq", message, "showsSeq", state, attempts,
        "cardDigest", rank
      from open
      where (not_before is null or not_before <= clock_timestamp())
        and conversation <> all(${[...without]}::text[])
        and not exists (
          select 1 from unnest(${parked.map(({ address }) => address)}::text[], ${parked.map((one) => one.of)}::text[])
            as k(address, kind)
          where (conversation = k.address or starts_with(conversation, k.address || '/')
              or starts_with(conversation, k.address || ':'))
            and (k.kind = 'any' or (k.kind = 'edit') = (message is not null))
        )
      order by conversation, rank, run, purpose
    ), first as (select * from ready order by rank, run limit ${limit})
    select f.*, u.next
    from (select extract(epoch from min(not_before) - clock_timestamp())::float8 * 1000 as next from open
      where not_before > clock_timestamp()) as u
    left join first f on true order by f.rank, f.run`,
  );
  return { wishes: rows.filter(({ run }) => run !== null), nextInMs: rows[0]!.next };
}

/** Says that a send is about to happen; if nothing is ever said about how it went, it may have arrived. False: not ours. */
export async function markSending(sql: Sql, lease: Lease, key: PostKey, cardDigest: string): Promise<boolean> {
  const rows = await crossing(
    'sending',
    () => sql`
    with fence as (
      select 1 from senders where channel = ${lease.channel} and holder = ${lease.holder} and epoch = ${lease.epoch}
        and lease_until > clock_timestamp() for share
    )
    insert into deliveries (run_id, purpose, conversation, state, attempts, card_digest)
    select ${key.run}::uuid, ${key.purpose}, ${key.conversation}, 'sending', 1, ${cardDigest} from fence
    on conflict (run_id, purpose, conversation) do update
      set state = 'sending', attempts = deliveries.attempts + 1, card_digest = excluded.card_digest, not_before = null
    returning 1`,
  );
  return rows.length > 0;
}

/** What became of a wish. */
export interface Settlement {
  state: 'sent' | 'unknown' | 'later' | 'dead';
  /** Only when it is known now. */
  message?: string;
  /** What is shown now, or what nobody tries to show any more; null: nothing changed. */
  showsSeq: number | null;
  attempts: number;
  againInMs: number | null;
  /** The message to edit is gone: it is forgotten, and a new one is sent. */
  forget?: boolean;
}

/** Records what became of a wish, and drops it when it is fulfilled. False: somebody else sends for the channel now. */
export async function settleWish(sql: Sql, lease: Lease, key: PostKey, of: Settlement): Promise<boolean> {
  const rows = await crossing(
    'delivered',
    () => sql`
    with fence as materialized (
      select 1 from senders
      where channel = ${lease.channel} and holder = ${lease.holder} and epoch = ${lease.epoch} for share
    ), fulfilled as (
      delete from posts
      where run_id = ${key.run}::uuid and purpose = ${key.purpose} and conversation = ${key.conversation}
        and wants_seq <= ${of.showsSeq ?? 0} and exists (select 1 from fence)
      returning 1
    ), counted as materialized (select count(*) as n from fulfilled)
    insert into deliveries (run_id, purpose, conversation, message, shows_seq, state, attempts, not_before, shown_at)
    select ${key.run}::uuid, ${key.purpose}, ${key.conversation}, ${of.message ?? null}, ${of.showsSeq ?? 0},
      ${of.state}, ${of.attempts}, clock_timestamp() + ${of.againInMs}::float8 * interval '1 millisecond',
      case when ${of.state} = 'sent' then clock_timestamp() end
    from fence, counted
    on conflict (run_id, purpose, conversation) do update set
      message = case when ${of.forget ?? false} then null else coalesce(excluded.message, deliveries.message) end,
      shows_seq = greatest(excluded.shows_seq, deliveries.shows_seq),
      state = excluded.state, attempts = excluded.attempts, not_before = excluded.not_before,
      shown_at = coalesce(deliveries.shown_at, excluded.shown_at)
    returning 1`,
  );
  return rows.length > 0;
}

/** An edit that ended after its lease may stand over a later one: whoever sends now is to show the post once more. */
export async function showAgain(sql: Sql, { run, purpose, conversation }: PostKey): Promise<void> {
  await crossing(
    'overtaken',
    () => sql`
    with wished as (
      insert into posts (run_id, purpose, conversation, wants_seq)
      select run_id, purpose, conversation, shows_seq from deliveries
      where run_id = ${run} and purpose = ${purpose} and conversation = ${conversation} and shows_seq > 0
        and state <> 'dead'
      on conflict (run_id, purpose, conversation) do nothing returning 1
    ), counted as materialized (select count(*) as n from wished), stale as (
      update deliveries d set shows_seq = d.shows_seq - 1, card_digest = null from counted
      where run_id = ${run} and purpose = ${purpose} and conversation = ${conversation} and shows_seq > 0
        and state <> 'dead'
      returning 1
    )
    select pg_notify('baton', 'post') from stale`,
  );
}

/** Somebody is reached elsewhere: the same wish, at another address. Nothing happens when it stands there already. */
export async function postInstead(sql: Sql, lease: Lease, { run, purpose, wantsSeq }: Wish, at: string): Promise<void> {
  await crossing(
    'rerouted',
    () => sql`
    with fence as (
      select 1 from senders
      where channel = ${lease.channel} and holder = ${lease.holder} and epoch = ${lease.epoch} for share
    ), wished as (
      insert into posts (run_id, purpose, conversation, wants_seq)
      select ${run}::uuid, ${purpose}, ${at}, ${wantsSeq} from fence
      on conflict (run_id, purpose, conversation) do nothing returning 1
    )
    select pg_notify('baton', 'post') from wished`,
  );
}
