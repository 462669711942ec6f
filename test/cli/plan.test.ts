/** `plan`: what would be done, without doing it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import postgres from 'postgres';
import { testDatabase } from '../support/database.ts';
import { baton } from './command.ts';

test('a plan is shown with what it was understood from, what it may ask and what speaks against it; nothing is run', async () => {
  await using database = await testDatabase();
  const { code, out } = await baton(database.url, ['plan', 'Refund order 1042, it arrived damaged']);
  assert.equal(code, 0, out);
  assert.match(out, /^Refund an order \(rules\)\n {2}order: "1042"\n/);
  assert.match(out, /\n {2}pay {2}Pay the money back {2}shop\.pay@1\n {6}Cannot be taken back; .*may ask finance/);
  assert.match(out, /undone by shop\.release@1/);
  assert.match(out, /\nProven: nothing speaks against it\.\n$/);
  const sql = postgres(database.url, { max: 1 });
  const [row] = await sql<{ runs: number; inbox: number }[]>`
    select (select count(*)::int from runs) as runs, (select count(*)::int from inbox) as inbox`;
  await sql.end();
  assert.deepEqual({ ...row }, { runs: 0, inbox: 0 });
});

test('what is missing is told, and what fits nothing has no plan', async () => {
  await using database = await testDatabase();
  const partly = await baton(database.url, ['plan', 'I want a refund']);
  assert.match(partly.out, /order: missing; the requester is asked/);
  const none = await baton(database.url, ['plan', 'paint the wall']);
  assert.equal(none.code, 1);
  assert.match(none.out, /^The task fits nothing that is set up here: Refund an order/);
});
