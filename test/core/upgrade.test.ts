import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { setTimeout as later } from 'node:timers/promises';
import postgres from 'postgres';
import { isFinal } from '../../src/contracts/run.ts';
import type { Orchestrator } from '../../src/core/orchestrator.ts';
import { testDatabase } from '../support/database.ts';
import { loadDump } from '../support/dump.ts';
import { anna, createShop, createWorld } from '../support/world.ts';

const fixtures = new URL('../fixtures/', import.meta.url);

/** What each run of a dump must come to when every question is answered with yes. */
const ends: Record<string, string> = {
  'refund 1 50': 'completed',
  'refund 2 500': 'failed',
  'refund 3 500': 'cancelled',
  'refund 4 500': 'completed',
  'refund 4 501': 'completed',
  'refund 5': 'completed',
  'wire 6 50': 'completed',
  'look 7 1': 'completed',
  'wire 8 50': 'completed',
  'refund 9 50': 'completed',
  'look 10 1': 'completed',
  'refund 11 500': 'failed',
  'refund 12 500': 'completed',
  'refund 13 500': 'cancelled',
  'look 14 1': 'completed',
  'look 15 1': 'completed',
  'look 16 1': 'completed',
};

/** Answers whatever is asked with yes, until every run is over. */
async function answerAll({ desk, db }: Orchestrator): Promise<Record<string, string>> {
  const deadline = AbortSignal.timeout(60_000);
  for (;;) {
    const runs = await desk.runs(100);
    const open = runs.filter(({ status }) => !isFinal(status));
    const left = await db.sql`select 1 from inbox where status = 'pending'`;
    if (open.length === 0 && left.length === 0) return Object.fromEntries(runs.map((run) => [run.title, run.status]));
    for (const run of open) {
      for (const { code, question } of await desk.questions(run.id)) {
        if (question.kind === 'approve') await desk.vote(code, { actor: anna, verb: 'approve' });
        else if (question.kind === 'answer')
          await desk.vote(code, { actor: anna, verb: 'answer', value: { amount: 5 } });
        else await desk.vote(code, { actor: anna, verb: 'done', value: { wire: 'found in the statement' } });
      }
    }
    if (deadline.aborted) {
      throw new Error(`still open: ${open.map(({ title, status }) => `${title} (${status})`).join(', ')}`);
    }
    await later(20);
  }
}

for (const file of (await readdir(fixtures)).filter((name) => name.endsWith('.copy'))) {
  test(`every run of ${file} is finished by this version, and nothing is done twice`, async () => {
    await using database = await testDatabase();
    const sql = postgres(database.url, { max: 1, onnotice: () => {} });
    await loadDump(sql, await readFile(new URL(file, fixtures), 'utf8'));
    const shop = createShop();
    const world = createWorld(database.url, shop, { concurrency: 4 });
    await world.start();
    await world.sweep();
    assert.deepEqual(await answerAll(world), ends);
    const paid = shop.ledger.filter(({ agent }) => agent === 'pay').map(({ input }) => input);
    assert.deepEqual(paid.map((input) => (input as { order: string }).order).sort(), ['12', '4', '4', '5', '9']);
    assert.deepEqual(shop.effects('wire'), [], 'a person said that the wires had gone out');
    const [left] = await sql`select
      (select count(*)::int from signals) as signals,
      (select count(*)::int from reservations where state = 'in_hand') as held,
      (select count(*)::int from runs where lease_until is not null) as leased`;
    assert.deepEqual({ ...left }, { signals: 0, held: 0, leased: 0 });
    await world.stop();
    await sql.end();
  });
}
