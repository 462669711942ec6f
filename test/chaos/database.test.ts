import assert from 'node:assert/strict';
import { test } from 'node:test';
import { migrate } from '../../src/core/store/migrate.ts';
import { startEmbedded, toUrl } from '../../src/postgres/index.ts';
import { createHome, kill, postmasterPid } from '../postgres/home.ts';
import { createProxy } from '../support/tcp-proxy.ts';
import { assertSound, openStage, type Stage, until } from './stage.ts';

const finishedRuns = async ({ sql }: Stage): Promise<number> =>
  (await sql<{ n: number }[]>`select count(*)::int as n from runs where finished_at is not null`)[0]!.n;

const begin = (stage: Stage, count: number): Promise<string[]> =>
  Promise.all(Array.from({ length: count }, (_, i) => stage.submit(`refund ${1000 + i} 50`)));

/** Waits until so many runs are over. */
const over = (stage: Stage, count: number): Promise<void> =>
  until(`${count} ends`, async () => (await finishedRuns(stage)) >= count, 60_000).then(() => {});

/** A payment that lost all its attempts to the outages is a person's to judge: this one has it tried again. */
const answerAll = async (stage: Stage, runs: readonly string[]): Promise<void> => {
  await Promise.all(runs.map((run) => stage.vote(run, 'retry', async () => isOver(stage, run))));
};

const isOver = async ({ sql }: Stage, run: string): Promise<boolean> =>
  (await sql`select 1 from runs where id = ${run} and finished_at is not null`).length > 0;

async function assertEachPaidOnce(stage: Stage, runs: readonly string[]): Promise<void> {
  for (const run of runs) {
    assert.equal(await stage.finished(run), 'completed');
    await stage.settled(run);
    await assertSound(stage, run);
    assert.equal(await stage.effects('pay', run), 1);
  }
}

test('fifty runs end, each paid once, though Postgres is shut down at once and started again, twice', async () => {
  await using home = createHome();
  const options = { home: home.path, durability: 'full' as const };
  const servers = [await startEmbedded(options)];
  const url = toUrl(servers[0]!.address);
  await migrate({ url });
  {
    await using stage = await openStage(url);
    const workers = [stage.worker({ CHAOS_DELAYS: '{"pay":150}' }), stage.worker({ CHAOS_DELAYS: '{"pay":150}' })];
    await Promise.all(workers.map((worker) => worker.ready()));
    const runs = await begin(stage, 25);
    for (const [i, more] of [25, 0].entries()) {
      await over(stage, 5 + 25 * i);
      await kill(postmasterPid(home.path)!, 'SIGQUIT');
      servers.push(await startEmbedded(options));
      if (more > 0) runs.push(...(await beginMore(stage, more)));
    }
    await answerAll(stage, runs);
    await over(stage, 50);
    await assertEachPaidOnce(stage, runs);
    assert.deepEqual(
      workers.map((worker) => worker.isDead()),
      [false, false],
    );
  }
  for (const server of servers) await server.stop();
});

const beginMore = (stage: Stage, count: number): Promise<string[]> =>
  Promise.all(Array.from({ length: count }, (_, i) => stage.submit(`refund ${2000 + i} 50`)));

test('thirty runs end, each paid once, while every connection of the workers is ended again and again', async () => {
  await using stage = await openStage();
  const workers = [stage.worker({}), stage.worker({})];
  await Promise.all(workers.map((worker) => worker.ready()));
  const runs: string[] = [];
  let struck = 0;
  for (let round = 0; round < 6; round += 1) {
    const begun = Array.from({ length: 5 }, (_, i) => stage.submit(`refund ${1000 + round * 5 + i} 50`));
    const [strike] = await stage.sql<{ n: number }[]>`
      select count(*) filter (where pg_terminate_backend(pid))::int as n from pg_stat_activity
      where datname = current_database() and application_name like 'baton%'`;
    struck += strike!.n;
    runs.push(...(await Promise.all(begun)));
    await over(stage, round * 5 + 1);
  }
  await over(stage, 30);
  assert.ok(struck > 20, `${struck} connections were ended`);
  await assertEachPaidOnce(stage, runs);
  assert.deepEqual(
    workers.map((worker) => worker.isDead()),
    [false, false],
  );
});

test('steps still start when the listening connection went dead without a word', async () => {
  await using stage = await openStage();
  await using door = await createProxy(stage.url);
  const worker = stage.worker({ DATABASE_DIRECT_URL: door.url });
  await worker.ready();
  door.set('half-open');
  door.set('pass');
  const since = performance.now();
  const runs = await begin(stage, 3);
  await over(stage, 3);
  const tookMs = performance.now() - since;
  assert.ok(tookMs < 4_000, `it took ${Math.round(tookMs)} ms to notice`);
  await assertEachPaidOnce(stage, runs);
});

test('a killed worker is followed by another within a second and a half, though its leases last half a minute', async () => {
  await using stage = await openStage();
  const env = { CHAOS_LEASE_MS: '30000', CHAOS_DELAYS: '{"reserve":25000}' };
  const first = stage.worker(env);
  await first.ready();
  const runs = await begin(stage, 3);
  await until('the calls', async () => (await stage.calls('reserve')) === 3);
  const second = stage.worker({ CHAOS_LEASE_MS: '30000' });
  await second.ready();
  assert.equal(await stage.calls('reserve'), 3);
  const since = performance.now();
  await first.kill();
  await until('the next calls', async () => (await stage.calls('reserve')) === 6);
  const tookMs = performance.now() - since;
  assert.ok(tookMs < 1_500, `it took ${Math.round(tookMs)} ms`);
  await assertEachPaidOnce(stage, runs);
});
