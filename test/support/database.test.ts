import assert from 'node:assert/strict';
import { test } from 'node:test';
import postgres from 'postgres';
import { testDatabase } from './database.ts';

test('each database is fresh and apart from the others', async () => {
  await using first = await testDatabase();
  await using second = await testDatabase();
  const one = postgres(first.url, { max: 1 });
  const two = postgres(second.url, { max: 1 });
  try {
    await one`create table only_here (id int)`;
    assert.equal((await two`select to_regclass('only_here') as found`)[0]?.found, null);
  } finally {
    await Promise.all([one.end(), two.end()]);
  }
});

test('ten at once share one template, and are gone after disposal though a client is still connected', async () => {
  await using observer = await testDatabase();
  const databases = await Promise.all(Array.from({ length: 10 }, () => testDatabase()));
  const names = databases.map((database) => new URL(database.url).pathname.slice(1));
  const lingering = postgres(databases[0]?.url ?? '', { max: 1 });
  await lingering`select 1`;
  await Promise.all(databases.map((database) => database[Symbol.asyncDispose]()));
  const sql = postgres(observer.url, { max: 1 });
  const left = await sql`select datname from pg_database where datname = any(${names})`;
  await Promise.all([sql.end(), lingering.end({ timeout: 0 })]);
  assert.deepEqual([...left], []);
});
