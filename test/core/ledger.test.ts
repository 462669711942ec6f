import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { v7 as uuid } from 'uuid';
import { fail } from '../../src/contracts/error.ts';
import type { BudgetsDefinition } from '../../src/contracts/models-config.ts';
import type { ModelCall } from '../../src/contracts/usage.ts';
import { type Database, openDatabase } from '../../src/core/store/database.ts';
import { beginRun, keepMessage } from '../../src/core/store/inbox.ts';
import {
  bookCall,
  type Charge,
  forgetBookings,
  limitsOf,
  settleCall,
  settlePrice,
} from '../../src/core/store/ledger.ts';
import { claimRuns } from '../../src/core/store/runs.ts';
import { testDatabase } from '../support/database.ts';
import { modelCall } from '../support/model-call.ts';
import { operator } from '../support/world.ts';

async function open() {
  const database = await testDatabase();
  const db = openDatabase({ url: database.url });
  return {
    db,
    [Symbol.asyncDispose]: async () => {
      await db.close();
      await database[Symbol.asyncDispose]();
    },
  };
}

/** Runs in hand, as entries to book for. */
async function held({ sql }: Database, count: number): Promise<Charge[]> {
  for (let n = 0; n < count; n += 1) {
    const key = uuid();
    await keepMessage(sql, { source: 'test', key, body: {} });
    await beginRun(sql, 'test', key, { text: 'refund 7', requester: operator, conversation: null }, false);
  }
  const { claimed } = await claimRuns(sql, 1n, 60_000, count);
  return claimed.map(({ run, epoch }) => entryOf(run, epoch));
}

const entryOf = (run: string, epoch: number): Charge => ({
  id: randomUUID(),
  run,
  epoch,
  route: 'refund',
  purpose: 'plan',
  agent: null,
  tier: 'strong',
  provider: 'openai',
  model: 'big',
  tokens: 100,
  micros: 1_000_000,
  currency: 'USD',
});

const another = (entry: Charge, more: Partial<Charge> = {}): Charge => ({ ...entry, id: randomUUID(), ...more });

const callOf = ({ id }: Charge, more: Partial<ModelCall> = {}): ModelCall =>
  modelCall({
    id,
    usage: { input: 30, cachedInput: 10, output: 12, reasoning: 2 },
    cost: { micros: 400_000, currency: 'USD', prices: '2026-09-29' },
    ...more,
  });

const rows = ({ sql }: Database) => sql`select id, state, tokens::int, micros::int, currency from ledger order by at`;

for (const [unit, budgets, answer] of [
  ['money', { run: { hard: { money: { USD: 2.5 } } } }, { scope: 'run', limit: 'hard', unit: 'USD' }],
  ['tokens', { day: { hard: { tokens: 250 } } }, { scope: 'day', limit: 'hard', unit: 'tokens' }],
  ['calls', { day: { soft: { calls: 2 } } }, { scope: 'day', limit: 'soft', unit: 'calls' }],
] as [string, BudgetsDefinition, object][]) {
  test(`a call that would pass a limit of ${unit} is not booked, and the limit is named`, async () => {
    await using at = await open();
    const [entry] = await held(at.db, 1);
    const limits = limitsOf(budgets);
    assert.equal(await bookCall(at.db.sql, entry!, limits), 'booked');
    assert.equal(await bookCall(at.db.sql, another(entry!), limits), 'booked');
    assert.deepEqual(await bookCall(at.db.sql, another(entry!), limits), answer);
    assert.equal((await rows(at.db)).length, 2);
  });
}

test('the hard limit is named before the soft one, and a currency counts its own money only', async () => {
  await using at = await open();
  const [entry] = await held(at.db, 1);
  const limits = limitsOf({ run: { soft: { money: { USD: 0.5 } }, hard: { money: { USD: 0.7, RUB: 5 } } } });
  assert.deepEqual(await bookCall(at.db.sql, entry!, limits), { scope: 'run', limit: 'hard', unit: 'USD' });
  assert.equal(await bookCall(at.db.sql, another(entry!, { currency: 'RUB' }), limits), 'booked');
  const free = another(entry!, { currency: null, micros: null });
  assert.equal(await bookCall(at.db.sql, free, limits), 'booked');
});

test('what a call really took replaces what was booked, and repeating either changes nothing', async () => {
  await using at = await open();
  const [entry] = await held(at.db, 1);
  const limits = limitsOf({ run: { hard: { calls: 1 } } });
  for (let n = 0; n < 2; n += 1) assert.equal(await bookCall(at.db.sql, entry!, limits), 'booked');
  for (let n = 0; n < 2; n += 1) await settleCall(at.db.sql, entry!.id, callOf(entry!));
  assert.deepEqual(
    [...(await rows(at.db))],
    [{ id: entry!.id, state: 'settled', tokens: 42, micros: 400_000, currency: 'USD' }],
  );
});

test('a call that may be billed keeps what was booked; one that left nothing behind costs nothing', async () => {
  await using at = await open();
  const [entry] = await held(at.db, 1);
  const [lost, unsent] = [another(entry!), another(entry!)];
  for (const one of [lost, unsent]) await bookCall(at.db.sql, one, []);
  const nothing = { usage: null, cost: null };
  await settleCall(at.db.sql, lost.id, callOf(lost, { ...nothing, error: fail('timed_out', 'late') }));
  await settleCall(at.db.sql, unsent.id, callOf(unsent, { ...nothing, error: fail('model_unreachable', 'away') }));
  const states = (await rows(at.db)).map(({ state, tokens, micros }) => [state, tokens, micros]);
  assert.deepEqual(states, [
    ['unknown', 100, 1_000_000],
    ['settled', 0, null],
  ]);
});

test('an agent with a price is owed when it did something', async () => {
  await using at = await open();
  const [entry] = await held(at.db, 1);
  const [paid, refused] = [another(entry!), another(entry!)];
  for (const one of [paid, refused]) await bookCall(at.db.sql, one, []);
  await settlePrice(at.db.sql, paid.id, true);
  await settlePrice(at.db.sql, refused.id, false);
  assert.deepEqual(
    (await rows(at.db)).map(({ micros }) => micros),
    [1_000_000, 0],
  );
});

test('a writer that has lost the run books nothing, and what it had booked counts no more and is forgotten', async () => {
  await using at = await open();
  const [entry] = await held(at.db, 1);
  const limits = limitsOf({ day: { hard: { calls: 1 } } });
  await bookCall(at.db.sql, entry!, limits);
  await at.db.sql`update runs set lease_until = now() - interval '1 second', worker = 1 where id = ${entry!.run}`;
  const { claimed } = await claimRuns(at.db.sql, 2n, 60_000, 1);
  assert.equal(await bookCall(at.db.sql, another(entry!), limits), 'lost');
  const now = another(entry!, { epoch: claimed[0]!.epoch });
  assert.equal(await bookCall(at.db.sql, now, limits), 'booked');
  assert.equal(await forgetBookings(at.db.sql), 1);
  assert.deepEqual(
    (await rows(at.db)).map(({ id }) => id),
    [now.id],
  );
});

test('two hundred runs at once pass a budget of the day by no more than the calls in flight', async () => {
  await using at = await open();
  const entries = await held(at.db, 200);
  const limits = limitsOf({ day: { hard: { money: { USD: 20 }, calls: 1_000 } } });
  const answers = await Promise.all(entries.map((entry) => bookCall(at.db.sql, entry, limits)));
  const booked = answers.filter((answer) => answer === 'booked').length;
  // The pool has four connections, so no more than four calls can be on their way at once.
  assert.ok(booked >= 20 && booked <= 20 + 4, `${booked} calls of 1 USD were booked on 20 USD`);
  assert.deepEqual(await bookCall(at.db.sql, another(entries[0]!), limits), {
    scope: 'day',
    limit: 'hard',
    unit: 'USD',
  });
});
