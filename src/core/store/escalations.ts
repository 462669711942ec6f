/**
 * The authority over every question. Approve, reject, answer, expire and withdraw are the same compare-and-set on its
 * row and one signal to the run, in one transaction: whoever comes second finds it closed and is told how.
 */

import type { Verb } from '../../contracts/escalation.ts';
import {
  type Decision,
  type Question,
  question as questionSchema,
  type VoteAnswer,
} from '../../contracts/escalation.ts';
import { type Ground, judge, type Vote } from '../judge.ts';
import { encodeJson } from '../scrub.ts';
import type { Database, Sql, Statement } from './database.ts';
import { lockRun, raiseSignal } from './signals.ts';
import { extendUnshown } from './unshown.ts';

export interface EscalationRow {
  id: string;
  run: string;
  code: string;
  status: 'open' | 'decided' | 'expired' | 'withdrawn';
  outcome: string | null;
  by: string | null;
  question: Question;
}

/** As it was asked, open until when it is by now. */
const row = ({ expiresAt, ...of }: Omit<EscalationRow, 'question'> & Raw): EscalationRow => ({
  ...of,
  question: { ...questionSchema.parse(of.question), expiresAt },
});

type Raw = { question: unknown; expiresAt: number | null };

const columns = (sql: Statement) => sql`id, run_id as run, code, status, outcome, decided_by as by, question,
  extract(epoch from expires_at)::float8 * 1000 as "expiresAt"`;

/** The question of that code: the open one, else the latest that had it. */
export async function findQuestion(sql: Statement, code: string): Promise<EscalationRow | null> {
  const rows = await sql<(EscalationRow & Raw)[]>`
    select ${columns(sql)} from escalations where code = ${code} order by status = 'open' desc, asked_at desc limit 1`;
  return rows[0] ? row(rows[0]) : null;
}

/** The open questions of a run, oldest first. */
export async function openQuestionsOf(sql: Sql, run: string): Promise<EscalationRow[]> {
  const rows = await sql<(EscalationRow & Raw)[]>`
    select ${columns(sql)} from escalations where run_id = ${run} and status = 'open' order by asked_at`;
  return rows.map(row);
}

/** The open questions of all runs, oldest first. */
export async function openQuestionsOfAll(sql: Sql, limit: number): Promise<(EscalationRow & { title: string })[]> {
  const rows = await sql<(EscalationRow & Raw & { title: string })[]>`
    select ${columns(sql)}, (select title from runs r where r.id = run_id) as title
    from escalations where status = 'open' order by asked_at, id limit ${limit}`;
  return rows.map((one) => ({ ...row(one), title: one.title }));
}

/** Counts one person's answer, and closes the question when that decides it. `prepare` loads what judging reads. */
export async function vote(
  db: Database,
  code: string,
  ballot: Vote,
  ground: (run: string, now: number) => Ground,
  prepare: (question: Question) => Promise<void>,
): Promise<VoteAnswer> {
  const found = await findQuestion(db.sql, code);
  if (!found) return { result: 'unknown_question' };
  await prepare(found.question);
  return db.transaction('decide', async (sql) => {
    await lockRun(sql, found.run);
    const [locked] = await sql<(EscalationRow & Raw & { now: number })[]>`
      select ${columns(sql)}, extract(epoch from clock_timestamp())::float8 * 1000 as now from escalations where id = ${found.id} for update`;
    const { status, outcome, by, now, expiresAt } = locked!;
    if (status !== 'open') return { result: 'already_decided', outcome: outcome ?? status, by };
    const isOver = expiresAt !== null && expiresAt <= now;
    const until = (isOver && (await extendUnshown(sql, found.run, found.id))) || expiresAt;
    const approvals = await sql<{ person: string }[]>`
      select person from votes where escalation_id = ${found.id} and verb = 'approve'`;
    const verdict = judge(
      { ...found.question, expiresAt: until },
      approvals.map(({ person }) => person),
      ballot,
      ground(found.run, now),
    );
    if (verdict.kind === 'refuse') return verdict.answer;
    await sql`
      insert into votes (escalation_id, person, via, verb, value)
      values (${found.id}, ${ballot.actor.person}, ${ballot.actor.via}, ${ballot.verb},
        ${ballot.value === undefined ? null : encodeJson(ballot.value)}::text::jsonb)`;
    if (verdict.kind === 'count')
      return { result: 'counted', votes: verdict.votes, quorum: found.question.policy.quorum };
    await closeRow(sql, found.run, verdict.decision);
    return { result: 'decided', outcome: verdict.decision.outcome as Verb, run: found.run };
  });
}

/** Closes a question without a person. Does nothing when it is closed already, or has not had its time. */
export const closeQuestion = (
  db: Database,
  run: string,
  escalation: string,
  as: 'expired' | 'withdrawn',
): Promise<boolean> =>
  db.transaction('close', async (sql) => {
    await lockRun(sql, run);
    if (as === 'expired' && (await extendUnshown(sql, run, escalation)) !== null) return false;
    return closeRow(sql, run, { escalation, outcome: as, by: null, authorises: null });
  });

/** The compare-and-set: only an open row is closed, and the run hears of it in the same transaction. */
async function closeRow(sql: Statement, run: string, decision: Decision): Promise<boolean> {
  const status = decision.outcome === 'expired' || decision.outcome === 'withdrawn' ? decision.outcome : 'decided';
  const value = decision.value === undefined ? null : encodeJson(decision.value);
  const closed = await sql`
    update escalations set status = ${status}, outcome = ${decision.outcome}, value = ${value}::text::jsonb,
      decided_by = ${decision.by?.person ?? null}, decided_via = ${decision.by?.via ?? null},
      authorises = ${decision.authorises}, decided_at = clock_timestamp()
    where id = ${decision.escalation} and status = 'open'
      and (${decision.outcome} <> 'expired' or expires_at <= clock_timestamp())
    returning 1`;
  if (closed.length > 0) await raiseSignal(sql, run, { kind: 'decided', decision });
  return closed.length > 0;
}
