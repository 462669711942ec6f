import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Completion } from '../../src/contracts/completion.ts';
import { BatonError, type ErrorCode } from '../../src/contracts/error.ts';
import type { Enquiry } from '../../src/contracts/model.ts';
import type { ModelsDefinition } from '../../src/contracts/models-config.ts';
import { modelCall } from '../../src/contracts/usage.ts';
import { digest } from '../../src/core/digest.ts';
import type { BreakerSwitch } from '../../src/models/breaker.ts';
import { createModels } from '../../src/models/models.ts';
import { priceTables } from '../../src/models/prices/tables.ts';
import {
  type Act,
  badly,
  manualClock,
  question,
  recordingMeter,
  scripted,
  someUsage,
  thinkingWith,
  well,
} from './script.ts';

type Script = (Completion | Act)[];
const fine = well({ answer: 'yes' });

function stage({ openai, gigachat, tiers = {} }: { openai?: Script; gigachat?: Script; tiers?: ModelsDefinition }) {
  const completers = [
    ...(openai ? [scripted('openai', ...openai)] : []),
    ...(gigachat ? [scripted('gigachat', ...gigachat)] : []),
  ];
  const [meter, clock] = [recordingMeter(), manualClock()];
  const switches: BreakerSwitch[] = [];
  const logged: object[] = [];
  const models = createModels({
    tiers,
    completers,
    prices: priceTables,
    clock,
    log: { warn: (fields, message) => void logged.push({ ...fields, message }) },
    onSwitch: (change) => void switches.push(change),
  });
  const ask = (more: Partial<Enquiry> = {}, signal?: AbortSignal) =>
    models.ask(question(more), thinkingWith(meter, signal));
  const requests = (provider: string) => completers.find((one) => one.provider === provider)!.requests;
  /** Every call as `provider:error`, in its order. */
  const calls = () => meter.settled.map(({ provider, error }) => `${provider}:${error?.code ?? 'ok'}`);
  return { models, meter, clock, completers, requests, switches, logged, ask, calls };
}

const codeOf = (promise: Promise<unknown>): Promise<BatonError> =>
  promise.then(
    () => assert.fail('it was answered'),
    (error: unknown) => (error instanceof BatonError ? error : assert.fail(String(error))),
  );

test('a question is answered by the model of its tier, and told who answered', async () => {
  const { ask, requests } = stage({ openai: [fine] });
  assert.deepEqual(await ask(), { output: { answer: 'yes' }, by: 'openai/gpt-6-luna' });
  const { cacheKey, ...request } = requests('openai')[0]!;
  assert.deepEqual(request, {
    model: 'gpt-6-luna',
    instructions: 'Answer.',
    input: 'What?',
    schema: { name: 'an_answer', body: question().schema },
    maxOutputTokens: 4_000,
    timeoutMs: 30_000,
    user: 'u-1',
  });
  assert.match(cacheKey, /^intake-[0-9a-f]{32}$/);
});

test('a call is booked at its worst before it is made, and settled at what it took, in whole micro-units rounded up', async () => {
  const order: string[] = [];
  const { ask, meter } = stage({
    openai: [
      () => {
        order.push(`asked after ${meter.booked.length} bookings`);
        return fine;
      },
    ],
  });
  await ask({ input: 'x'.repeat(1_000), maxOutputTokens: 500 });
  assert.deepEqual(order, ['asked after 1 bookings']);
  const [worst] = meter.booked;
  const [call] = meter.settled;
  modelCall.parse(call);
  const schemaBytes = JSON.stringify(question().schema).length;
  const input = Math.ceil((1_000 + 'Answer.'.length + schemaBytes) / 2) + 100;
  assert.equal(worst!.tokens, input + 500);
  // 0.1 and 0.5 dollars for a million tokens.
  assert.deepEqual(worst!.money, { micros: Math.ceil(input * 0.1 + 500 * 0.5), currency: 'USD' });
  const { durationMs, ...rest } = call!;
  assert.equal(durationMs, 0);
  assert.deepEqual(rest, {
    id: worst!.id,
    purpose: 'intake',
    tier: 'light',
    provider: 'openai',
    model: 'gpt-6-luna',
    prompt: digest('Answer.'),
    error: null,
    usage: someUsage,
    // 600 fresh at 0.1, 400 cached at 0.01, 200 out at 0.5, of which the reasoning is a part.
    cost: { micros: 164, currency: 'USD', prices: '2026-09-22' },
    requestId: 'req-1',
  });
});

test('texts of people take fewer tokens than are booked', async () => {
  const { ask, meter } = stage({ openai: [fine] });
  await ask({ input: 'Верните, пожалуйста, деньги за заказ '.repeat(100), maxOutputTokens: 100 });
  // Some five bytes a token: 6,800 bytes are 1,400 tokens.
  assert.ok(meter.booked[0]!.tokens > 3_000);
});

test('the price of the day counts; before the first and for an unknown model there is none', async () => {
  const { ask, meter, clock } = stage({
    openai: [fine, fine, fine],
    tiers: { light: { provider: 'openai', model: 'gpt-5.6-luna' } },
  });
  await ask();
  clock.pass(Date.parse('2026-07-29T23:59:59Z') - clock.now());
  await ask();
  clock.pass(Date.parse('2026-07-01T00:00:00Z') - clock.now());
  await ask();
  assert.deepEqual(
    meter.settled.map(({ cost }) => cost?.prices ?? null),
    ['2026-07-30', '2026-07-09', null],
  );
  assert.equal(meter.booked[2]!.money, null);
  const own = stage({ openai: [fine], tiers: { light: { provider: 'openai', model: 'of-our-own' } } });
  await own.ask();
  assert.deepEqual([own.meter.booked[0]!.money, own.meter.settled[0]!.cost], [null, null]);
});

test('an answer that is not of the form is repaired once, with what was wrong, its own words fenced', async () => {
  const { ask, requests, calls } = stage({ openai: [well({ anwser: 1 }), fine] });
  assert.deepEqual((await ask()).output, { answer: 'yes' });
  assert.deepEqual(calls(), ['openai:model_malformed', 'openai:ok']);
  const [first, second] = requests('openai');
  assert.deepEqual({ ...second, input: first!.input }, first);
  assert.ok(second!.input.startsWith('What?\n\n'));
  assert.match(second!.input, /"expected":"string","path":"answer","received":"missing"/);
  assert.match(second!.input, /<untrusted id="[0-9a-f]{16}" what="the answer">\n\{"anwser":1\}\n<\/untrusted/);
});

test('an answer that is still not of the form is an error, with its mismatches, and nobody else is asked', async () => {
  const { ask, calls } = stage({ openai: [well({}), well([])], gigachat: [] });
  const error = await codeOf(ask());
  assert.deepEqual([error.code, error.failure.mismatches?.length], ['model_malformed', 1]);
  assert.equal(error.message, 'openai/gpt-6-luna did not answer in the form that was asked for');
  assert.deepEqual(calls(), ['openai:model_malformed', 'openai:model_malformed']);
});

test('what was no JSON at all is asked for again as well', async () => {
  const { ask, requests } = stage({ openai: [badly('model_malformed', { said: 'Sure! {"answer' }), fine] });
  await ask();
  assert.match(requests('openai')[1]!.input, /what="the answer">\nSure! \{"answer\n/);
});

test('an answer that was cut off is asked for once more, twice as long, and booked so', async () => {
  const { ask, requests, meter } = stage({
    openai: [badly('model_truncated'), badly('model_truncated')],
    gigachat: [],
  });
  assert.equal((await codeOf(ask({ maxOutputTokens: 300 }))).code, 'model_truncated');
  assert.deepEqual(
    requests('openai').map(({ maxOutputTokens }) => maxOutputTokens),
    [300, 600],
  );
  assert.equal(meter.booked[1]!.tokens - meter.booked[0]!.tokens, 300);
});

test('a repair keeps the longer limit', async () => {
  const { ask, requests } = stage({ openai: [badly('model_truncated'), well({}), fine] });
  await ask({ maxOutputTokens: 100_000 });
  assert.deepEqual(
    requests('openai').map(({ maxOutputTokens }) => maxOutputTokens),
    [100_000, 128_000, 128_000],
  );
});

test('who asks to come back soon is asked again, once; then, or if it is late, the other one is asked', async () => {
  const soon = badly('model_throttled', { retryAfterMs: 3_000 });
  const patient = stage({ openai: [soon, fine], gigachat: [] });
  await patient.ask();
  assert.deepEqual([patient.clock.waits, patient.calls()], [[3_000], ['openai:model_throttled', 'openai:ok']]);
  const twice = stage({ openai: [soon, soon], gigachat: [fine] });
  assert.equal((await twice.ask()).by, 'gigachat/GigaChat-2');
  for (const late of [badly('model_throttled', { retryAfterMs: 20_001 }), badly('model_throttled')]) {
    const { ask, clock, meter } = stage({ openai: [late], gigachat: [fine] });
    assert.equal((await ask()).by, 'gigachat/GigaChat-2');
    assert.deepEqual(clock.waits, []);
    assert.deepEqual(meter.settled[1]!.instead, {
      provider: 'openai',
      model: 'gpt-6-luna',
      because: 'model_throttled',
    });
  }
  const alone = stage({ openai: [badly('model_throttled', { retryAfterMs: 60_000 })] });
  assert.equal((await codeOf(alone.ask())).failure.retryAfterMs, 60_000);
});

test('what was refused or filtered is asked of nobody else', async () => {
  for (const code of ['model_refused', 'model_filtered'] as const) {
    const { ask, calls } = stage({ openai: [badly(code, { said: 'I will\u0000 not' })], gigachat: [fine] });
    const error = await codeOf(ask());
    assert.deepEqual([error.code, error.failure.said], [code, 'I will\uFFFD not']);
    assert.doesNotMatch(error.message, /I will|word of the provider/);
    assert.deepEqual(calls(), [`openai:${code}`]);
  }
});

test('a model that is out of reach is tried once more after a moment, then the other one stands in', async () => {
  for (const code of ['model_unreachable', 'model_unavailable'] as const) {
    const { ask, calls, clock, meter } = stage({ openai: [badly(code), badly(code)], gigachat: [fine] });
    assert.equal((await ask()).by, 'gigachat/GigaChat-2');
    assert.deepEqual(calls(), [`openai:${code}`, `openai:${code}`, 'gigachat:ok']);
    assert.ok(clock.waits.length === 1 && clock.waits[0]! >= 250 && clock.waits[0]! <= 1_000);
    assert.deepEqual(
      meter.settled.map(({ instead }) => instead?.because),
      [undefined, undefined, code],
    );
    assert.deepEqual(meter.settled[2]!.cost, { micros: 52_000, currency: 'RUB', prices: '2026-02-01' });
  }
});

test('time, quota, key and request are no better for a repeat: the other one is asked at once', async () => {
  for (const code of ['timed_out', 'model_quota', 'model_unauthorised', 'model_rejected'] as const) {
    const { ask, calls } = stage({ openai: [badly(code)], gigachat: [fine] });
    await ask();
    assert.deepEqual(calls(), [`openai:${code}`, 'gigachat:ok']);
    const alone = stage({ openai: [badly(code)] });
    assert.equal((await codeOf(alone.ask())).code, code);
  }
});

test('what no repeat can cure is not repeated, and is told as a matter of how it is set up', async () => {
  const unusable = badly('model_unreachable', { retryable: false });
  const { ask, calls } = stage({ openai: [unusable], gigachat: [fine] });
  await ask();
  assert.deepEqual(calls(), ['openai:model_unreachable', 'gigachat:ok']);
  const alone = await codeOf(stage({ openai: [unusable] }).ask());
  assert.equal(alone.failure.retryable, false);
  assert.match(alone.message, /could not be reached as it is set up: check its address, its key and its certificate$/);
});

test('when nobody can, it is told of the last one', async () => {
  const { ask } = stage({ openai: [badly('timed_out')], gigachat: [badly('model_quota')] });
  const error = await codeOf(ask());
  assert.deepEqual([error.code, error.failure.retryable], ['model_quota', false]);
  assert.equal(error.message, 'gigachat/GigaChat-2 has nothing left to spend on this account');
});

test('a completer that throws is a defect, settled like any other failure, and no end of the question', async () => {
  const broken: Act = () => {
    throw new TypeError('s3cret');
  };
  const { ask, calls, meter } = stage({ openai: [broken], gigachat: [fine] });
  await ask();
  assert.deepEqual(calls(), ['openai:unexpected', 'gigachat:ok']);
  assert.doesNotMatch(JSON.stringify(meter.settled), /s3cret/);
});

test('what a provider says of its usage is checked, and so is a failure that is none', async () => {
  const odd = [
    { ...fine, usage: { ...someUsage, input: -1 } },
    { error: { code: 'no_such' as ErrorCode, message: '', retryable: true }, usage: null, requestId: 'x'.repeat(300) },
  ];
  const { ask, meter } = stage({ openai: odd as Completion[] });
  await ask();
  assert.equal((await codeOf(ask())).code, 'unexpected');
  for (const call of meter.settled) modelCall.parse(call);
  assert.deepEqual([meter.settled[0]!.usage, meter.settled[0]!.cost], [null, null]);
});

test('a budget that is reached ends the question at once, before any call, also before the one who stands in', async () => {
  for (const code of ['budget_exceeded', 'budget_soft', 'aborted'] as const) {
    for (const at of [0, 1]) {
      const { models, completers } = stage({ openai: [badly('timed_out')], gigachat: [fine] });
      const meter = recordingMeter({ refuse: (_, nth) => nth === at && new BatonError(code, 'no') });
      assert.equal((await codeOf(models.ask(question(), thinkingWith(meter)))).code, code);
      assert.deepEqual([meter.booked.length, meter.settled.length], [at, at]);
      assert.equal(completers[1]!.requests.length, 0);
    }
  }
});

test('a question that is stopped ends at once, though the completer does not hear it, and its call is settled', async () => {
  const stop = new AbortController();
  const deaf: Act = () => {
    queueMicrotask(() => stop.abort());
    return new Promise(() => {});
  };
  const { ask, calls } = stage({ openai: [deaf], gigachat: [fine] });
  assert.equal((await codeOf(ask({}, stop.signal))).code, 'aborted');
  assert.deepEqual(calls(), ['openai:aborted']);
  assert.equal((await codeOf(ask({}, stop.signal))).code, 'aborted');
  assert.equal(calls().length, 1);
});

test('it is not waited for a second try once it is stopped', async () => {
  const stop = new AbortController();
  const { ask, calls } = stage({
    openai: [
      () => {
        queueMicrotask(() => stop.abort());
        return badly('model_throttled', { retryAfterMs: 1 });
      },
    ],
  });
  assert.equal((await codeOf(ask({}, stop.signal))).code, 'aborted');
  assert.equal(calls().length, 1);
});

test('a provider that fails again and again is left alone, the other one is asked at once, and it is told', async () => {
  const { ask, calls, meter, switches, logged, models, clock, completers } = stage({
    openai: Array.from({ length: 5 }, () => badly('model_quota')),
    gigachat: Array.from({ length: 7 }, () => fine),
  });
  for (let i = 0; i < 6; i += 1) await ask();
  assert.equal(calls().filter((one) => one.startsWith('openai')).length, 5);
  assert.deepEqual(meter.settled.at(-1)!.instead, {
    provider: 'openai',
    model: 'gpt-6-luna',
    because: 'breaker_open',
  });
  assert.equal(meter.booked.length, meter.settled.length);
  assert.deepEqual(switches, [{ provider: 'openai', state: 'open', because: 'model_quota' }]);
  assert.deepEqual(logged, [{ ...switches[0], message: 'the breaker of a provider of models switched' }]);
  assert.deepEqual(models.breakers()[0], { provider: 'openai', state: 'open', because: 'model_quota', waitMs: 15_000 });
  clock.pass(15_000);
  completers[0]!.say(fine);
  assert.equal((await ask()).by, 'openai/gpt-6-luna');
  assert.deepEqual(
    switches.slice(1).map(({ state, because }) => [state, because]),
    [
      ['half_open', 'time_over'],
      ['closed', 'answered'],
    ],
  );
});

test('with nobody to stand in, a provider that is left alone is told as one, with when to come again', async () => {
  const broken = Array.from({ length: 5 }, () => badly('timed_out'));
  const { ask, meter } = stage({ openai: broken });
  for (let i = 0; i < 5; i += 1) await codeOf(ask());
  const error = await codeOf(ask());
  assert.deepEqual(
    [error.code, error.failure.retryAfterMs, error.failure.retryable],
    ['model_unreachable', 15_000, true],
  );
  assert.match(error.message, /^openai\/gpt-6-luna is not asked for another 15 s: .*\(timed_out\)$/);
  assert.equal(meter.booked.length, 5);
});

test('a probe that was not made lets the next one through', async () => {
  const { models, clock, completers, meter } = stage({ openai: Array.from({ length: 5 }, () => badly('timed_out')) });
  for (let i = 0; i < 5; i += 1) await codeOf(models.ask(question(), thinkingWith(meter)));
  clock.pass(15_000);
  const poor = recordingMeter({ refuse: () => new BatonError('budget_exceeded', 'no') });
  assert.equal((await codeOf(models.ask(question(), thinkingWith(poor)))).code, 'budget_exceeded');
  completers[0]!.say(fine);
  await models.ask(question(), thinkingWith(meter));
});
