import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { definePrices } from '../../src/models/prices/table.ts';
import { priceTables } from '../../src/models/prices/tables.ts';
import { blocksOf, callsIn, emptyFolder, unsaid, wordsOf } from '../support/documents.ts';
import { reckonedIn } from '../support/reckon.ts';
import { baton } from './command.ts';

const folder = mkdtempSync(join(tmpdir(), 'baton-estimate-'));
after(() => rmSync(folder, { recursive: true }));
const home = join(folder, 'home');
const called = (...line: string[]) => baton(null, ['estimate', ...line], { env: { BATON_HOME: home } });

const blocks = blocksOf('docs/estimate.md');

test('what the document shows is what is said', async () => {
  const calls = blocks.filter(({ language }) => language === 'console').flatMap(callsIn);
  assert.equal(calls.length, 2);
  for (const { command, shown } of calls) {
    const [npm, start, dashes, ...line] = wordsOf(command);
    assert.deepEqual([npm, start, dashes], ['npm', 'start', '--']);
    const { code, out, err } = await called(...line.slice(1));
    assert.deepEqual([code, err], [0, '']);
    assert.equal(unsaid(shown, out), null, out);
  }
  assert.ok(blocks.every(({ language }) => ['console', 'text', 'ts'].includes(language)));
});

test('what is reckoned by hand is what the program says, line by line', async () => {
  const byHand = reckonedIn(blocks);
  const { out } = await called('--tasks', '200', '--steps', '5', '--json');
  const said = JSON.parse(out);
  const programs = new Map<string, number>([
    ['tasks a month', said.tasks],
    ['steps a month', said.steps],
    ['people minutes', said.peopleSeconds.expected / 60],
    ['all cachedInput', said.tokens.all.cachedInput.expected],
    ...Object.entries<Record<string, { expected: number }>>(said.tokens).flatMap(([part, tokens]) =>
      ['input', 'output'].map((kind) => [`${part} ${kind}`, tokens[kind]!.expected] as const),
    ),
  ]);
  for (const { provider, tokens, blendedPerMillion, parts } of said.providers) {
    for (const { part, money } of parts) programs.set(`${provider} ${part}`, Number(money.expected));
    programs.set(`${provider} tokens`, Number(tokens.expected));
    programs.set(`${provider} blended`, Number(blendedPerMillion.expected));
  }
  // How many calls there are is a way to the tokens, and not said.
  const compared = [...byHand].filter(([label]) => !/^(calls of|played) /.test(label));
  assert.deepEqual(new Map(compared.sort()), new Map([...programs].sort()));
});

test('the prices of the document are a configuration that holds, and are taken from it unless a flag says otherwise', async () => {
  using holding = emptyFolder();
  holding.write('prices.ts', blocks.find(({ language }) => language === 'ts')!.text);
  holding.write(
    'baton.config.ts',
    `import { defineConfig } from 'baton';
     import { estimate } from './prices.ts';
     export default defineConfig(() => ({ routes: [], people: {}, estimate }));`,
  );
  assert.equal(await holding.check(), '');
  const file = join(holding.path, 'baton.config.ts');
  const { code, out, err } = await called('--config', file, '--provider', 'gigachat', '--support', '10000');
  assert.deepEqual([code, err], [0, '']);
  assert.match(out, /^ {2}people +15,000\.00 +45,000\.00 +120,000\.00/m);
  assert.match(out, /^ {2}support +10,000\.00/m);
  assert.match(out, /development, once, USD +4,324\.32/);
  assert.match(out, /Each takes people 4 \/ 4 \/ 4 minutes\.\n +From: the configuration/);
});

test('it fits into 80 columns, and neither opens nor starts a database', async () => {
  const most = ['--tasks', '100000', '--steps', '100', '--days', '31', '--rate', '1000', '--minute-cost', '1000000USD'];
  for (const line of [[], most]) {
    const { code, out, err } = await called(...line);
    assert.deepEqual([code, err], [0, '']);
    assert.deepEqual(
      out.split('\n').filter((one) => one.length > 80 || /\d{4},\d|M\d/.test(one)),
      [],
    );
  }
  assert.equal(existsSync(home), false);
  const nowhere = 'postgres://nobody:hunter22@127.0.0.1:9/none';
  assert.equal((await baton(nowhere, ['estimate'])).code, 0);
});

test('both currencies are shown with a rate alone, which is the one that was given', async () => {
  const without = await called('--provider', 'openai');
  assert.doesNotMatch(without.out, /RUB/);
  assert.match(without.out, /For both currencies give --rate/);
  assert.match(without.out, /left out: people's minutes \(--minute-cost\), development\s\(--development\), support/);
  const { out } = await called('--provider', 'openai', '--rate', '90', '--support', '9000rub', '--minute-cost', '0.10');
  assert.match(out, /tokens, RUB +6,438\.45 +16,395\.51 +58,063\.50/);
  assert.match(out, /^ {2}support +100\.00/m);
  assert.match(out, /in all, USD +201\.54 +552\.17 +3,145\.15/);
  assert.match(out, /90\.00 RUB for one USD, as you said/);
});

test('models are chosen by tier, go to their own provider, and cost n/a without a price', async () => {
  const { out } = await called('--models', 'strong=gpt-5.4,light=GigaChat-2-Pro,mid=own/model', '--json');
  const { providers } = JSON.parse(out);
  const chosen = providers.map(({ parts }: { parts: { model: string; money: object | null }[] }) =>
    parts.map(({ model, money }) => (money === null ? `${model} n/a` : model)),
  );
  assert.deepEqual(chosen, [
    ['gpt-6-luna', 'gpt-5.4', 'own/model n/a', 'own/model n/a'],
    ['GigaChat-2-Pro', 'GigaChat-2-Max', 'own/model n/a', 'own/model n/a'],
  ]);
});

test('mistakes are all told at once, each by its flag, with what would do', async () => {
  const told = async (...line: string[]) => {
    const { code, out, err } = await called(...line);
    assert.deepEqual([code, out], [2, ''], err);
    return err;
  };
  const many = await told(
    ...['--tasks', '-3', '--steps', '0', '--days', '32', '--provider', 'opnai', '--rate', '0'],
    ...['--models', 'ligh=x,mid', '--support', '12EUR', '--minute-cost', '5', '--development', 'much'],
  );
  for (const line of [
    /--tasks: must be a whole number from 0 to 100,000/,
    /--steps: must be a whole number from 1 to 100/,
    /--days: must be a whole number from 1 to 31/,
    /--provider: opnai is no provider; did you mean openai\?/,
    /--rate: must be the roubles for one dollar/,
    /--models: ligh is no tier; did you mean light\?/,
    /--models: must be light=<model>/,
    /--support: is in EUR; there is RUB, USD/,
    /--minute-cost: says no currency, and the providers count in USD and RUB/,
    /--development: must be an amount/,
  ])
    assert.match(many, line);
  assert.match(await told('--support', '9RUB', '--provider', 'openai'), /--support: is in RUB, .* USD: give --rate/);
  assert.match(
    await told('--models', 'mid=GigaChat-2', '--provider', 'openai'),
    /--models: GigaChat-2 is a model of gigachat/,
  );
});

test('every price table has a price for each of its tiers, and one a model and day', () => {
  for (const { provider, models, prices } of priceTables) {
    for (const model of Object.values(models)) assert.ok(prices.some((price) => price.model === model));
    const days = prices.map(({ model, from }) => `${provider} ${model} ${from}`);
    assert.deepEqual(days, [...new Set(days)]);
  }
});

test('a price that does not hold is refused by its name', () => {
  const row = { model: 'm', input: 1, cachedInput: 0.1, output: 2, from: '2026-01-01', source: 's' };
  const define = (more: object) =>
    definePrices({
      provider: 'p',
      currency: 'USD',
      models: { light: 'm', mid: 'm', strong: 'm' },
      prices: [{ ...row, certainty: 'official', ...more }],
    });
  assert.equal(define({}).prices[0]!.cachedInput, 100_000n);
  assert.throws(() => define({ cachedInput: 3 }), /price of p m from 2026-01-01: .*cached input costs more/s);
  assert.throws(() => define({ from: 'yesterday' }), /price of p m/);
  assert.throws(() => define({ output: 0.00000012 }), /more than six digits/);
  assert.throws(() => define({ note: 'x' }), /Unrecognized key/);
});
