/** An estimate from the ledger of two hundred played runs, against what the ledger itself adds up to. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Total } from '../../src/core/store/ledger-totals.ts';
import type { TaskUse } from '../../src/core/store/task-use.ts';
import { blocksOf } from '../support/documents.ts';
import { audit, play, playedProvider, playedTransporters } from '../support/played.ts';
import { reckonedIn } from '../support/reckon.ts';
import { running } from '../support/running.ts';
import { baton } from './command.ts';

let at: Awaited<ReturnType<typeof running>>;
before(async () => {
  at = await running({
    configuration: { routes: [audit], people: { operator: {}, anna: {} } },
    provider: playedProvider,
    transporters: playedTransporters,
    concurrency: 64,
  });
  await play(at.world.desk, 200);
});
after(() => at[Symbol.asyncDispose]());

const estimated = async (...line: string[]) => {
  const { code, out, err } = await baton(at.database.url, ['estimate', '--tasks', '200', '--steps', '5', ...line]);
  assert.deepEqual([code, err], [0, '']);
  return out;
};
const byHand = new Map(
  [...reckonedIn(blocksOf('docs/estimate.md'))].flatMap(([label, result]) =>
    label.startsWith('played ') ? [[label.slice('played '.length), result] as const] : [],
  ),
);

test('two hundred runs of five steps add up to what the document reckons by hand', async () => {
  const totals = await at.world.desk.totals({ by: ['purpose'] });
  const of = (key: string | null): Total => totals.find((total) => total.key === key)!;
  const parts = { intake: 'intake', planning: 'plan', steps: 'agent', closing: 'closing', all: null };
  for (const [part, purpose] of Object.entries(parts)) {
    assert.equal(of(purpose).tokens - of(purpose).output, byHand.get(`${part} input`), part);
    assert.equal(of(purpose).output, byHand.get(`${part} output`), part);
  }
  assert.equal(of(null).cached, byHand.get('all cachedInput'));
  // Every call is rounded up by itself, to the millionth of a dollar.
  const off = Number(of(null).money.USD) - byHand.get('money')! * 1e6;
  assert.ok(off >= 0 && off <= of(null).calls, `${off}`);
  assert.deepEqual([of(null).calls, of(null).failed], [1_020, 20]);
});

test('the estimate for as many tasks comes to the same, part by part, in tokens and in money', async () => {
  const said = JSON.parse(await estimated('--days', '1', '--provider', 'openai', '--json'));
  const { runs, calls, failedCalls, questions } = said.measured;
  assert.deepEqual([runs, calls, failedCalls, questions], [200, 1_020, 20, 40]);
  const [{ tokens: money, parts }] = said.providers;
  const programs = new Map<string, number>([
    ['all cachedInput', said.tokens.all.cachedInput.expected],
    ['people minutes', said.peopleSeconds.expected / 60],
    ['money', Number(money.expected)],
    ...Object.entries<Record<string, { expected: number }>>(said.tokens).flatMap(([part, tokens]) =>
      ['input', 'output'].map((kind) => [`${part} ${kind}`, tokens[kind]!.expected] as const),
    ),
    ...parts.map((part: { part: string; money: { expected: string } }) => [part.part, Number(part.money.expected)]),
  ]);
  assert.deepEqual([...programs.keys()].sort(), [...byHand.keys()].sort());
  for (const [label, value] of programs) {
    assert.ok(Math.abs(value - byHand.get(label)!) < 1e-5, `${label}: ${value}, by hand ${byHand.get(label)}`);
  }
});

test('low and high are the tenth and the ninetieth of a hundred tasks', async () => {
  const { parts }: TaskUse = (await at.world.desk.estimateBasis()).use!;
  const found = parts.map(({ part, tier, input, output }) => [part, tier, input.low, input.high, output.low]);
  // Of 200 numbers from 0 to 199 the tenth of a hundred lies at 19.9, and the ninetieth at 179.1.
  const [intake, planning, steps, closing] = found;
  assert.deepEqual(intake, ['intake', 'light', 1_099.5, 1_895.5, 119.9]);
  assert.deepEqual([planning![0], planning![1]], ['planning', 'strong']);
  assert.deepEqual(steps, ['steps', 'mid', 639.8, 958.2, 95.92]);
  assert.deepEqual(closing, ['closing', 'mid', 2_000, 2_000, 300]);
});

test('it says what it is made of, and takes the assumptions where it is told to', async () => {
  const table = await estimated();
  assert.match(table, /From 200 runs since \d{4}-\d\d-\d\d that asked models\./);
  assert.match(table, /Intake \(light\): 1,100 \/ 1,498 \/ 1,896 tokens in, 26\.7 % of them cached/);
  assert.match(table, /Calls that failed: 2 % of 1,020/);
  assert.match(table, /people are asked 20 times in 100 tasks/);
  assert.deepEqual(
    table.split('\n').filter((line) => line.length > 80),
    [],
  );
  assert.match(await estimated('--assume'), /tokens, USD +71\.54 +182\.17 +645\.15/);
});
