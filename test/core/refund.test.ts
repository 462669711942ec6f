import assert from 'node:assert/strict';
import { test } from 'node:test';
import { begin, until } from '../support/follow.ts';
import { running } from '../support/running.ts';
import { anna } from '../support/world.ts';

test('a small refund is done without a question', async () => {
  await using at = await running();
  const finished = await until(at.world, await begin(at.world, 'refund 1042 50'), 'finished');
  assert.equal(finished.status, 'completed');
  assert.equal(at.shop.effects('pay').length, 1);
});

test('a large refund asks, and pays after the approval', async () => {
  await using at = await running();
  const run = await begin(at.world, 'refund 1042 500');
  const { question } = await until(at.world, run, 'asked');
  assert.equal(at.shop.effects('pay').length, 0);
  const answer = await at.world.desk.vote(question.code, { actor: anna, verb: 'approve' });
  assert.deepEqual(answer, { result: 'decided', outcome: 'approve', run });
  assert.equal((await until(at.world, run, 'finished')).status, 'completed');
  assert.equal(at.shop.effects('pay').length, 1);
});

test('a rejected refund releases the reservation', async () => {
  await using at = await running();
  const run = await begin(at.world, 'refund 1042 500');
  const { question } = await until(at.world, run, 'asked');
  await at.world.desk.vote(question.code, { actor: anna, verb: 'reject' });
  const finished = await until(at.world, run, 'finished');
  assert.equal(finished.status, 'failed');
  assert.equal(finished.reason?.code, 'rejected');
  assert.deepEqual(finished.report, { undone: ['reserve'], stands: [], needsPerson: [] });
  assert.equal(at.shop.effects('pay').length, 0);
  assert.equal(at.shop.effects('release').length, 1);
});
