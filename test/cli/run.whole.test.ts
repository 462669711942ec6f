import assert from 'node:assert/strict';
import { test } from 'node:test';
import { event } from '../../src/contracts/event.ts';
import { testDatabase } from '../support/database.ts';
import { baton, books, codeIn } from './command.ts';

const damaged = (order: string) => `Refund order ${order}, it arrived damaged`;

test('an approved refund is paid once, and the command exits with 0', async () => {
  await using database = await testDatabase();
  // The test server is one that may lose data, of which the log warns.
  const env = { BATON_LOG_LEVEL: 'error' };
  const { code, out, err } = await baton(database.url, ['run', damaged('1042'), '--decide', 'approve'], { env });
  assert.equal(code, 0, err);
  assert.match(out, /May this happen\? Pay the money back/);
  assert.match(out, /amount +129\.00 EUR/);
  assert.match(out, /Approved by Operator/);
  assert.match(out, /Write to the customer/);
  assert.equal(err, '');
  assert.deepEqual(await books(database.url, '1042'), { paid: [12_900], reservations: ['paid'], notes: 1 });
});

test('a rejected refund releases what was set aside, and the command exits with 1', async () => {
  await using database = await testDatabase();
  const { code, out } = await baton(database.url, ['run', damaged('1043'), '--decide', 'reject']);
  assert.equal(code, 1);
  assert.match(out, /Rejected by Operator: Pay the money back/);
  assert.match(out, /Undone +Set the money aside/);
  assert.deepEqual(await books(database.url, '1043'), { paid: [], reservations: ['released'], notes: 0 });
});

test('a small refund needs nobody, in Russian too', async () => {
  await using database = await testDatabase();
  const { code, out } = await baton(database.url, ['run', 'Верни деньги за заказ 1044, пришёл битым']);
  assert.equal(code, 0);
  assert.doesNotMatch(out, /May this happen/);
  assert.deepEqual((await books(database.url, '1044')).paid, [1_990]);
});

test('without anybody to ask, the question stays open with its code, and `decide` goes on from there', async () => {
  await using database = await testDatabase();
  const asked = await baton(database.url, ['run', damaged('1042')]);
  assert.equal(asked.code, 3);
  const question = codeIn(asked.out);
  assert.match(asked.out, new RegExp(`decide ${question} approve`));
  assert.deepEqual((await books(database.url, '1042')).paid, []);

  const decided = await baton(database.url, ['decide', question, 'approve']);
  assert.equal(decided.code, 0, decided.err);
  assert.match(decided.out, /^ {2}✓ Approved by Operator/, 'what was shown before is not shown again');
  assert.deepEqual((await books(database.url, '1042')).paid, [12_900]);

  const again = await baton(database.url, ['decide', question, 'reject']);
  assert.equal(again.code, 1);
  assert.match(again.err, /closed already: approve by operator/);
});

test('an answer that the question does not take leaves it open, and says so', async () => {
  await using database = await testDatabase();
  const wrong = await baton(database.url, ['run', damaged('1042'), '--decide', 'retry']);
  assert.equal(wrong.code, 2);
  assert.match(wrong.err, /does not take retry; it takes approve, reject, edit/);
  const question = codeIn(wrong.out);
  const misfit = await baton(database.url, ['decide', question, 'edit:{"amount":{"minor":-5,"currency":"EUR"}}']);
  assert.equal(misfit.code, 2);
  assert.match(misfit.err, /amount\.minor: expected/);
  assert.equal((await baton(database.url, ['decide', question, 'reject'])).code, 1);
});

test('an edit pays what it says', async () => {
  await using database = await testDatabase();
  const edit = 'edit:{"amount":{"minor":5000,"currency":"EUR"}}';
  const { code, out, err } = await baton(database.url, ['run', damaged('1042'), '--decide', edit]);
  assert.equal(code, 0, err);
  assert.match(out, /Edited by Operator/);
  assert.deepEqual((await books(database.url, '1042')).paid, [5_000]);
});

test('the same refund asked for twice is asked about with the evidence, and paid once', async () => {
  await using database = await testDatabase();
  const first = await baton(database.url, ['run', damaged('1042')]);
  const second = await baton(database.url, ['run', damaged('1042')]);
  assert.deepEqual([first.code, second.code], [3, 3]);
  assert.match(second.out, /is about to do the same since .*Pay the money back/);
  assert.equal((await baton(database.url, ['decide', codeIn(first.out), 'approve'])).code, 0);
  // The second was asked before the first was paid, so it is asked again with what has happened since.
  const again = await baton(database.url, ['decide', codeIn(second.out), 'approve']);
  assert.equal(again.code, 3);
  assert.match(again.out, /Already done/);
  // Whoever approves it all the same is stopped by the shop, which pays no order twice.
  assert.equal((await baton(database.url, ['decide', codeIn(again.out.split('Already done')[1]!), 'approve'])).code, 1);
  const { paid, reservations } = await books(database.url, '1042');
  assert.deepEqual(paid, [12_900]);
  assert.deepEqual(reservations, ['paid', 'released']);
});

test('the same key is the same run', async () => {
  await using database = await testDatabase();
  const runs = [];
  for (const decide of ['approve', 'reject']) {
    const { code, out } = await baton(database.url, ['run', damaged('1042'), '--key', 'mail-7', '--decide', decide]);
    assert.equal(code, 0);
    runs.push(/^Run (\S+)/.exec(out)?.[1]);
  }
  assert.equal(runs[0], runs[1]);
  assert.deepEqual((await books(database.url, '1042')).paid, [12_900]);
});

test('what a task does not say is asked for, and given field by field', async () => {
  await using database = await testDatabase();
  const asked = await baton(database.url, ['run', 'I want a refund']);
  assert.equal(asked.code, 3);
  assert.match(asked.out, /'answer:\{"order":"…","reason":"…"\}'/);
  const question = codeIn(asked.out);
  const misfit = await baton(database.url, ['decide', question, 'answer:{"order":1044}']);
  assert.equal(misfit.code, 2);
  assert.match(misfit.err, /order: expected/);
  const answer = 'answer:{"order":"1044","reason":"one is missing"}';
  assert.equal((await baton(database.url, ['decide', question, answer])).code, 0);
  assert.deepEqual((await books(database.url, '1044')).paid, [1_990]);
});

test('with --json stdout is the events, one a line', async () => {
  await using database = await testDatabase();
  const { code, out } = await baton(database.url, ['run', damaged('1042'), '--decide', 'approve', '--json']);
  assert.equal(code, 0);
  const lines = out.trim().split('\n');
  const types = lines.map((line) => {
    const { run, seq, at, ...rest } = JSON.parse(line) as Record<string, unknown>;
    assert.ok(typeof run === 'string' && typeof seq === 'number' && typeof at === 'number');
    return event.parse(rest).type;
  });
  assert.deepEqual([types[0], types.at(-1)], ['received', 'finished']);
  assert.equal(types.filter((type) => type === 'asked').length, 1);
});

test('a worker ends by itself when it is told to', async () => {
  await using database = await testDatabase();
  let told = false;
  const { code, err } = await baton(database.url, ['worker'], {
    watch: (said, kill) => {
      if (told || !said.includes('Working')) return;
      told = true;
      kill('SIGTERM');
    },
  });
  assert.equal(code, 0, err);
  assert.match(err, /Letting what runs end/);
});
