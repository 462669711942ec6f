import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BatonError } from '../../src/contracts/error.ts';
import type { ModelsDefinition } from '../../src/contracts/models-config.ts';
import { createModels } from '../../src/models/models.ts';
import { priceTables } from '../../src/models/prices/tables.ts';
import { resolveTiers, type Seat, viewTiers } from '../../src/models/tiers.ts';
import { badly, manualClock, question, recordingMeter, scripted, thinkingWith, well } from './script.ts';

const name = (seat: Seat | string | null) =>
  seat === null || typeof seat === 'string' ? seat : `${seat.provider}/${seat.model}${seat.hasKey ? '' : ' (no key)'}`;
const resolved = (given: ModelsDefinition, ...providers: string[]) =>
  Object.values(resolveTiers(given, providers, priceTables)).map(({ first, fallback }) => [
    name(first),
    name(fallback),
  ]);

test('the defaults follow the keys: OpenAI first, and what has a key beside it stands in', () => {
  assert.deepEqual(resolved({}, 'openai', 'gigachat'), [
    ['openai/gpt-6-luna', 'gigachat/GigaChat-2'],
    ['openai/gpt-6.1-terra', 'gigachat/GigaChat-2-Pro'],
    ['openai/gpt-6.1-sol', 'gigachat/GigaChat-2-Max'],
  ]);
  assert.deepEqual(resolved({}, 'gigachat')[0], ['gigachat/GigaChat-2', 'rules']);
  assert.deepEqual(resolved({})[2], [null, 'rules']);
});

test('the configuration says otherwise, in whole or in part, for the tiers that it names', () => {
  const given: ModelsDefinition = {
    light: { provider: 'gigachat', timeoutMs: 5_000, fallback: { provider: 'openai', model: 'gpt-5.5' } },
    strong: { provider: 'openai', model: 'of-our-own', fallback: 'none' },
  };
  assert.deepEqual(resolved(given, 'openai', 'gigachat'), [
    ['gigachat/GigaChat-2', 'openai/gpt-5.5'],
    ['openai/gpt-6.1-terra', 'gigachat/GigaChat-2-Pro'],
    ['openai/of-our-own', 'none'],
  ]);
  const { first, fallback } = resolveTiers(given, ['openai', 'gigachat'], priceTables).light;
  assert.deepEqual(
    [first!.timeoutMs, (fallback as Seat).timeoutMs, (fallback as Seat).maxOutputTokens],
    [5_000, 5_000, 4_000],
  );
});

test('a provider that was named and has no key is not replaced by another one', () => {
  const given: ModelsDefinition = { mid: { provider: 'openai' } };
  assert.deepEqual(resolved(given, 'gigachat')[1], ['openai/gpt-6.1-terra (no key)', 'rules']);
  assert.deepEqual(resolved({ mid: { provider: 'openai', fallback: { provider: 'gigachat' } } }, 'gigachat')[1], [
    'openai/gpt-6.1-terra (no key)',
    'gigachat/GigaChat-2-Pro',
  ]);
});

test('what does not hold is told at once, each with its place', () => {
  const wrong = { light: { provider: 'acme' }, huge: {}, mid: { provider: 'openai', timeoutMs: 1 } };
  assert.throws(
    () => resolveTiers(wrong as never, [], priceTables),
    ({ code, problems }: BatonError) => {
      assert.equal(code, 'config_invalid');
      assert.deepEqual(problems.map(({ path }) => path).sort(), [
        'models',
        'models.light.provider',
        'models.mid.timeoutMs',
      ]);
      return true;
    },
  );
  assert.throws(() => resolveTiers({}, ['openai'], []), { message: 'The models of the configuration do not hold.' });
});

test('a tier is shown with its prices of the day, or without', () => {
  const all = resolveTiers({ light: { provider: 'openai', model: 'of-our-own' } }, ['openai'], priceTables);
  const [light, mid] = viewTiers(all, priceTables, '2026-11-25');
  assert.deepEqual([light!.first!.price, light!.fallback], [null, 'rules']);
  assert.equal(mid!.first!.price!.from, '2026-10-26');
});

test('who has no key is not asked: whoever stands in is, and else it is told', async () => {
  const gigachat = scripted('gigachat', well({ answer: 'yes' }));
  const [meter, clock] = [recordingMeter(), manualClock()];
  const tiers: ModelsDefinition = {
    light: { provider: 'openai', fallback: { provider: 'gigachat' } },
    mid: { provider: 'openai' },
  };
  const models = createModels({ tiers, completers: [gigachat], prices: priceTables, clock });
  assert.equal((await models.ask(question(), thinkingWith(meter))).by, 'gigachat/GigaChat-2');
  assert.equal(meter.settled[0]!.instead!.because, 'no_key');
  await assert.rejects(models.ask(question({ tier: 'mid' }), thinkingWith(meter)), {
    code: 'model_unauthorised',
    message: 'openai/gpt-6.1-terra was not asked: there is no key for openai',
  });
  const none = createModels({ tiers: {}, completers: [], prices: priceTables });
  await assert.rejects(none.ask(question(), thinkingWith(meter)), { code: 'model_unauthorised' });
});

test('a failed call says more than that the one who stands in has no key', async () => {
  const tiers: ModelsDefinition = { light: { provider: 'gigachat', fallback: { provider: 'openai' } } };
  const completers = [scripted('gigachat', badly('timed_out'))];
  const models = createModels({ tiers, completers, prices: priceTables, clock: manualClock() });
  await assert.rejects(models.ask(question(), thinkingWith(recordingMeter())), { code: 'timed_out' });
});
