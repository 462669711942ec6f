/**
 * What durability costs: runs of five trivial steps by one worker, beside the physical limit: a hand-written loop that
 * commits one row a step, with no retries, no contracts, no leases, on the same Postgres in the same minute.
 *
 *   npm run bench              # concurrency 1 and 64, three rounds, medians
 *   npm run bench -- 16 500    # another concurrency, another number of runs
 *
 * Only ratios of one run of this script mean anything: the disk and the neighbours decide the absolute figures.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { migrate } from '../src/core/store/migrate.ts';
import { startEmbedded, toUrl } from '../src/postgres/index.ts';
import { runBaton } from './baton.ts';
import { runLimit } from './limit.ts';

const [concurrencies, runs] = process.argv[2]
  ? [[Number(process.argv[2])], Number(process.argv[3] ?? 1000)]
  : [[1, 64], 0];
const rounds = 3;

const median = (figures: number[]): number => [...figures].sort((a, b) => a - b)[Math.floor(figures.length / 2)]!;

const home = await mkdtemp(join(tmpdir(), 'baton-bench-'));
const server = await startEmbedded({ home, durability: 'full' });
const admin = postgres(toUrl(server.address), { max: 1, onnotice: () => {} });

/** A fresh database for each measurement, so that none pays for the rows of another. */
async function inDatabase<T>(act: (url: string) => Promise<T>): Promise<T> {
  const name = `bench_${Math.random().toString(36).slice(2, 10)}`;
  await admin`create database ${admin(name)}`;
  const url = toUrl({ ...server.address, database: name });
  try {
    return await act(url);
  } finally {
    await admin`drop database ${admin(name)} with (force)`;
  }
}

try {
  for (const concurrency of concurrencies) {
    const count = runs || (concurrency === 1 ? 300 : 5000);
    const limit: number[] = [];
    const baton: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      limit.push(await inDatabase((url) => runLimit(url, count, concurrency)));
      baton.push(
        await inDatabase(async (url) => {
          await migrate({ url });
          return runBaton(url, count, concurrency);
        }),
      );
    }
    const ratio = median(baton) / median(limit);
    console.log(
      `concurrency ${String(concurrency).padStart(2)}: Baton ${median(baton).toFixed(0)} runs/s, ` +
        `single-row commits ${median(limit).toFixed(0)} runs/s, ratio ${ratio.toFixed(2)}`,
    );
  }
} finally {
  await admin.end();
  await server.stop();
  await rm(home, { recursive: true, force: true });
}
