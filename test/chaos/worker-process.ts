/**
 * One process of Baton over the ledger shop, for tests that kill and freeze it. It says a line of JSON when it works,
 * and stops in order when its stdin ends.
 *
 * DATABASE_URL, DATABASE_DIRECT_URL; CHAOS_LEASE_MS; CHAOS_DELAYS (JSON, milliseconds by agent); CHAOS_SUBMIT (a task
 * to begin, its text is its key); CHAOS_VOTE (a verb to answer the run's question with); CHAOS_ROOM (the manners of a
 * room, as JSON: then there is a channel); CHAOS_SEND_LIMIT_MS; CHAOS_PAID (the provider costs money).
 */
import { createFunctionTransporter } from '../../src/agents/function.ts';
import { createWebhookTransporter } from '../../src/agents/webhook.ts';
import { createOrchestrator } from '../../src/core/orchestrator.ts';
import { createRules } from '../../src/models/rules.ts';
import { anna, operator, silent } from '../support/world.ts';
import { createPaid } from './paid.ts';
import { createRoom } from './room.ts';
import { createLedgerShop } from './shop.ts';

const env = process.env;
const url = env.DATABASE_URL!;
const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);
const { configuration, close } = createLedgerShop(env.DATABASE_DIRECT_URL ?? url, JSON.parse(env.CHAOS_DELAYS ?? '{}'));
const room = env.CHAOS_ROOM ? createRoom(url, JSON.parse(env.CHAOS_ROOM)) : null;
const loud = { ...silent, warn: (fields: object, message: string) => say({ warn: message, ...fields }) };

const world = createOrchestrator({
  databaseUrl: url,
  databaseDirectUrl: env.DATABASE_DIRECT_URL,
  configuration,
  transporters: [createFunctionTransporter({}), createWebhookTransporter({})],
  provider: env.CHAOS_PAID ? createPaid() : createRules(),
  channels: room ? [room] : [],
  outbox: { leaseMs: 500, sendLimitMs: Number(env.CHAOS_SEND_LIMIT_MS ?? 5_000) },
  log: env.CHAOS_LOUD ? loud : silent,
  leaseMs: Number(env.CHAOS_LEASE_MS ?? 1_000),
  drainMs: 1_000,
  concurrency: 64,
});

process.stdin.resume().once('end', async () => {
  await world.stop();
  await Promise.all([close(), room?.close()]);
  process.exit(0);
});

await world.start();
say({ ready: true, rss: process.memoryUsage.rss() });

if (env.CHAOS_SUBMIT) {
  const text = env.CHAOS_SUBMIT;
  const task = { text, requester: operator, conversation: null };
  const run = await world.desk.submit({ source: 'chaos', key: text, task });
  say({ run });
  if (env.CHAOS_VOTE) await vote(run, env.CHAOS_VOTE as 'approve' | 'reject');
}

async function vote(run: string, verb: 'approve' | 'reject'): Promise<void> {
  for await (const { events } of world.desk.follow(run)) {
    const asked = events.find((event) => event.type === 'asked');
    if (!asked) continue;
    say({ answer: await world.desk.vote(asked.question.code, { actor: anna, verb }) });
    return;
  }
}
