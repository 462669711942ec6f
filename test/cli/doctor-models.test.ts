import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { checkModels } from '../../src/cli/doctor/models.ts';
import { loadSettings } from '../../src/config.ts';
import type { ModelSettings } from '../../src/model-settings.ts';

interface Seen {
  line: string;
  authorization: string | undefined;
  rquid: string | string[] | undefined;
  body: string;
}

/** A provider that answers by path, with a status or with JSON. */
async function provider(answers: Record<string, number | object | string>) {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const { authorization, rquid } = request.headers;
    seen.push({ line: `${request.method} ${request.url}`, authorization, rquid, body });
    const answer = answers[request.url ?? ''] ?? 404;
    response.statusCode = typeof answer === 'number' ? answer : 200;
    response.end(typeof answer === 'object' ? JSON.stringify(answer) : String(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    seen,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

const listOf = (...ids: string[]) => ({ object: 'list', data: ids.map((id) => ({ id, object: 'model' })) });
const openaiAt = (url: string) => ({ OPENAI_API_KEY: 'sk-s3cret', OPENAI_BASE_URL: `${url}/v1/` });
/** With both providers; GigaChat in the open, which no setting allows. */
const bothAt = (openai: string, gigachat: string): ModelSettings => {
  const key = { GIGACHAT_AUTH_KEY: 's3cret-auth', GIGACHAT_SCOPE: 'GIGACHAT_API_CORP' };
  const settings = loadSettings({ ...openaiAt(openai), ...key });
  const at = { authUrl: `${gigachat}/oauth`, baseUrl: `${gigachat}/api/v1` };
  return { ...settings, gigachat: { ...settings.gigachat!, ...at } };
};
const textsOf = (found: { text: string }[]) => found.map(({ text }) => text);

test('without a key there are the rules, and it is said what turns models on', async () => {
  const found = await checkModels(loadSettings({}), {});
  assert.deepEqual(
    found.map(({ ok }) => ok),
    [true],
  );
  assert.match(found[0]!.text, /^rules: .*OPENAI_API_KEY or GIGACHAT_AUTH_KEY/);
});

test('each provider is asked with its key, and each tier is told with its price and who stands in', async () => {
  await using openai = await provider({ '/v1/models': listOf('gpt-6-luna', 'gpt-6.1-terra', 'of-our-own') });
  await using gigachat = await provider({
    '/oauth': { access_token: 'token-s3cret', expires_at: 1 },
    '/api/v1/models': listOf('GigaChat-2', 'GigaChat-2-Pro', 'GigaChat-2-Max'),
  });
  const found = await checkModels(bothAt(openai.url, gigachat.url), {
    strong: { provider: 'openai', model: 'of-our-own', fallback: 'none' },
    light: { provider: 'gigachat', fallback: { provider: 'openai', model: 'no-such' } },
  });
  assert.deepEqual(
    found.map(({ check, ok, text }) => [check, ok, text.replace(/ \(.*?\)/g, '')]),
    [
      ['openai', true, 'the key is accepted; 3 models'],
      ['gigachat', true, 'the key is accepted; 3 models'],
      ['models', true, 'light: gigachat/GigaChat-2, 65.00 in and 65.00 out RUB; else openai/no-such, price n/a'],
      ['models', false, 'light: openai does not list no-such for this key'],
      [
        'models',
        true,
        'mid: openai/gpt-6.1-terra, 1.00 in and 5.00 out USD; else gigachat/GigaChat-2-Pro, 500.00 in and 500.00 out RUB',
      ],
      ['models', true, 'strong: openai/of-our-own, price n/a; else none'],
    ],
  );
  assert.deepEqual(
    openai.seen.map(({ line, authorization }) => [line, authorization]),
    [['GET /v1/models', 'Bearer sk-s3cret']],
  );
  const [auth, list] = gigachat.seen;
  assert.deepEqual(
    [auth!.line, auth!.authorization, auth!.body],
    ['POST /oauth', 'Basic s3cret-auth', 'scope=GIGACHAT_API_CORP'],
  );
  assert.match(String(auth!.rquid), /^[0-9a-f-]{36}$/);
  assert.deepEqual([list!.line, list!.authorization], ['GET /api/v1/models', 'Bearer token-s3cret']);
  assert.doesNotMatch(JSON.stringify(found), /s3cret/);
});

test('a refused key, a busy provider, another server and nobody at all are told apart, each with what to do', async () => {
  const told = async (models: number | string, oauth: number | object) => {
    await using server = await provider({ '/v1/models': models, '/oauth': oauth });
    const found = await checkModels(bothAt(server.url, server.url), null);
    assert.ok(found.every(({ ok, advice }) => !ok && advice));
    assert.doesNotMatch(JSON.stringify(found), /s3cret/);
    return textsOf(found);
  };
  assert.deepEqual(await told(401, 400), ['the key is refused (401)', 'the key is refused (400)']);
  assert.deepEqual(await told(503, 429), [
    'the provider does not answer now (503)',
    'the provider does not answer now (429)',
  ]);
  assert.deepEqual(await told('<html>s3cret', {}), [
    'what answers there has no list of models (200)',
    'what answers there has no list of models (200)',
  ]);
  const nobody = 'http://127.0.0.1:1';
  const lost = await checkModels(bothAt(nobody, nobody), null);
  assert.deepEqual(textsOf(lost), ['the provider could not be reached', 'the provider could not be reached']);
  assert.deepEqual(
    lost.map(({ advice }) => advice),
    [
      'check the network of this machine, and OPENAI_BASE_URL if it is set',
      'check the network of this machine, and GIGACHAT_AUTH_URL and GIGACHAT_BASE_URL if they are set',
    ],
  );
});

test('a tier whose provider has no key is told, and so is one that stands in', async () => {
  await using openai = await provider({
    '/v1/models': listOf('gpt-6-luna', 'gpt-6.1-terra', 'gpt-6.1-sol'),
  });
  const found = await checkModels(loadSettings(openaiAt(openai.url)), {
    light: { provider: 'gigachat' },
    mid: { provider: 'openai', fallback: { provider: 'gigachat' } },
  });
  assert.deepEqual(textsOf(found.filter(({ ok }) => !ok)), [
    'light: there is no key for gigachat/GigaChat-2',
    'mid: there is no key for gigachat/GigaChat-2-Pro',
  ]);
  assert.match(found.at(-1)!.text, /^strong: openai\/gpt-6\.1-sol, .*; else rules$/);
});
