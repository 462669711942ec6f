import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkDatabase } from '../../src/core/doctor/database.ts';
import { checkDeep } from '../../src/core/doctor/deep.ts';
import { checkWork } from '../../src/core/doctor/work.ts';
import { openDatabase } from '../../src/core/store/database.ts';
import { migrate } from '../../src/core/store/migrate.ts';
import { assertSound, openStage, type Stage } from '../chaos/stage.ts';
import { prepare, startPooler, startPostgres15 } from './cluster.ts';

const skip = prepare() ?? false;

/** Nothing needs attention, but that nobody waits for the disk where the tests have turned it off. */
async function assertWell(url: string, directUrl?: string): Promise<void> {
  const db = openDatabase({ url, directUrl });
  const { findings } = await checkDatabase(db, 'test', directUrl);
  const all = [...findings, ...(await checkWork(db, { invocation: '' })), ...(await Array.fromAsync(checkDeep(db)))];
  await db.close();
  assert.deepEqual(
    all.filter(({ ok, check }) => !ok && check !== 'durability').map(({ text }) => text),
    [],
  );
  assert.equal(
    all.some(({ check }) => check === 'direct'),
    directUrl !== undefined,
  );
}

async function refund(stage: Stage, text: string, verb: 'approve' | 'reject'): Promise<void> {
  const run = await stage.submit(text);
  await stage.vote(run, verb);
  assert.equal(await stage.finished(run), verb === 'approve' ? 'completed' : 'failed');
  await stage.settled(run);
  await assertSound(stage, run);
  assert.equal(await stage.effects('pay', run), verb === 'approve' ? 1 : 0);
  assert.equal(await stage.effects('release', run), verb === 'approve' ? 0 : 1);
}

test('the oldest supported Postgres takes the migrations, runs refunds, and is restarted under a worker', {
  skip,
}, async () => {
  await using server = await startPostgres15();
  assert.ok((await migrate({ url: server.url })) > 0);
  assert.equal(await migrate({ url: server.url }), 0);
  await using stage = await openStage(server.url);
  const [{ version } = { version: '' }] = await stage.sql<{ version: string }[]>`
    select current_setting('server_version') as version`;
  assert.match(version, /^15\./);
  const worker = stage.worker({});
  await worker.ready();
  await refund(stage, 'refund 1 500', 'approve');
  await refund(stage, 'refund 2 500', 'reject');
  const waiting = await stage.submit('refund 3 500');
  await server.restart();
  await stage.vote(waiting, 'approve');
  assert.equal(await stage.finished(waiting), 'completed');
  assert.equal(await stage.effects('pay', waiting), 1);
  assert.equal(worker.isDead(), false);
  await assertWell(server.url);
});

test('refunds run behind a transaction pooler, with a direct address beside it', { skip }, async () => {
  await using server = await startPostgres15();
  await migrate({ url: server.url });
  await using pooler = await startPooler(server.url);
  await using stage = await openStage(server.url);
  const worker = stage.worker({ DATABASE_URL: pooler.url, DATABASE_DIRECT_URL: server.url });
  await worker.ready();
  await refund(stage, 'refund 1 500', 'approve');
  await refund(stage, 'refund 2 500', 'reject');
  const small = await Promise.all(Array.from({ length: 20 }, (_, i) => stage.submit(`refund ${10 + i} 50`)));
  for (const run of small) assert.equal(await stage.finished(run), 'completed');
  assert.equal(worker.isDead(), false);
  await assertWell(pooler.url, server.url);
});
