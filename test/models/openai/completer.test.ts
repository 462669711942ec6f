/** Each way in which OpenAI ends a request is one code of ours, with its bill and its name. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failure } from '../../../src/contracts/error.ts';
import { type Answer, answer } from '../../support/openai/answers.ts';
import { request, secret, world } from './asking.ts';

test('an answer comes back in the form that was asked for, with what it took and the name of the request', async () => {
  await using place = await world();
  const tokens = { input: 300, cached: 128, output: 80, reasoning: 64 };
  const completion = await place.endOf(answer.output({ owner: 'Anna', age: null }, { tokens }));
  assert.deepEqual(completion, {
    output: { owner: 'Anna' },
    usage: { input: 300, cachedInput: 128, output: 80, reasoning: 64 },
    requestId: place.fake.requests[0]!.requestId,
  });
  assert.equal(place.completer.provider, 'openai');
});

test('a request keeps instructions and input apart, is strict, and leaves nothing with the provider', async () => {
  await using place = await world();
  await place.endOf(answer.output({ owner: 'Anna', age: 4 }), { user: 'person-7' });
  const [{ body, headers }] = place.fake.requests as [(typeof place.fake.requests)[number]];
  const { text, ...rest } = body;
  assert.deepEqual(rest, {
    model: 'gpt-6-luna',
    instructions: request().instructions,
    input: request().input,
    max_output_tokens: 500,
    store: false,
    prompt_cache_key: 'owner-1',
    safety_identifier: 'person-7',
  });
  assert.deepEqual(text?.format, {
    type: 'json_schema',
    name: 'owner',
    strict: true,
    schema: {
      type: 'object',
      properties: { owner: { type: 'string' }, age: { anyOf: [{ type: 'integer' }, { type: 'null' }] } },
      required: ['owner', 'age'],
      additionalProperties: false,
    },
  });
  assert.equal(headers.authorization, `Bearer ${secret}`);
  assert.equal(headers['openai-organization'], undefined);
});

test('a schema that cannot be enforced is sent as it is, and its answer comes as it is', async () => {
  await using place = await world();
  const body = { type: 'object', additionalProperties: { type: 'string' } };
  const { output } = await place.endOf(answer.output({ a: 'x', b: null }), { schema: { name: 'names', body } });
  assert.deepEqual(output, { a: 'x', b: null });
  const format = { type: 'json_schema', name: 'names', schema: body, strict: false };
  assert.deepEqual(place.fake.requests[0]?.body.text?.format, format);
});

test('long names are shortened to what the provider takes, and stay the same', async () => {
  await using place = await world();
  const long = { cacheKey: 'k'.repeat(65), user: 'u'.repeat(200) };
  await place.endOf(answer.output({ owner: 'a', age: null }), long);
  await place.endOf(answer.output({ owner: 'a', age: null }), long);
  const [first, second] = place.fake.requests.map(({ body }) => [body.prompt_cache_key, body.safety_identifier]);
  assert.deepEqual(first, second);
  assert.match(first![0]!, /^[0-9a-f]{64}$/);
});

test('the same instructions under the same key are kept by the provider, and counted as such', async () => {
  await using place = await world();
  const instructions = 'Answer shortly. '.repeat(400);
  const cached = async () =>
    (await place.endOf(answer.output({ owner: 'a', age: null }), { instructions })).usage?.cachedInput;
  assert.equal(await cached(), 0);
  assert.equal(await cached(), 1536);
});

test('what a model says before its answer is no part of the answer', async () => {
  await using place = await world();
  const spoken = answer.output({ owner: 'Anna', age: null }, { commentary: '{"owner":"nobody"}' });
  assert.deepEqual((await place.endOf(spoken)).output, { owner: 'Anna' });
});

const ends: [string, Answer, string, object?][] = [
  ['a refusal', answer.refusal('I cannot say.'), 'model_refused', { said: 'I cannot say.' }],
  ['a cut answer', answer.truncated(), 'model_truncated'],
  ['an answer that was all reasoning', answer.truncated(null), 'model_truncated'],
  ['a filtered answer', answer.filtered(), 'model_filtered'],
  ['an answer left incomplete for another reason', answer.incomplete('max_messages'), 'model_unavailable'],
  ['text that is no JSON', answer.text('Anna, of course'), 'model_malformed'],
  ['no text', answer.nothing(), 'model_malformed'],
  ['a failed response', answer.failed('server_error'), 'model_unavailable'],
  ['one that failed for its limits', answer.failed('rate_limit_exceeded'), 'model_throttled'],
  ['one that failed for its prompt', answer.failed('invalid_prompt'), 'model_rejected'],
  ['one that failed for a policy', answer.failed('bio_policy'), 'model_filtered'],
  ['a key that is not accepted', answer.unauthorised(), 'model_unauthorised'],
  ['a country that is not served', answer.error(403, {}), 'model_unauthorised'],
  ['an account without money', answer.quota(), 'model_quota'],
  ['a gateway without money', answer.error(402, {}), 'model_quota'],
  ['a limit', answer.rateLimited(), 'model_throttled'],
  ['a limit in seconds', answer.rateLimited({ retryAfter: 90 }), 'model_throttled', { retryAfterMs: 90_000 }],
  ['a limit in parts of them', answer.rateLimited({ retryAfter: '0.25' }), 'model_throttled', { retryAfterMs: 250 }],
  [
    'a limit in milliseconds',
    answer.rateLimited({ retryAfter: 3, retryAfterMs: 2_345 }),
    'model_throttled',
    { retryAfterMs: 2_345 },
  ],
  ['a limit in words', answer.rateLimited({ retryAfter: 'later' }), 'model_throttled'],
  ['a bad request', answer.error(400, { code: 'context_length_exceeded' }), 'model_rejected'],
  ['an unknown model', answer.error(404, { code: 'model_not_found' }), 'model_rejected'],
  ['what cannot be processed', answer.error(422, {}), 'model_rejected'],
  ['a filter before the model', answer.error(400, { code: 'content_filter' }), 'model_filtered'],
  ['a redirect', answer.raw('', 307, { location: 'http://127.0.0.1:9/' }), 'model_rejected'],
  ['a timeout of the provider', answer.error(408, {}), 'model_unavailable'],
  ['a server error', answer.serverError(500), 'model_unavailable'],
  ['a page of a proxy', answer.raw('<html>private prompt</html>', 502), 'model_unavailable'],
  ['an overload', answer.serverError(503, { retryAfter: 7 }), 'model_unavailable', { retryAfterMs: 7_000 }],
];

test('each end has its code, and is asked for once', async () => {
  await using place = await world();
  for (const [name, given, code, more = {}] of ends) {
    const asked = place.fake.requests.length;
    const { error, requestId } = await place.endOf(given);
    const { code: got, message, retryable, ...rest } = failure.parse(error);
    assert.deepEqual([got, rest], [code, more], name);
    assert.equal(place.fake.requests.length, asked + 1, name);
    assert.equal(requestId, place.fake.requests.at(-1)?.requestId, name);
    assert.doesNotMatch(message, /private|prompt is|sk-|Anna|says the test/, name);
    assert.equal(typeof retryable, 'boolean');
  }
});

test('the date of a limit is counted from the clock of who set it', async () => {
  await using place = await world();
  const date = 'Wed, 25 Nov 2026 08:00:00 GMT';
  const limited = answer.rateLimited({ retryAfter: 'Wed, 25 Nov 2026 08:01:30 GMT' });
  const { error } = await place.endOf({ ...limited, headers: { ...limited.headers, date } });
  assert.equal(error?.retryAfterMs, 90_000);
});

test('what was billed is told, though the answer is of no use', async () => {
  await using place = await world();
  const tokens = { input: 10, cached: 0, output: 500, reasoning: 490 };
  const usage = { input: 10, cachedInput: 0, output: 500, reasoning: 490 };
  assert.deepEqual((await place.endOf(answer.truncated('{"a', tokens))).usage, usage);
  assert.deepEqual((await place.endOf(answer.refusal('No.', tokens))).usage, usage);
  assert.equal((await place.endOf(answer.serverError())).usage, null);
});

test('the provider’s own short code is in the message, and a code that is none is not', async () => {
  await using place = await world();
  const messageOf = async (given: Answer) => (await place.endOf(given)).error?.message;
  assert.equal(await messageOf(answer.quota()), 'OpenAI answered 429 (insufficient_quota)');
  assert.equal(await messageOf(answer.error(400, { code: secret, type: 'Bad: Anna' })), 'OpenAI answered 400');
  const { error } = await place.ask({ model: 'gpt-0' });
  assert.deepEqual([error?.code, error?.message], ['model_rejected', 'OpenAI answered 404 (model_not_found)']);
});

test('a long refusal is cut to what a failure can hold', async () => {
  await using place = await world();
  const { error } = await place.endOf(answer.refusal('No. '.repeat(200)));
  assert.equal(error?.said?.length, 300);
});

test('a key that is not accepted is not repeated', async () => {
  await using place = await world({ apiKey: 'sk-another-key' });
  const { error } = await place.ask();
  assert.equal(error?.code, 'model_unauthorised');
  assert.doesNotMatch(JSON.stringify(error), /sk-/);
  assert.equal(place.fake.requests.length, 0);
});
