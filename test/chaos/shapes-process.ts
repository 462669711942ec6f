/** A process that carries shapes out until it is killed. DATABASE_URL; PGAPPNAME, the name by which its writes are known. */
import postgres from 'postgres';
import { createOrchestrator } from '../../src/core/orchestrator.ts';
import { silent } from '../support/world.ts';
import { createShapes } from './shapes.ts';

const databaseUrl = process.env.DATABASE_URL!;
const sql = postgres(databaseUrl, { max: 4, onnotice: () => {}, fetch_types: false });
const { configuration, provider, transporter } = createShapes(sql);
const world = createOrchestrator({
  databaseUrl,
  configuration,
  provider,
  transporters: [transporter],
  log: silent,
  leaseMs: 1_000,
  drainMs: 1_000,
  concurrency: 64,
});

process.stdin.resume().once('end', async () => {
  await world.stop();
  process.exit(0);
});

await world.start();
process.stdout.write(`${JSON.stringify({ ready: true })}\n`);
