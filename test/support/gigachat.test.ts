/** The GigaChat of the tests is as strict as the service, and stricter where a misspelling would pass. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { request as requestHttps } from 'node:https';
import { test } from 'node:test';
import { createGigachatServer, type FakeGigachat, type GigachatOptions } from './gigachat/server.ts';

interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: an answer is looked into as far as a test needs
  body: any;
  headers: NodeJS.Dict<string | string[]>;
}

const send = (
  fake: FakeGigachat,
  url: string,
  headers: Record<string, string>,
  body: string | null,
  method = 'POST',
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const ca = readFileSync(fake.caFile, 'utf8');
    const request = requestHttps(url, { method, headers, ca, agent: false }, async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      const text = Buffer.concat(chunks).toString('utf8');
      resolve({ status: response.statusCode!, body: JSON.parse(text), headers: response.headers });
    });
    request.on('error', reject);
    request.end(body);
  });

const grant = (fake: FakeGigachat, more: Record<string, string> = {}, form = `scope=${fake.scope}`) => {
  const headers = { authorization: `Basic ${fake.authKey}`, rquid: randomUUID() };
  const type = { 'content-type': 'application/x-www-form-urlencoded' };
  return send(fake, fake.authUrl, { ...headers, ...type, ...more }, form);
};

const hello = { model: 'GigaChat-2', messages: [{ role: 'user', content: 'Hello there' }] };

/** A server, and somebody with a token. */
async function started(options: GigachatOptions = {}) {
  const fake = await createGigachatServer(options);
  const { body } = await grant(fake);
  const token = body.access_token as string;
  const ask = (path: string, sent: unknown, headers: Record<string, string> = {}) => {
    const own = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const isGet = sent === null;
    const text = isGet ? null : JSON.stringify(sent);
    return send(fake, `${fake.baseUrl}${path}`, { ...own, ...headers }, text, isGet ? 'GET' : 'POST');
  };
  const chat = (more: object = {}, headers: Record<string, string> = {}) =>
    ask('/chat/completions', { ...hello, ...more }, headers);
  return { fake, ask, chat, [Symbol.asyncDispose]: () => fake[Symbol.asyncDispose]() };
}

test('the server knows nothing of the sources', () => {
  const folder = new URL('./gigachat/', import.meta.url);
  const imports = readdirSync(folder).flatMap((file) =>
    [...readFileSync(new URL(file, folder), 'utf8').matchAll(/from '([^']+)'/g)].map(([, name]) => name!),
  );
  assert.deepEqual(
    imports.filter((name) => !/^(\.\/[a-z]+\.ts|node:[a-z_]+|zod)$/.test(name)),
    [],
  );
});

test('a token is given for the key, a UUID and the scope of the key, and ends when it says so', async () => {
  await using fake = await createGigachatServer({ tokenMs: 60_000 });
  const { status, body } = await grant(fake);
  assert.equal(status, 200);
  const leftMs = body.expires_at - Date.now();
  assert.ok(leftMs > 50_000 && leftMs <= 60_000);
  assert.ok(fake.oauth.isLive(`Bearer ${body.access_token}`));
  fake.oauth.revoke();
  assert.ok(!fake.oauth.isLive(`Bearer ${body.access_token}`));
  assert.deepEqual(fake.refused(), []);
});

for (const [what, headers, form, status] of [
  ['another key', { authorization: 'Basic d3Jvbmc=' }, undefined, 401],
  ['no UUID', { rquid: '1' }, undefined, 400],
  ['a UUID of another version', { rquid: '0199e210-2f13-744c-8fe5-c9a19fe27db7' }, undefined, 400],
  ['another scope', {}, 'scope=GIGACHAT_API_CORP', 400],
  ['a scope that there is not', {}, 'scope=GIGACHAT', 400],
  ['a second field', {}, 'scope=GIGACHAT_API_PERS&a=b', 400],
  ['JSON', { 'content-type': 'application/json' }, '{"scope":"GIGACHAT_API_PERS"}', 400],
] as [string, Record<string, string>, string | undefined, number][]) {
  test(`no token is given for ${what}`, async () => {
    await using fake = await createGigachatServer();
    assert.equal((await grant(fake, headers, form)).status, status);
    assert.equal(fake.refused().length, 1);
  });
}

test('a wrong, an old and no token are refused, at every door but that of the tokens', async () => {
  await using at = await started({ tokenMs: 60_000 });
  assert.equal((await at.chat()).status, 200);
  assert.equal((await at.chat({}, { authorization: 'Bearer wrong' })).status, 401);
  at.fake.oauth.revoke();
  assert.equal((await at.chat()).status, 401);
  assert.equal((await at.ask('/models', null)).status, 401);
  assert.equal((await at.ask('/tokens/count', { model: 'GigaChat-2', input: ['a'] })).status, 401);
});

test('models are listed, and tokens counted', async () => {
  await using at = await started();
  const { body } = await at.ask('/models', null);
  assert.deepEqual(
    body.data.map(({ id }: { id: string }) => id),
    ['GigaChat-2', 'GigaChat-2-Pro', 'GigaChat-2-Max'],
  );
  const counted = await at.ask('/tokens/count', { model: 'GigaChat-2', input: ['eight ch'] });
  assert.deepEqual(counted.body, [{ object: 'tokens', tokens: 2, characters: 8 }]);
});

const format = (schema: object, more: object = {}) => ({ response_format: { type: 'json_schema', schema, ...more } });
const calling = (parameters: object, name = 'answer') => ({
  functions: [{ name, parameters }],
  function_call: { name },
});
const any = { type: 'object', properties: {} };
const [max, system] = [{ model: 'GigaChat-2-Max' }, { role: 'system', content: 'Be brief.' }];

for (const [what, more, status] of [
  ['an unknown field', { max_output_tokens: 5 }, 422],
  ['an unknown model', { model: 'GigaChat-9' }, 404],
  ['instructions that are not first', { messages: [...hello.messages, system] }, 422],
  ['no message', { messages: [] }, 422],
  ['a schema in the place where others have it', { ...max, ...format(any, { json_schema: { schema: any } }) }, 422],
  ['a format without a schema', { ...max, response_format: { type: 'json_schema' } }, 422],
  ['a format for a model without one', format(any), 422],
  ['a schema with a reference', { ...max, ...format({ properties: { a: { $ref: '#' } } }) }, 422],
  ['a format beside functions', { ...max, ...format(any), ...calling(any) }, 422],
  ['a call of a function that is not there', { ...calling(any), function_call: { name: 'other' } }, 400],
  ['parameters of several kinds', calling({ type: 'object', properties: { a: { anyOf: [] } } }), 422],
  ['parameters of which nothing is said', calling({ type: 'object' }), 422],
  ['a function with a digit in its name', calling(any, 'answer1'), 422],
] as [string, object, number][]) {
  test(`${what} is refused with ${status}`, async () => {
    await using at = await started();
    const { status: answered, body } = await at.chat(more);
    assert.deepEqual([answered, body.status], [status, status]);
    assert.equal(at.fake.refused().length, 1);
  });
}

test('it answers in the form that is asked for, arguments as an object', async () => {
  await using at = await started();
  at.fake.always({ json: { a: 1 } });
  const byFormat = await at.chat({ ...max, ...format(any) });
  const byCall = await at.chat(calling(any));
  assert.deepEqual(byFormat.body.choices[0].message.content, '{"a":1}');
  assert.equal(byFormat.body.choices[0].finish_reason, 'stop');
  assert.deepEqual(byCall.body.choices[0].message.function_call, { name: 'answer', arguments: { a: 1 } });
  assert.equal(byCall.body.choices[0].finish_reason, 'function_call');
  assert.match(String(byCall.headers['x-request-id']), /^[0-9a-f-]{36}$/);
});

test('what a session said last costs nothing, and is taken off the total', async () => {
  await using at = await started();
  const messages = [{ role: 'system', content: 'x'.repeat(400) }, ...hello.messages];
  const usageIn = async (session: string) => (await at.chat({ messages }, { 'x-session-id': session })).body.usage;
  const first = await usageIn('a');
  const second = await usageIn('a');
  const other = await usageIn('b');
  assert.deepEqual([first.prompt_tokens, first.precached_prompt_tokens], [103, 0]);
  assert.deepEqual([second.prompt_tokens, second.precached_prompt_tokens], [3, 100]);
  assert.equal(second.total_tokens, second.prompt_tokens + second.completion_tokens);
  assert.deepEqual(other, first);
});

test('more at once than the account may is refused', async () => {
  await using at = await started({ streams: 1 });
  const held = Promise.withResolvers<void>();
  at.fake.say({ json: 1, after: held.promise });
  const first = at.chat();
  await at.fake.until(() => at.fake.open() === 1);
  assert.equal((await at.chat()).status, 429);
  held.resolve();
  assert.equal((await first).status, 200);
  await at.fake.until(() => at.fake.open() === 0);
  assert.equal((await at.chat()).status, 200);
});

test('it fails as it is told, once for each time', async () => {
  await using at = await started();
  at.fake.say({ status: 429, headers: { 'retry-after': '3' } }, { cut: 'reset' }, { call: '{}', finish: 'error' });
  const throttled = await at.chat();
  assert.deepEqual([throttled.status, throttled.headers['retry-after']], [429, '3']);
  await assert.rejects(at.chat(), { code: 'ECONNRESET' });
  const [choice] = (await at.chat()).body.choices;
  assert.deepEqual([choice.finish_reason, choice.message.function_call.arguments], ['error', '{}']);
  assert.equal((await at.chat()).status, 200);
});

test('nobody who does not know the authority gets in', async () => {
  await using fake = await createGigachatServer();
  await assert.rejects(fetch(fake.authUrl, { method: 'POST' }));
  assert.deepEqual(fake.calls, []);
});
