/** The terminal through a pipe: what a script writes, and with which code it leaves. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { baton, books } from '../../cli/command.ts';
import { place, tasks } from './place.ts';

async function piped(...lines: string[]) {
  const here = await place();
  const ended = await baton(here.database.url, [], { env: here.env, input: `${lines.join('\n')}\n` });
  return { ...ended, here, [Symbol.asyncDispose]: () => here[Symbol.asyncDispose]() };
}

describe('through a pipe', { concurrency: 2 }, () => {
  test('a question that nobody answers is left open, with 3, and is answered by its code later', async () => {
    await using first = await piped(tasks.en);
    assert.equal(first.code, 3, first.err);
    const code = /Open, and answered with the next start: (\S+)/.exec(first.out)![1]!;
    const { url } = first.here.database;
    const later = await baton(url, [], { env: first.here.env, input: `approve ${code}\n` });
    assert.equal(later.code, 0, later.out);
    assert.match(later.out, new RegExp(`1 question waits for you:\n {2}${code}`));
    assert.deepEqual((await books(url, '1042')).paid, [12_900]);
  });

  test('two runs are answered one after the other; a rejected one leaves with 1', async () => {
    await using both = await piped(tasks.en, 'approve', 'Refund order 1043, too loud', 'reject');
    assert.equal(both.code, 1, both.out);
    const { url } = both.here.database;
    assert.deepEqual((await books(url, '1042')).paid, [12_900]);
    assert.deepEqual((await books(url, '1043')).paid, []);
  });

  test('a slip is told and nothing is begun, with 2; the same line again is a task', async () => {
    await using slip = await piped('stauts', 'runs');
    assert.equal(slip.code, 2);
    assert.match(slip.out, /did you mean status\?[\s\S]*There is no run yet/);
    await using twice = await piped('stauts', 'stauts');
    assert.equal(twice.code, 1);
    assert.match(twice.out, /fits nothing that is set up here/);
  });

  test('what a month would cost is told, and begins nothing', async () => {
    await using told = await piped('estimate 200 5', 'смета 5 0', 'runs');
    assert.equal(told.code, 0, told.err);
    assert.match(
      told.out,
      /200 tasks a day of 5 steps each: what a month costs\n[\s\S]*71\.54 \/ 182\.17 \/ 645\.15 USD/,
    );
    assert.match(told.out, /Like this: estimate 200 5[\s\S]*There is no run yet/);
  });

  test('an edit carries its value; one that does not fit leaves the question open', async () => {
    await using edit = await piped(
      tasks.en,
      'edit:{"amount":{"minor":-1,"currency":"EUR"}}',
      'edit:{"amount":{"minor":5000,"currency":"EUR"}}',
    );
    assert.equal(edit.code, 0, edit.out);
    assert.match(edit.out, /This does not fit, so the question stays open:\n {2}amount\.minor: must be/);
    assert.deepEqual((await books(edit.here.database.url, '1042')).paid, [5_000]);
  });
});
