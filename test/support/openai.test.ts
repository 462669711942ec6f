/** The OpenAI of the tests is as strict as the service, and stricter where its guide is silent. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { answer } from './openai/answers.ts';
import { createOpenaiServer, type FakeOpenai, type OpenaiOptions } from './openai/server.ts';
import { complaintOf } from './openai/strict-rules.ts';

const object = (properties: object, more: object = {}) => ({
  ...{ type: 'object', properties, required: Object.keys(properties), additionalProperties: false },
  ...more,
});
const format = (schema: object, more: object = {}) => ({
  format: { type: 'json_schema', name: 'answer', schema, strict: true, ...more },
});
const plain = { model: 'gpt-6-luna', input: 'x' };

async function post(fake: FakeOpenai, body: object, key = fake.apiKey) {
  const response = await fetch(`${fake.baseUrl}/responses`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify(body),
  });
  // biome-ignore lint/suspicious/noExplicitAny: an answer is looked into as far as a test needs.
  return { status: response.status, headers: response.headers, body: (await response.json()) as any };
}

const started = (options: OpenaiOptions = {}) => createOpenaiServer(options);

test('the server knows nothing of the sources', () => {
  const folder = new URL('./openai/', import.meta.url);
  const imports = readdirSync(folder).flatMap((file) =>
    [...readFileSync(new URL(file, folder), 'utf8').matchAll(/from '([^']+)'/g)].map(([, name]) => name!),
  );
  assert.ok(imports.length > 5);
  assert.deepEqual(
    imports.filter((name) => !/^(\.\/[a-z-]+\.ts|node:[a-z/]+|zod)$/.test(name)),
    [],
  );
});

test('a wrong key, an unknown path and an unknown model are refused in the words of the service', async () => {
  await using fake = await started();
  const wrong = await post(fake, plain, 'sk-wrong');
  assert.equal(wrong.status, 401);
  assert.equal(wrong.body.error.code, 'invalid_api_key');
  const headers = { authorization: `Bearer ${fake.apiKey}` };
  const elsewhere = await fetch(`${fake.baseUrl}/nowhere`, { headers });
  assert.equal(elsewhere.status, 404);
  const { error } = (await elsewhere.json()) as { error: object };
  assert.deepEqual(error, {
    ...{ message: 'Invalid URL (GET /v1/nowhere)', type: 'invalid_request_error', param: null, code: null },
  });
  const model = await post(fake, { ...plain, model: 'gpt-0' });
  assert.deepEqual([model.status, model.body.error.code], [404, 'model_not_found']);
  assert.equal((await fetch(`${fake.baseUrl}/responses`, { method: 'POST' })).status, 401);
  const listed = (await (await fetch(`${fake.baseUrl}/models`, { headers })).json()) as { data: { id: string }[] };
  assert.ok(listed.data.some(({ id }) => id === 'gpt-6-luna'));
  assert.deepEqual(fake.requests, []);
  assert.deepEqual(
    fake.refused.map(({ status }) => status),
    [401, 404, 404, 401],
  );
});

test('unknown, missing, ill-typed and overlong fields are refused and written down', async () => {
  await using fake = await started();
  const cases: [object, string, string][] = [
    [{ ...plain, max_tokens: 5 }, 'unknown_parameter', 'max_tokens'],
    [{ ...plain, text: format(object({}), { strictly: true }) }, 'unknown_parameter', 'text.format.strictly'],
    [{ model: 'gpt-6-luna' }, 'missing_required_parameter', 'input'],
    [{ ...plain, store: 'no' }, 'invalid_type', 'store'],
    [{ ...plain, prompt_cache_key: 'k'.repeat(65) }, 'string_above_max_length', 'prompt_cache_key'],
    [{ ...plain, text: format(object({}), { name: 'with spaces' }) }, 'invalid_value', 'text.format.name'],
    [{ ...plain, text: format({ type: 'array' }) }, 'invalid_json_schema', 'text.format.schema'],
    [{ ...plain, text: format({ anyOf: [] }, { strict: false }) }, 'invalid_json_schema', 'text.format.schema'],
  ];
  for (const [body, code, param] of cases) {
    const { status, body: said } = await post(fake, body);
    assert.deepEqual([status, said.error.code, said.error.param], [400, code, param], JSON.stringify(body));
  }
  assert.deepEqual(
    fake.refused.map(({ code }) => code),
    cases.map(([, code]) => code),
  );
});

test('a strict schema is held to each rule of the guide', () => {
  const text = { type: 'string' };
  const inside = (node: object, more: object = {}) => object({ a: node }, more);
  const refused: [object, RegExp][] = [
    [{ anyOf: [object({})], type: 'object' }, /'anyOf' is not permitted at the root/],
    [{ type: 'object', properties: { a: text }, required: [], additionalProperties: false }, /Missing 'a'/],
    [{ type: 'object', properties: { a: text }, required: ['a'] }, /additionalProperties/],
    [object({ a: text }, { required: ['a', 'b'] }), /extra required key 'b'/],
    [inside({}), /must have a 'type' key/],
    [inside({ const: 'x' }), /must have a 'type' key/],
    [inside({ type: 'array' }), /array schema missing items/],
    [inside({ type: 'array', items: text, uniqueItems: true }), /'uniqueItems' is not permitted/],
    [inside({ type: 'string', minLength: 1 }), /'minLength' is not permitted/],
    [inside({ type: 'string', default: '' }), /'default' is not permitted/],
    [inside({ type: 'string', format: 'uri' }), /'uri' is not a valid format/],
    [inside({ type: 'string', pattern: '(?=a)' }), /'pattern' is not supported/],
    [inside({ type: 'string', enum: ['a', 1] }), /enum value 1 does not validate/],
    [inside({ $ref: '#/$defs/x' }), /not found in the schema/],
    [inside({ $ref: '#', description: 'again' }), /\$ref cannot have keywords/],
    [inside({ anyOf: [text, { type: 'object' }] }), /'anyOf', '1'.*additionalProperties/],
    ...[
      'allOf',
      'oneOf',
      'not',
      'if',
      'then',
      'else',
      'dependentRequired',
      'dependentSchemas',
      'patternProperties',
    ].map((key): [object, RegExp] => [inside(object({}, { [key]: {} })), new RegExp(`'${key}' is not permitted`)]),
  ];
  for (const [schema, why] of refused) assert.match(complaintOf(schema) ?? 'taken', why, JSON.stringify(schema));
  const recursive = object(
    { next: { anyOf: [{ $ref: '#' }, { type: 'null' }] }, leaf: { $ref: '#/$defs/leaf' } },
    { $defs: { leaf: object({ at: { type: 'string', format: 'date-time' }, n: { type: ['integer', 'null'] } }) } },
  );
  assert.equal(complaintOf(recursive), null);
});

test('a strict schema is held to the limits of its size', () => {
  const text = { type: 'string' };
  const many = (n: number, name = (i: number) => `p${i}`) =>
    object(Object.fromEntries(Array.from({ length: n }, (_, i) => [name(i), text])));
  const nested = (levels: number): object => (levels === 1 ? object({}) : object({ a: nested(levels - 1) }));
  const listed = (n: number, length: number) =>
    object({ a: { type: 'string', enum: Array.from({ length: n }, (_, i) => String(i).padStart(length, '0')) } });
  assert.equal(complaintOf(many(5000)), null);
  assert.match(complaintOf(many(5001)) ?? '', /5000 object properties/);
  assert.equal(complaintOf(nested(10)), null);
  assert.match(complaintOf(nested(11)) ?? '', /10 levels of nesting/);
  assert.match(complaintOf(many(13, (i) => `${i}`.padEnd(10_000, 'x'))) ?? '', /120000 characters/);
  assert.equal(complaintOf(listed(1000, 15)), null);
  assert.match(complaintOf(listed(1001, 4)) ?? '', /1000 enum values/);
  assert.match(complaintOf(listed(251, 60)) ?? '', /15000 are allowed/);
  assert.equal(complaintOf(listed(250, 100)), null);
});

test('a response has the shape of the service, its tokens, and what of the prompt was kept', async () => {
  await using fake = await started({ handler: () => answer.output({ a: 1 }, { commentary: 'Let me see.' }) });
  const body = { ...plain, instructions: 'word '.repeat(1200), prompt_cache_key: 'k', text: format(object({})) };
  const first = await post(fake, body);
  assert.match(first.headers.get('x-request-id') ?? '', /^req_/);
  assert.match(first.body.id, /^resp_/);
  assert.deepEqual(
    first.body.output.map(({ type, phase }: Record<string, string>) => phase ?? type),
    ['reasoning', 'commentary', 'final_answer'],
  );
  const { content } = first.body.output.at(-1);
  assert.deepEqual(content, [{ type: 'output_text', text: '{"a":1}', annotations: [], logprobs: [] }]);
  assert.equal(first.body.usage.input_tokens_details.cached_tokens, 0);
  assert.equal(first.body.usage.output_tokens_details.reasoning_tokens, 64);
  const second = await post(fake, { ...body, input: 'y' });
  assert.equal(second.body.usage.input_tokens_details.cached_tokens, 1408);
  const other = await post(fake, { ...body, prompt_cache_key: 'other' });
  assert.equal(other.body.usage.input_tokens_details.cached_tokens, 0);
  assert.deepEqual(
    fake.requests.map(({ cached, end }) => [cached, end]),
    [
      [0, 'answered'],
      [1408, 'answered'],
      [0, 'answered'],
    ],
  );
});

test('each scripted end comes once, in its order; without a script it is an error of the server', async () => {
  await using fake = await started();
  fake.next(
    ...[answer.refusal('No.'), answer.truncated(), answer.filtered(), answer.failed('server_error')],
    ...[answer.rateLimited({ retryAfter: 3, retryAfterMs: 2500 }), answer.quota(), answer.serverError(503)],
    answer.slowly(answer.output('slow'), 0),
  );
  const refusal = await post(fake, plain);
  assert.deepEqual(refusal.body.output[1].content, [{ type: 'refusal', refusal: 'No.' }]);
  assert.deepEqual((await post(fake, plain)).body.incomplete_details, { reason: 'max_output_tokens' });
  assert.deepEqual((await post(fake, plain)).body.incomplete_details, { reason: 'content_filter' });
  const failed = await post(fake, plain);
  assert.deepEqual([failed.status, failed.body.status, failed.body.error.code], [200, 'failed', 'server_error']);
  const { headers, status } = await post(fake, plain);
  assert.deepEqual([status, headers.get('retry-after'), headers.get('retry-after-ms')], [429, '3', '2500']);
  assert.equal(headers.get('x-ratelimit-remaining-requests'), '0');
  assert.equal((await post(fake, plain)).body.error.code, 'insufficient_quota');
  assert.equal((await post(fake, plain)).status, 503);
  assert.equal((await post(fake, plain)).body.output[1].content[0].text, '"slow"');
  assert.equal((await post(fake, plain)).status, 500);
});

test('connections break before or within the answer, or stay open for ever', async () => {
  await using fake = await started();
  fake.next(answer.reset(), answer.cut(answer.output('half')), answer.hang());
  await assert.rejects(post(fake, plain));
  await assert.rejects(post(fake, plain));
  const controller = new AbortController();
  const hanging = fetch(`${fake.baseUrl}/responses`, {
    method: 'POST',
    headers: { authorization: `Bearer ${fake.apiKey}` },
    body: JSON.stringify(plain),
    signal: controller.signal,
  });
  await fake.until(() => fake.requests.length === 3);
  controller.abort();
  await assert.rejects(hanging);
  await fake.until(() => fake.requests.every(({ end }) => end === 'broken'));
});
