/** What is asked, and what becomes of the answers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Turn } from '../../support/gigachat/script.ts';
import { byFormat, byFunction, codeOf, errorOf, outputOf, requestOf, secretInput, talk } from './talk.ts';

const fields = { order: '1042', amount: 500 };

test('a model with response_format gets the schema right below it, and its content is the answer', async () => {
  await using at = await talk();
  at.fake.say({ json: fields });
  assert.deepEqual(outputOf(await at.ask()), fields);
  const [{ body, headers }] = at.fake.completions() as [(typeof at.fake.calls)[0]];
  const { instructions, input, schema } = requestOf();
  assert.deepEqual(body, {
    model: byFormat,
    messages: [
      { role: 'system', content: instructions },
      { role: 'user', content: input },
    ],
    max_tokens: 500,
    response_format: { type: 'json_schema', schema: schema.body, strict: true },
  });
  assert.match(String(headers['x-session-id']), /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
});

for (const formatRefusal of [400, 422] as const) {
  test(`a model that refuses response_format with ${formatRefusal} is made to call a function, at once and from then on`, async () => {
    await using at = await talk({ server: { formatRefusal } });
    at.fake.say({ json: fields }, { json: fields });
    assert.deepEqual(outputOf(await at.ask({ model: byFunction })), fields);
    assert.deepEqual(outputOf(await at.ask({ model: byFunction })), fields);
    const [tried, first, second] = at.fake.completions();
    assert.deepEqual([tried!.status, first!.status, second!.status], [formatRefusal, 200, 200]);
    assert.deepEqual(second!.body.function_call, { name: 'refund_fields' });
    assert.deepEqual(second!.body.functions[0].parameters, requestOf().schema.body);
    assert.equal(at.fake.completions().length, 3);
  });
}

test('what is learned of one model is not believed of another', async () => {
  await using at = await talk();
  outputOf(await at.ask({ model: byFunction }));
  outputOf(await at.ask({ model: byFormat }));
  assert.ok(at.fake.completions().at(-1)!.body.response_format);
});

test('a model of which it is known is not tried', async () => {
  await using at = await talk({ client: { forms: { [byFunction]: 'function_call', [byFormat]: 'function_call' } } });
  outputOf(await at.ask({ model: byFunction }));
  outputOf(await at.ask({ model: byFormat }));
  assert.deepEqual(at.fake.refused(), []);
  assert.ok(at.fake.completions().every(({ body }) => body.functions));
});

test('a model that answers a response_format in prose is made to call a function the next time', async () => {
  await using at = await talk({ server: { formatRefusal: 'ignore' } });
  assert.equal(codeOf(await at.ask({ model: byFunction })), 'model_malformed');
  assert.deepEqual(outputOf(await at.ask({ model: byFunction })), { ok: true });
});

test('a model that has kept to response_format is not given up for one bad answer', async () => {
  await using at = await talk();
  at.fake.say({ json: fields }, { content: '{"order": ' }, { json: fields });
  outputOf(await at.ask());
  assert.equal(codeOf(await at.ask()), 'model_malformed');
  outputOf(await at.ask());
  assert.ok(at.fake.completions().every(({ body }) => body.response_format));
});

const whole = '{"choices":[{"message":{"content":"1"}}]}';
const byCall = { client: { forms: { [byFunction]: 'function_call' } } } as const;

for (const [what, turn] of [
  ['an object', { call: fields }],
  ['the text of one', { call: JSON.stringify(fields) }],
  ['content in place of a call', { content: JSON.stringify(fields) }],
] as [string, Turn][]) {
  test(`arguments that are ${what} are the answer`, async () => {
    await using at = await talk(byCall);
    at.fake.say(turn);
    assert.deepEqual(outputOf(await at.ask({ model: byFunction })), fields);
  });
}

for (const [what, turn, code] of [
  ['a refusal', { content: 'Не люблю говорить об этом.', finish: 'blacklist' }, 'model_refused'],
  ['an answer cut at its limit', { json: fields, finish: 'length' }, 'model_truncated'],
  ['an answer that ended with an error', { json: fields, finish: 'error' }, 'model_unavailable'],
  ['content that is not JSON', { content: 'Order 1042' }, 'model_malformed'],
  ['content that nests too deep', { content: '['.repeat(65) + ']'.repeat(65) }, 'model_malformed'],
  ['empty content', { content: '' }, 'model_malformed'],
  ['a body that is not JSON', { raw: '<html>' }, 'model_malformed'],
  ['a body that is no completion', { raw: '{"choices":[]}' }, 'model_malformed'],
  ['a body beyond the cap', { raw: `${' '.repeat(2_000_000)}${whole}` }, 'model_malformed'],
  ['status 400', { status: 400 }, 'model_rejected'],
  ['status 402', { status: 402 }, 'model_quota'],
  ['status 403', { status: 403 }, 'model_unauthorised'],
  ['status 404', { status: 404 }, 'model_rejected'],
  ['status 413', { status: 413 }, 'model_rejected'],
  ['status 422', { status: 422 }, 'model_rejected'],
  ['status 429', { status: 429 }, 'model_throttled'],
  ['status 500', { status: 500 }, 'model_unavailable'],
  ['status 503', { status: 503 }, 'model_unavailable'],
  ['a redirect', { status: 302, headers: { location: 'https://127.0.0.1:1/' } }, 'model_rejected'],
  ['a broken connection', { cut: 'reset' }, 'model_unavailable'],
] as [string, Turn, string][]) {
  test(`${what} is ${code}, is asked for once, and nothing of the request is told`, async () => {
    await using at = await talk();
    at.fake.say(turn);
    const error = errorOf(await at.ask());
    assert.equal(error.code, code);
    assert.equal(at.fake.completions().length, 1);
    const token = at.fake.completions()[0]!.headers.authorization!.split(' ')[1]!;
    for (const secret of [at.fake.authKey, token, secretInput, 'Order 1042', '"1042"']) {
      assert.ok(!JSON.stringify(error).includes(secret), `${secret} in ${error.message}`);
    }
  });
}

test('a body below the cap is read to its end', async () => {
  await using at = await talk();
  at.fake.say({ raw: `${' '.repeat(1_900_000)}${whole}` });
  assert.equal(outputOf(await at.ask()), 1);
});

test('a refusal says what the model said, and no more than 300 characters of it', async () => {
  await using at = await talk();
  at.fake.say({ content: `Об этом я не говорю.${'.'.repeat(400)}`, finish: 'blacklist' });
  const { said = '' } = errorOf(await at.ask());
  assert.ok(said.startsWith('Об этом я не говорю.'));
  assert.equal(said.length, 300);
});

test('a rejected request says why, without the token', async () => {
  await using at = await talk();
  assert.equal(errorOf(await at.ask({ model: 'GigaChat-9' })).said, 'No such model');
  const token = at.fake.completions()[0]!.headers.authorization!.split(' ')[1]!;
  at.fake.say({ status: 422, message: `wrong: ${token}` });
  assert.equal(errorOf(await at.ask()).said, 'wrong: [secret]');
});

test('how long to wait is told in seconds or by a date, and is believed up to a day', async () => {
  await using at = await talk();
  const after = async (value: string, date = 'Sat, 01 Aug 2026 10:00:00 GMT') => {
    at.fake.say({ status: 429, headers: { 'retry-after': value, date } });
    return errorOf(await at.ask()).retryAfterMs;
  };
  assert.equal(await after('7'), 7_000);
  assert.equal(await after('Sat, 01 Aug 2026 10:00:30 GMT'), 30_000);
  assert.equal(await after('9999999'), 24 * 3_600_000);
  assert.equal(await after('soon'), undefined);
});

test('the usage is told, with what was kept as a part of the input', async () => {
  await using at = await talk();
  const first = await at.ask();
  const second = await at.ask({ input: 'another' });
  const other = await at.ask({ cacheKey: 'another/1' });
  assert.equal(first.usage!.cachedInput, 0);
  assert.ok(first.usage!.input > 0 && first.usage!.output > 0);
  assert.equal(second.usage!.cachedInput, Math.ceil(requestOf().instructions.length / 4));
  assert.equal(second.usage!.input, second.usage!.cachedInput + 2);
  assert.deepEqual(other.usage, first.usage);
});

for (const [what, usage, expected] of [
  ['beside the prompt', [55, 30, 4, 85], [59, 4, 30]],
  ['within the prompt', [55, 30, 4, 81], [55, 4, 30]],
] as const) {
  test(`tokens that were kept are counted ${what}, as the total tells`, async () => {
    await using at = await talk();
    const [prompt_tokens, completion_tokens, precached_prompt_tokens, total_tokens] = usage;
    const told = { prompt_tokens, completion_tokens, precached_prompt_tokens, total_tokens };
    at.fake.say({ json: fields, usage: told });
    const [input, cachedInput, output] = expected;
    assert.deepEqual((await at.ask()).usage, { input, cachedInput, output, reasoning: 0 });
  });
}

test('usage and the name of the request are told of failures too, where the provider tells them', async () => {
  await using at = await talk();
  at.fake.say({ json: fields, finish: 'length' }, { json: fields, usage: null }, { status: 500 });
  const truncated = await at.ask();
  assert.ok(truncated.usage!.output > 0);
  assert.match(truncated.requestId!, /^[0-9a-f-]{36}$/);
  assert.equal((await at.ask()).usage, null);
  const failed = await at.ask();
  assert.equal(failed.usage, null);
  assert.match(failed.requestId!, /^[0-9a-f-]{36}$/);
});
