import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { checkDeep } from '../../../src/core/doctor/deep.ts';
import { openDatabase, type Sql } from '../../../src/core/store/database.ts';
import { testDatabase } from '../../support/database.ts';
import { loadDump } from '../../support/dump.ts';
import { troubles, type Ward, ward } from './ward.ts';

test('a healthy database has nothing to complain of', async () => {
  await using healthy = await ward();
  const findings = await Array.fromAsync(checkDeep(healthy.db));
  assert.deepEqual(troubles(findings), []);
  assert.equal(findings.length, 10);
});

test('a database that everything was killed on is sound as well', async () => {
  await using database = await testDatabase();
  const db = openDatabase({ url: database.url });
  await loadDump(db.sql as never, await readFile(new URL('../../fixtures/v1.copy', import.meta.url), 'utf8'));
  assert.deepEqual(troubles(await Array.fromAsync(checkDeep(db))), []);
  await db.close();
});

/** The events of one type, out of the journal of a run. */
const without = (sql: Sql, run: string, type: string) => sql`
  update journal j set events = (
    select coalesce(jsonb_agg(e) filter (where e->>'type' <> ${type}), '[]') from jsonb_array_elements(events) as e)
  where run_id = ${run}`;

const twice = (sql: Sql, run: string, type: string) => sql`
  update journal j set events = events || (
    select jsonb_agg(e) from (select e from jsonb_array_elements(events) as e where e->>'type' = ${type} limit 1) as one(e))
  where run_id = ${run} and events @> jsonb_build_array(jsonb_build_object('type', ${type}::text))`;

/** What is done to the data, and the line that must say so. */
const breakages: Record<
  string,
  { check: string; says: RegExp; of?: 'refund' | 'wire' | 'waiting'; harm(ward: Ward): PromiseLike<unknown> }
> = {
  'an entry is missing': {
    check: 'sequence',
    says: /\d entries, from 1 to \d/,
    harm: ({ sql, refund }) => sql`delete from journal where run_id = ${refund} and seq = 2`,
  },
  'a journal is missing': {
    check: 'sequence',
    says: /it has no journal/,
    harm: ({ sql, refund }) => sql`delete from journal where run_id = ${refund}`,
  },
  'a run is missing': {
    check: 'sequence',
    says: /its journal has no run/,
    harm: ({ sql, refund }) => sql`delete from runs where id = ${refund}`,
  },
  'a run has another status than its journal': {
    check: 'endings',
    says: /its journal ends completed, and it is failed/,
    harm: ({ sql, refund }) => sql`update runs set status = 'failed' where id = ${refund}`,
  },
  'a journal has no end': {
    check: 'endings',
    says: /it is completed, and its journal has no end/,
    harm: ({ sql, refund }) => without(sql, refund, 'finished'),
  },
  'a run goes on after its end': {
    check: 'endings',
    says: /its journal ends completed, and it is running/,
    harm: ({ sql, refund }) => sql`update runs set status = 'running', finished_at = null where id = ${refund}`,
  },
  'a run ends twice': {
    check: 'endings',
    says: /its journal ends 2 times/,
    harm: ({ sql, refund }) => twice(sql, refund, 'finished'),
  },
  'something happens after the end': {
    check: 'endings',
    says: /after its end stands skipped/,
    harm: ({ sql, refund }) => sql`
      insert into journal (run_id, seq, at, commit_id, events)
      select run_id, max(seq) + 1, now(), gen_random_uuid(), '[{"type":"skipped","v":1,"ref":"x","because":"condition"}]'
      from journal where run_id = ${refund} group by run_id`,
  },
  'a run ended another day than its journal': {
    check: 'endings',
    says: /hours away/,
    harm: ({ sql, refund }) => sql`update runs set finished_at = finished_at - interval '1 day' where id = ${refund}`,
  },
  'a signal is left': {
    check: 'leftovers',
    says: /1 unread signals/,
    harm: ({ sql, refund }) => sql`
      insert into signals (run_id, id, data, at)
      values (${refund}, gen_random_uuid(), '{"kind":"cancel","by":null}', now() - interval '1 hour')`,
  },
  'a question of a run that is over is open': {
    check: 'leftovers',
    says: /question [\w-]+ is open/,
    harm: ({ sql, refund }) => sql`
      update escalations set status = 'open', outcome = null, decided_by = null, authorises = null
      where run_id = ${refund}`,
  },
  'a resource is in hand for ever': {
    check: 'leftovers',
    says: /step pay has order:1 in hand/,
    harm: ({ sql, refund }) => sql`update reservations set state = 'in_hand' where run_id = ${refund}`,
  },
  'a lease is left': {
    check: 'leftovers',
    says: /a lease is on it/,
    harm: ({ sql, refund }) =>
      sql`update runs set worker = 7, lease_until = now() - interval '1 hour' where id = ${refund}`,
  },
  'a question has lost its row': {
    check: 'answers',
    says: /was asked, and has no row/,
    harm: ({ sql, refund }) => sql`delete from escalations where run_id = ${refund}`,
  },
  'a question was never asked': {
    check: 'answers',
    says: /was never asked/,
    of: 'wire',
    harm: ({ sql, wire }) => sql`
      insert into escalations (id, run_id, code, question, status, outcome, decided_by, asked_at)
      select gen_random_uuid(), ${wire}, 'aaaa-bbbb', question, 'decided', 'approve', 'anna', now() from escalations limit 1`,
  },
  'a decision was changed': {
    check: 'answers',
    says: /is closed \(reject\), and its journal says approve/,
    harm: ({ sql, refund }) => sql`update escalations set outcome = 'reject' where run_id = ${refund}`,
  },
  'a decision was never told': {
    check: 'answers',
    says: /is closed \(reject\), and nobody was told/,
    of: 'waiting',
    harm: ({ sql, waiting }) => sql`
      update escalations set status = 'decided', outcome = 'reject', decided_by = 'anna' where run_id = ${waiting}`,
  },
  'an attempt has no end': {
    check: 'attempts',
    says: /attempt 1 of \w+ began 1 times and ended 0 times/,
    harm: ({ sql, refund }) => without(sql, refund, 'attempt_ended'),
  },
  'an attempt has no beginning': {
    check: 'attempts',
    says: /attempt 1 of wire began 0 times and ended 1 times/,
    of: 'wire',
    harm: ({ sql, wire }) => without(sql, wire, 'attempt_started'),
  },
  'an approval covers something else': {
    check: 'permissions',
    says: /attempt 1 of pay began on question [\w-]+/,
    harm: ({ sql, refund }) => sql`update escalations set authorises = 'another' where run_id = ${refund}`,
  },
  'a large value is missing': {
    check: 'values',
    says: /value \w{12} of \w+ is missing/,
    of: 'wire',
    harm: ({ sql }) => sql`delete from blobs`,
  },
  'a contract is missing': {
    check: 'definitions',
    says: /contract of shop\.pay@1 \w{12} is missing/,
    harm: ({ sql }) => sql`delete from definitions where body->>'name' = 'shop.pay'`,
  },
  'a route is missing': {
    check: 'definitions',
    says: /route \w{12} is missing/,
    harm: ({ sql }) => sql`delete from definitions where kind = 'route' and body->>'name' = 'refund'`,
  },
  'a card shows what has not happened': {
    check: 'messages',
    says: /delivery summary is of place 999 of a journal of \d/,
    harm: ({ sql, refund }) =>
      sql`update deliveries set shows_seq = 999 where run_id = ${refund} and purpose = 'summary'`,
  },
  'a post asks a question that is not there': {
    check: 'messages',
    says: /post question:x has no question/,
    harm: ({ sql, refund }) => sql`
      insert into posts (run_id, purpose, conversation, wants_seq, escalation_id)
      values (${refund}, 'question:x', 'memory:room', 1, gen_random_uuid())`,
  },
  'a message has lost its run': {
    check: 'rows',
    says: /the message that began it has no run/,
    harm: ({ sql, refund }) => sql`delete from runs where id = ${refund}`,
  },
};

for (const [what, { check, says, of = 'refund', harm }] of Object.entries(breakages)) {
  test(`it shows when ${what}`, async () => {
    await using broken = await ward();
    await harm(broken);
    const found = troubles(await Array.fromAsync(checkDeep(broken.db)));
    const line = found.find((one) => one.check === check);
    assert.ok(line, `nothing was said of ${check}: ${JSON.stringify(found)}`);
    assert.match(line.text, says);
    assert.ok(line.text.includes(broken[of]), line.text);
    assert.ok(line.runs?.includes(broken[of]));
  });
}

test('a vote without a question belongs to no run, and shows all the same', async () => {
  await using broken = await ward();
  await broken.sql`insert into votes (escalation_id, person, via, verb) values (gen_random_uuid(), 'eve', 'x', 'approve')`;
  const [line] = troubles(await Array.fromAsync(checkDeep(broken.db)));
  assert.match(line!.text, /a vote of eve is on no question/);
  assert.deepEqual(line!.runs, []);
});

test('of many only a few are named, and counted are all', async () => {
  await using broken = await ward();
  await broken.sql`
    insert into runs (id, status, title, requester, engine)
    select gen_random_uuid(), 'running', 'lost', 'operator', 1 from generate_series(1, 1000)`;
  const [line] = troubles(await Array.fromAsync(checkDeep(broken.db)));
  assert.equal(line?.runs?.length, 5);
  assert.match(line.text, /; 995 more$/);
});
