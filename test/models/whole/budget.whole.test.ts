/** Budgets of whole deployments: what they let through, what they ask, and that they outlive a process. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BudgetsDefinition } from '../../../src/contracts/models-config.ts';
import { testDatabase } from '../../support/database.ts';
import { briefThoughts } from '../../support/mind.ts';
import { callsIn, house } from './house.ts';

const text = 'Please sum up how green tea is made';
const within = (budgets: BudgetsDefinition) => ({ configuration: { budgets } });

/** A task that one agent closes in one pass: a single call of a model. */
const listed = {
  ...briefThoughts,
  understanding: {
    task: {
      route: 'brief',
      fields: { topic: 'Tea', urls: null, audience: null },
      onePass: { agent: 'web.sources@1', input: { urls: null } },
    },
    language: 'en',
  },
};

test('at the soft limit the thread is asked, and once allowed the run goes on to its end', async () => {
  await using at = await house(within({ run: { soft: { calls: 2 }, hard: { calls: 50 } } }));
  const run = await at.begin(text);
  const { question } = await at.asked(run);
  assert.equal(question.kind, 'budget');
  assert.equal(callsIn(await at.events(run)).length, 2);
  await at.decide(question.code, 'approve');
  const { question: approval } = await at.asked(run, 2);
  assert.equal(approval.kind, 'approve');
  await at.decide(approval.code, 'approve');
  assert.equal((await at.ended(run)).status, 'completed');
});

test('a person who says stop at the soft limit ends the run', async () => {
  await using at = await house(within({ run: { soft: { money: { USD: 0.000001 } } } }));
  const run = await at.begin(text);
  const { question } = await at.asked(run);
  assert.equal(question.kind, 'budget');
  await at.decide(question.code, 'stop');
  assert.equal((await at.ended(run)).reason?.code, 'stopped');
});

test('the hard limit stops a run with what was reached, and asks for no words about it', async () => {
  await using at = await house(within({ run: { hard: { calls: 2 } } }));
  const run = await at.begin(text);
  const { reason } = await at.ended(run);
  assert.equal(reason?.code, 'budget_exceeded');
  assert.match(reason?.message ?? '', /hard limit of calls for a run/);
  assert.equal(callsIn(await at.events(run)).length, 2);
});

test('a budget of the day is kept across processes', async () => {
  await using database = await testDatabase();
  const budget = within({ day: { hard: { calls: 2 } } });
  {
    await using first = await house({ database, ...budget });
    const run = await first.begin(text);
    assert.equal((await first.ended(run)).reason?.code, 'budget_exceeded');
    assert.equal(callsIn(await first.events(run)).length, 2);
  }
  await using second = await house({ database, ...budget });
  const run = await second.begin(`${text} again`);
  assert.equal((await second.ended(run)).reason?.code, 'budget_exceeded');
  assert.equal(second.server.requests.length, 0);
});

test('a task that one agent closes in one pass takes the short way, and one call of a model', async () => {
  await using at = await house({ thoughts: listed });
  const run = await at.begin('Which pages of yours are there on tea?');
  assert.equal((await at.ended(run)).status, 'completed');
  const events = await at.events(run);
  assert.deepEqual(
    callsIn(events).map(({ purpose }) => purpose),
    ['intake'],
  );
  assert.equal(events.find((event) => event.type === 'planned')?.short, true);
});

test('two hundred runs at once share one budget, and pass it by no more than the calls in flight', async () => {
  await using at = await house({ thoughts: listed, ...within({ day: { hard: { calls: 50 } } }) });
  const runs = await Promise.all(Array.from({ length: 200 }, (_, i) => at.begin(`Which pages on tea? ${i}`)));
  const ends = await Promise.all(runs.map((run) => at.ended(run)));
  const completed = ends.filter(({ status }) => status === 'completed').length;
  const stopped = ends.filter(({ reason }) => reason?.code === 'budget_exceeded').length;
  assert.equal(completed + stopped, 200);
  // A process has four connections to book on, so no more than four calls are on their way at once.
  assert.ok(completed >= 50 && completed <= 54, `${completed} runs were let through`);
  const [row] = await at.world.db.sql`
    select count(*)::int as calls, count(*) filter (where state = 'booked')::int as booked from ledger`;
  assert.deepEqual({ ...row }, { calls: completed, booked: 0 });
});
