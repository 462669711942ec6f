import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDatabase } from '../support/database.ts';
import { baton, books, codeIn } from './command.ts';

const idIn = (out: string): string => /^Run (\S+)/.exec(out)![1]!;

test('a run is listed, and its trace says what was called, with what, by whose leave, and how it ended; why it came so is told in words', async () => {
  await using database = await testDatabase();
  const nothing = await baton(database.url, ['runs']);
  assert.deepEqual([nothing.code, nothing.out], [0, 'There is no run yet.\n']);
  const { out } = await baton(database.url, ['run', 'Refund order 1042, it arrived damaged', '--decide', 'approve']);
  const id = idIn(out);

  const list = await baton(database.url, ['runs', '--json', '--limit', '5']);
  const { id: listed, status } = JSON.parse(list.out) as Record<string, unknown>;
  assert.deepEqual([listed, status], [id, 'completed']);
  assert.match((await baton(database.url, ['runs'])).out, new RegExp(`${id.slice(-8)} +completed +refund`));

  const trace = await baton(database.url, ['show', id.slice(-8)]);
  assert.equal(trace.code, 0, trace.err);
  assert.match(trace.out, /shop\.pay@1 {2}attempt 1 {2}done/);
  assert.match(trace.out, /in +.*amount: 129\.00 EUR/);
  assert.match(trace.out, /allowed +Approved by Operator .*\([0-9a-z]{4}-[0-9a-z]{4}\)/);
  assert.match(trace.out, /allowed +by its contract: changes nothing/);

  const why = await baton(database.url, ['why', id]);
  assert.equal(why.code, 0, why.err);
  assert.match(why.out, /Recognised as “Refund an order” \(by rules\)/);
  assert.match(why.out, /Planned in 5 steps, as the route lays down/);
  assert.match(why.out, /a person was asked, since a rule of the route says so\n.*Approved by Operator/);

  const overkill = await baton(database.url, ['runs', '--overkill']);
  assert.match(overkill.out, /^No route is overkill, by its last runs/);

  const none = await baton(database.url, ['show', '%']);
  assert.deepEqual([none.code, none.out], [2, '']);
  const ambiguous = await baton(database.url, ['show', id.slice(0, 8)]);
  assert.equal(ambiguous.code, 0, 'there is only one');
});

test('a cancelled run takes back what it did, and cannot be cancelled twice', async () => {
  await using database = await testDatabase();
  const asked = await baton(database.url, ['run', 'Refund order 1043, too loud']);
  const id = idIn(asked.out);
  const cancelled = await baton(database.url, ['cancel', id]);
  assert.equal(cancelled.code, 0, cancelled.err);
  assert.match(cancelled.out, /Cancelled by Operator/);
  assert.deepEqual(await books(database.url, '1043'), { paid: [], reservations: ['released'], notes: 0 });
  const again = await baton(database.url, ['cancel', id]);
  assert.equal(again.code, 1);
  assert.match(again.err, /is over already/);
  const late = await baton(database.url, ['decide', codeIn(asked.out), 'approve']);
  assert.equal(late.code, 1);
  assert.match(late.err, /closed already: withdrawn/);
  assert.equal((await baton(database.url, ['decide', 'zzzz-zzzz', 'approve'])).code, 2);
});
