import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkDatabase, judgeClock } from '../../../src/core/doctor/database.ts';
import { age } from '../../../src/core/doctor/finding.ts';
import { openDatabase, type Sql } from '../../../src/core/store/database.ts';
import { testDatabase } from '../../support/database.ts';

async function report(change?: (sql: Sql) => PromiseLike<unknown>, directUrl?: string) {
  await using database = await testDatabase();
  const db = openDatabase({ url: database.url });
  await change?.(db.sql);
  const found = await checkDatabase(db, 'test', directUrl);
  await db.close();
  return { ...found, line: (check: string) => found.findings.find((one) => one.check === check)! };
}

test('a database that answers is named by its version, and never by its address', async () => {
  const { line, reachable, readable } = await report();
  assert.deepEqual([reachable, readable], [true, true]);
  assert.match(line('database').text, /^Postgres \d+\.\d+ \(test\) answers in \d+ ms$/);
  assert.match(line('clock').text, /are \d+ ms apart/);
  assert.match(line('migrations').text, /^\d+ applied, none pending$/);
});

test('a throw-away server loses what was accepted, and it says so', async () => {
  const { line } = await report();
  assert.equal(line('durability').ok, false);
  assert.match(line('durability').text, /^fsync and synchronous_commit and full_page_writes are off/);
});

test('tables that are older, newer or not there are told apart', async () => {
  const older = await report(
    (sql) => sql`
    delete from drizzle.__drizzle_migrations where id = (select max(id) from drizzle.__drizzle_migrations)`,
  );
  assert.deepEqual([older.readable, older.line('migrations').text], [false, '1 pending']);
  const newer = await report(
    (sql) => sql`
    insert into drizzle.__drizzle_migrations (hash, created_at) values ('of tomorrow', 9999999999999)`,
  );
  assert.equal(newer.readable, false);
  assert.match(newer.line('migrations').text, /newer than this version/);
  assert.match(newer.line('migrations').advice!, /update Baton/);
  const none = await report((sql) => sql`drop schema drizzle cascade`);
  assert.deepEqual([none.readable, none.line('migrations').text], [false, 'there are no tables yet']);
});

test('a database that does not answer ends the look at it, with the code of the error alone', async () => {
  const db = openDatabase({ url: 'postgres://me:hunter22@127.0.0.1:9/none' });
  const { findings, reachable } = await checkDatabase(db, 'DATABASE_URL');
  await db.close();
  assert.equal(reachable, false);
  assert.deepEqual(
    findings.map(({ check, text, code }) => ({ check, text, code })),
    [{ check: 'database', text: 'DATABASE_URL does not answer (ECONNREFUSED)', code: 'database_unreachable' }],
  );
});

test('the way past a pooler is tried as well', async () => {
  const { line } = await report(undefined, 'postgres://me@127.0.0.1:9/none');
  assert.match(line('direct').text, /DATABASE_DIRECT_URL does not answer/);
});

test('clocks may be apart a little, and whoever is behind is told', () => {
  assert.equal(judgeClock(1_999).ok, true);
  assert.equal(judgeClock(2_001).text, 'this machine is 2 s behind the database');
  assert.equal(judgeClock(-90_000).text, 'this machine is 90 s ahead of the database');
});

test('an age is told in the unit that fits', () => {
  const ages = [900, 59_000, 150_000, 7_300_000, 200_000_000].map(age);
  assert.deepEqual(ages, ['0 s', '59 s', '2 min', '2 h', '2 days']);
});
