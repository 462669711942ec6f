/**
 * The tables of Baton.
 *
 * The truth of a run is its rows in `journal`, one row a commit, folded in order. `runs` holds only what is needed to
 * find work and to list: its status, who may write it (`worker`, `epoch`, `lease_until`) and when it is due. `signals`
 * are facts from outside that the run's writer has not folded yet; `runs.signals` counts all that were ever raised.
 * `escalations` is the authority over every question: its row decides, the journal copies. `posts` say what is to be
 * shown where and are gone once it is, `deliveries` what is shown. `reservations` are what runs hold against each other.
 *
 * Lock order, for whoever takes more than one: runs, escalations, signals, posts, deliveries; rows of one table by id.
 * The only clock in SQL is the database's.
 */
import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { runStatuses } from '../../contracts/run.ts';

const at = (name: string) => timestamp(name, { withTimezone: true });
const oneOf = (words: readonly string[]) => sql.raw(words.map((word) => `'${word}'`).join(', '));

/** Contracts, routes, prompts: whatever a run is pinned to, by the digest of its content. */
export const definitions = pgTable('definitions', {
  digest: text('digest').primaryKey(),
  kind: text('kind').notNull(),
  body: jsonb('body').notNull(),
});

/** Every update from a channel, durable before the channel is told "got it". */
export const inbox = pgTable(
  'inbox',
  {
    source: text('source').notNull(),
    key: text('key').notNull(),
    body: jsonb('body').notNull(),
    status: text('status').notNull().default('pending'),
    attempts: integer('attempts').notNull().default(0),
    receivedAt: at('received_at').notNull().default(sql`clock_timestamp()`),
    dueAt: at('due_at').notNull().default(sql`clock_timestamp()`),
    outcome: text('outcome'),
    runId: uuid('run_id'),
  },
  (t) => [
    primaryKey({ columns: [t.source, t.key] }),
    index('inbox_pending').on(t.dueAt).where(sql`status = 'pending'`),
    index('inbox_open').on(t.status).where(sql`status <> 'done'`),
    check('inbox_status', sql`status in ('pending', 'done', 'dead')`),
  ],
);

export const runs = pgTable(
  'runs',
  {
    id: uuid('id').primaryKey(),
    status: text('status').notNull(),
    route: text('route'),
    title: text('title').notNull(),
    requester: text('requester').notNull(),
    conversation: text('conversation'),
    /** Somebody follows the journal: every commit notifies. */
    watched: boolean('watched').notNull().default(false),
    /** The newest event format in the journal. */
    engine: integer('engine').notNull(),
    /** Counts the claims; a write that names an older one is refused. */
    epoch: integer('epoch').notNull().default(0),
    worker: bigint('worker', { mode: 'bigint' }),
    leaseUntil: at('lease_until'),
    wakeAt: at('wake_at'),
    /** When a worker may claim it: when it should wake and nobody holds it. Null: nothing to do. */
    dueAt: at('due_at').generatedAlwaysAs(sql`greatest(wake_at, lease_until)`),
    signals: integer('signals').notNull().default(0),
    createdAt: at('created_at').notNull().default(sql`clock_timestamp()`),
    finishedAt: at('finished_at'),
  },
  (t) => [
    index('runs_due').on(t.dueAt).where(sql`due_at is not null`),
    index('runs_open').on(t.status).where(sql`finished_at is null`),
    index('runs_conversation').on(t.conversation).where(sql`conversation is not null`),
    check('runs_status', sql`status in (${oneOf(runStatuses)})`),
    check('runs_finished', sql`(finished_at is not null) = (status in ('completed', 'failed', 'cancelled'))`),
    check('runs_lease', sql`(worker is null) = (lease_until is null)`),
  ],
);

export const journal = pgTable(
  'journal',
  {
    runId: uuid('run_id').notNull(),
    seq: integer('seq').notNull(),
    at: at('at').notNull(),
    /** Made by the writer: a retry that finds its own id here has already succeeded. */
    commitId: uuid('commit_id').notNull(),
    events: jsonb('events').notNull(),
  },
  (t) => [primaryKey({ columns: [t.runId, t.seq] })],
);

/** Values over 8 kB, as JSON text. Written before the commit that refers to them. */
export const blobs = pgTable(
  'blobs',
  { runId: uuid('run_id').notNull(), digest: text('digest').notNull(), body: text('body').notNull() },
  (t) => [primaryKey({ columns: [t.runId, t.digest] })],
);

export const signals = pgTable(
  'signals',
  {
    runId: uuid('run_id').notNull(),
    id: uuid('id').notNull(),
    data: jsonb('data').notNull(),
    at: at('at').notNull().default(sql`clock_timestamp()`),
  },
  (t) => [primaryKey({ columns: [t.runId, t.id] })],
);

export const escalations = pgTable(
  'escalations',
  {
    id: uuid('id').primaryKey(),
    runId: uuid('run_id').notNull(),
    code: text('code').notNull(),
    question: jsonb('question').notNull(),
    status: text('status').notNull().default('open'),
    /** What was decided. */
    outcome: text('outcome'),
    value: jsonb('value'),
    decidedBy: text('decided_by'),
    decidedVia: text('decided_via'),
    /** The effect digest that may start because of this row; compared by the commit that starts the attempt. */
    authorises: text('authorises'),
    askedAt: at('asked_at').notNull(),
    expiresAt: at('expires_at'),
    decidedAt: at('decided_at'),
  },
  (t) => [
    uniqueIndex('escalations_code').on(t.code).where(sql`status = 'open'`),
    index('escalations_run').on(t.runId),
    check('escalations_status', sql`status in ('open', 'decided', 'expired', 'withdrawn')`),
    check('escalations_decided', sql`(status = 'decided') = (decided_by is not null)`),
    check('escalations_authorises', sql`authorises is null or status = 'decided'`),
  ],
);

/** One answer of one person. A quorum counts people. */
export const votes = pgTable(
  'votes',
  {
    escalationId: uuid('escalation_id').notNull(),
    person: text('person').notNull(),
    via: text('via').notNull(),
    verb: text('verb').notNull(),
    value: jsonb('value'),
    at: at('at').notNull().default(sql`clock_timestamp()`),
  },
  (t) => [primaryKey({ columns: [t.escalationId, t.person] })],
);

/** What one run holds against all others: a resource that an irreversible effect is about to touch, or has touched. */
export const reservations = pgTable(
  'reservations',
  {
    runId: uuid('run_id').notNull(),
    ref: text('ref').notNull(),
    agent: text('agent').notNull(),
    resource: text('resource').notNull(),
    state: text('state').notNull(),
    at: at('at').notNull().default(sql`clock_timestamp()`),
  },
  (t) => [
    primaryKey({ columns: [t.runId, t.ref] }),
    uniqueIndex('reservations_in_hand').on(t.agent, t.resource).where(sql`state = 'in_hand'`),
    index('reservations_done').on(t.agent, t.resource, t.at).where(sql`state = 'done'`),
    check('reservations_state', sql`state in ('in_hand', 'done', 'void')`),
  ],
);

/** The wish that a card stands in a conversation, as of a place in the journal. Written by the run's writer, removed by the sender. */
export const posts = pgTable(
  'posts',
  {
    runId: uuid('run_id').notNull(),
    purpose: text('purpose').notNull(),
    conversation: text('conversation').notNull(),
    wantsSeq: integer('wants_seq').notNull(),
    /** The question's card as it was when it was asked; the others are rendered when they are sent. */
    escalationId: uuid('escalation_id'),
  },
  (t) => [primaryKey({ columns: [t.runId, t.purpose, t.conversation] })],
);

/** The message that shows a post. Written by the outbox. */
export const deliveries = pgTable(
  'deliveries',
  {
    runId: uuid('run_id').notNull(),
    purpose: text('purpose').notNull(),
    conversation: text('conversation').notNull(),
    message: text('message'),
    showsSeq: integer('shows_seq').notNull().default(0),
    state: text('state').notNull(),
    cardDigest: text('card_digest'),
    attempts: integer('attempts').notNull().default(0),
    notBefore: at('not_before'),
    /** When it was first known to be shown. */
    shownAt: at('shown_at'),
  },
  (t) => [
    primaryKey({ columns: [t.runId, t.purpose, t.conversation] }),
    index('deliveries_message').on(t.conversation, t.message),
    check('deliveries_state', sql`state in ('sending', 'sent', 'unknown', 'later', 'dead')`),
  ],
);

/** What a platform has asked to be left alone, and until when: outlives the process that was told. */
export const parks = pgTable(
  'parks',
  { address: text('address').notNull(), kind: text('kind').notNull(), until: at('until').notNull() },
  (t) => [primaryKey({ columns: [t.address, t.kind] }), check('parks_kind', sql`kind in ('new', 'edit', 'any')`)],
);

/** Conversations that a platform has moved: what lives there goes by the address under which it began. */
export const moves = pgTable('moves', { address: text('address').primaryKey(), home: text('home').notNull() });

/** How far the updates of a platform's account have been read, and by whom: one process at a time. */
export const cursors = pgTable('cursors', {
  account: text('account').primaryKey(),
  holder: uuid('holder').notNull(),
  epoch: integer('epoch').notNull(),
  leaseUntil: at('lease_until').notNull(),
  position: bigint('position', { mode: 'bigint' }).notNull().default(sql`0`),
  movedAt: at('moved_at').notNull().default(sql`clock_timestamp()`),
});

/** A value that a person is giving field by field, by replying to one message after the other. */
export const dialogs = pgTable(
  'dialogs',
  {
    id: uuid('id').primaryKey(),
    conversation: text('conversation').notNull(),
    /** The message to reply to; null until it stands there. */
    message: text('message'),
    person: text('person').notNull(),
    code: text('code').notNull(),
    verb: text('verb').notNull(),
    typed: jsonb('typed').notNull(),
    field: integer('field').notNull(),
    at: at('at').notNull().default(sql`clock_timestamp()`),
  },
  (t) => [uniqueIndex('dialogs_message').on(t.conversation, t.message)],
);

/** The one process that sends for a channel. */
export const senders = pgTable('senders', {
  channel: text('channel').primaryKey(),
  holder: uuid('holder').notNull(),
  epoch: integer('epoch').notNull(),
  leaseUntil: at('lease_until').notNull(),
});

/** Who is alive: a worker that is here without its session lock is dead. */
export const workers = pgTable('workers', {
  key: bigint('key', { mode: 'bigint' }).primaryKey(),
  startedAt: at('started_at').notNull().default(sql`clock_timestamp()`),
});

/** The last time that each periodic job was taken by one of the processes. */
export const ticks = pgTable('ticks', { job: text('job').primaryKey(), firedAt: at('fired_at').notNull() });
