import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Event, EventOf } from '../../src/contracts/event.ts';
import type { Orchestrator } from '../../src/core/orchestrator.ts';
import { testDatabase } from '../support/database.ts';
import { anna, createShop, createWorld, operator } from '../support/world.ts';

async function until<T extends Event['type']>(world: Orchestrator, run: string, type: T): Promise<EventOf<T>> {
  for await (const { events } of world.desk.follow(run)) {
    const found = events.find((event) => event.type === type);
    if (found) return found as EventOf<T>;
  }
  throw new Error(`run ${run} ended without ${type}`);
}

const begin = (world: Orchestrator, text: string, key = text, requester = operator) =>
  world.desk.submit({ source: 'test', key, task: { text, requester, conversation: null } });

test('a small refund is done without a question', async () => {
  await using database = await testDatabase();
  const shop = createShop();
  const world = createWorld(database.url, shop);
  await world.start();
  const run = await begin(world, 'refund 1042 50');
  const finished = await until(world, run, 'finished');
  assert.equal(finished.status, 'completed');
  assert.equal(shop.effects('pay').length, 1);
  await world.stop();
});

test('a large refund asks, and pays after the approval', async () => {
  await using database = await testDatabase();
  const shop = createShop();
  const world = createWorld(database.url, shop);
  await world.start();
  const run = await begin(world, 'refund 1042 500');
  const { question } = await until(world, run, 'asked');
  assert.equal(shop.effects('pay').length, 0);
  const answer = await world.desk.vote(question.code, { actor: anna, verb: 'approve' });
  assert.deepEqual(answer, { result: 'decided', outcome: 'approve', run });
  const finished = await until(world, run, 'finished');
  assert.equal(finished.status, 'completed');
  assert.equal(shop.effects('pay').length, 1);
  await world.stop();
});

test('a rejected refund releases the reservation', async () => {
  await using database = await testDatabase();
  const shop = createShop();
  const world = createWorld(database.url, shop);
  await world.start();
  const run = await begin(world, 'refund 1042 500');
  const { question } = await until(world, run, 'asked');
  await world.desk.vote(question.code, { actor: anna, verb: 'reject' });
  const finished = await until(world, run, 'finished');
  assert.equal(finished.status, 'failed');
  assert.equal(finished.reason?.code, 'rejected');
  assert.deepEqual(finished.report, { undone: ['reserve'], stands: [], needsPerson: [] });
  assert.equal(shop.effects('pay').length, 0);
  assert.equal(shop.effects('release').length, 1);
  await world.stop();
});
