import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { z } from 'zod';
import { createAddressGuard } from '../../src/agents/address-guard.ts';
import { createHttpTransporter } from '../../src/agents/http.ts';
import { defineAgent } from '../../src/contracts/agent.ts';
import type { AnyHttp } from '../../src/contracts/http.ts';
import type { Json } from '../../src/contracts/json.ts';
import { callOf, endOf } from './call.ts';
import { answering, raw, serve } from './server.ts';

const secret = 'tok-12345678';
const local = createAddressGuard({ allow: ['127.0.0.1'] });
const transporter = createHttpTransporter({
  guard: local,
  secrets: (name) => (name === 'SHOP_TOKEN' ? secret : undefined),
});

/** A mapping over values of which the compiler knows nothing. */
interface Loose {
  readonly [key: string]: Loose;
}
const from = (map: (of: { input: Loose; output: Loose }) => unknown) => map as never;

const agentOf = (http: AnyHttp) =>
  defineAgent({ name: 'shop.order', title: 'Look', input: z.any(), output: z.any(), effect: 'read', http });
type More = Parameters<typeof callOf>[1];
const ask = (http: AnyHttp, input: Json = {}, more: More = {}, by = transporter) =>
  by.call({ ...callOf(agentOf(http), more), input });
const get = (url: string, more: Partial<AnyHttp> = {}): AnyHttp => ({ method: 'GET', url, ...more });
const messageOf = (result: Awaited<ReturnType<typeof ask>>) => (result.end === 'done' ? '' : result.error.message);

/** A server that keeps what it was sent, and answers with an empty object. */
async function recording() {
  const seen: {
    method?: string | undefined;
    url?: string | undefined;
    headers: IncomingMessage['headers'];
    body: string;
  }[] = [];
  const server = await serve(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    seen.push({ method: request.method, url: request.url, headers: request.headers, body });
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  return { ...server, seen };
}

test('address, query, headers and a JSON body are made of the input, with the key and the named secret', async () => {
  await using server = await recording();
  const http: AnyHttp = {
    method: 'POST',
    url: `${server.origin}/orders/{{input.order}}/refunds?v=2&who={{input.who}}`,
    headers: { Authorization: 'Bearer {{secrets.SHOP_TOKEN}}', 'X-Order': 'o-{{input.order}}' },
    query: from(({ input }) => ({ tag: input.tags, none: null, absent: input.nothing, full: true })),
    body: from(({ input }) => ({ amount: input.amount, reason: 'damaged', order: input.order })),
  };
  const input = { order: 'A 1?x=1&y#ü', who: 'a&b=c/../d', tags: ['x y', 7], amount: 12.5 };
  assert.equal(endOf(await ask({ ...http, headers: { ...http.headers, 'X-Order': 'o' } }, input)), 'done');
  const [request] = server.seen;
  assert.equal(request?.method, 'POST');
  assert.equal(
    request?.url,
    '/orders/A%201%3Fx%3D1%26y%23%C3%BC/refunds?v=2&who=a%26b%3Dc%2F..%2Fd&tag=x%20y&tag=7&full=true',
  );
  assert.deepEqual(JSON.parse(request?.body ?? ''), { amount: 12.5, reason: 'damaged', order: input.order });
  const {
    authorization,
    accept,
    'content-type': type,
    'idempotency-key': key,
    'x-order': order,
  } = request?.headers ?? {};
  assert.deepEqual(
    { authorization, accept, type, key, order },
    {
      authorization: `Bearer ${secret}`,
      accept: 'application/json',
      type: 'application/json',
      key: 'k-1',
      order: 'o',
    },
  );
});

test('a form, a text and no body at all are sent as what they are', async () => {
  await using server = await recording();
  const url = `${server.origin}/`;
  await ask({ method: 'POST', url, form: from(({ input }) => ({ a: input.a, b: 'ü &' })) }, { a: [1, 2] });
  await ask({ method: 'PUT', url, text: 'Hello {{input.name}}' }, { name: 'Ann' });
  await ask({ method: 'POST', url, keyHeader: 'X-Request-Id', headers: { 'Content-Type': 'application/xml' } });
  await ask({ method: 'DELETE', url, keyHeader: null });
  await ask({ method: 'GET', url });
  const told = server.seen.map(({ method, headers, body }) => [
    method,
    headers['content-type'],
    headers['content-length'],
    body,
    headers['idempotency-key'] ?? headers['x-request-id'],
  ]);
  assert.deepEqual(told, [
    ['POST', 'application/x-www-form-urlencoded', '18', 'a=1&a=2&b=%C3%BC+%26', 'k-1'].with(2, '20'),
    ['PUT', 'text/plain; charset=utf-8', '9', 'Hello Ann', 'k-1'],
    ['POST', 'application/xml', '0', '', 'k-1'],
    ['DELETE', undefined, undefined, '', undefined],
    ['GET', undefined, undefined, '', undefined],
  ]);
});

test('a value can neither leave its segment of the path nor add a header, and is not repeated in words', async () => {
  await using server = await recording();
  const http = get(`${server.origin}/orders/{{input.order}}/lines`);
  const wrong: Json[] = [
    '..',
    '.',
    '',
    '../admin',
    'a/b',
    'a\\b',
    '%2e%2e',
    'a%2Fb',
    'a\r\nb',
    'a\u0000',
    null,
    {},
    [],
    '\ud800',
  ];
  for (const order of wrong) {
    const result = await ask(http, { order });
    assert.equal(endOf(result), 'not_sent/agent_unreachable', JSON.stringify(order));
    assert.equal(result.end !== 'done' && result.error.retryable, false);
  }
  assert.equal(
    endOf(await ask(get(`${server.origin}/a/.{{input.order}}`), { order: '.' })),
    'not_sent/agent_unreachable',
  );
  assert.equal(endOf(await ask(http, {})), 'not_sent/agent_unreachable');
  const header = get(`${server.origin}/`, { headers: { 'x-note': '{{input.note}}' } });
  for (const note of ['a\r\nx-admin: 1', 'a\nb', 'наоборот']) {
    const result = await ask(header, { note });
    assert.equal(endOf(result), 'not_sent/agent_unreachable');
    assert.doesNotMatch(messageOf(result), /admin|наоборот/);
  }
  for (const name of ['Host', 'transfer-encoding', 'Content-Length', 'connection'])
    assert.equal(
      endOf(await ask(get(`${server.origin}/`, { headers: { [name]: 'x' } }))),
      'not_sent/agent_unreachable',
    );
  assert.equal(server.seen.length, 0);
  assert.equal(endOf(await ask(http, { order: '@evil.example:80' })), 'done');
  assert.equal(server.seen[0]?.url, '/orders/%40evil.example%3A80/lines');
});

test('no value can choose another host, wherever it stands', async () => {
  for (const url of [
    'http://{{input.host}}/',
    'http://a{{input.host}}/',
    '{{input.host}}',
    'http://u:p@x/',
    'http://x/#{{input.a}}',
  ])
    assert.equal(endOf(await ask(get(url), { host: 'evil.example', a: 1 })), 'not_sent/agent_unreachable', url);
});

test('the output is the body, or a mapping of status, headers and body', async () => {
  await using server = await answering(201, '{"data":{"items":[{"id":7}],"secret":1}}', { 'X-Page': '2' });
  assert.deepEqual(await ask(get(server.url)), { end: 'done', output: { data: { items: [{ id: 7 }], secret: 1 } } });
  const mapped = get(server.url, {
    output: from(({ input, output }) => ({
      status: output.status,
      page: output.headers?.['x-page'],
      first: output.body?.data?.items?.[0]?.id,
      order: input.order,
      gone: output.body?.data?.gone,
    })),
  });
  const output = { status: 201, page: '2', first: 7, order: '1042' };
  assert.deepEqual(await ask(mapped, { order: '1042' }), { end: 'done', output });
  const missing = await ask(get(server.url, { output: ({ output: of }) => of.body.nothing }));
  assert.equal(endOf(missing), 'unknown/output_malformed');
});

test('text is read as text, in its character set', async () => {
  await using plain = await answering(200, 'OK — ü', { 'content-type': 'text/plain' });
  assert.deepEqual(await ask(get(plain.url, { reads: 'text' })), { end: 'done', output: 'OK — ü' });
  await using latin = await answering(200, Buffer.from([0xcf, 0xf0]), {
    'content-type': 'text/html; charset=windows-1251',
  });
  assert.deepEqual(await ask(get(latin.url, { reads: 'text' })), { end: 'done', output: 'Пр' });
  await using odd = await answering(200, 'x', { 'content-type': 'text/html; charset=nonsense' });
  assert.equal(endOf(await ask(get(odd.url, { reads: 'text' }))), 'unknown/output_malformed');
  await using empty = await answering(204);
  assert.deepEqual(await ask(get(empty.url)), { end: 'done', output: null });
  assert.deepEqual(await ask({ method: 'HEAD', url: plain.url }), { end: 'done', output: null });
});

test('each status ends the attempt by what it proves, unless the declaration knows better', async () => {
  const ends: [number, string, AnyHttp['statuses']?][] = [
    [200, 'done'],
    [304, 'unknown/output_malformed'],
    [400, 'refused/agent_refused'],
    [404, 'refused/agent_refused'],
    [408, 'unknown/agent_unavailable'],
    [425, 'refused/agent_throttled'],
    [429, 'refused/agent_throttled'],
    [500, 'unknown/agent_unavailable'],
    [503, 'unknown/agent_unavailable'],
    [404, 'done', { done: [404] }],
    [200, 'refused/agent_refused', { refused: [200] }],
    [503, 'refused/agent_throttled', { later: [503] }],
  ];
  for (const [status, end, statuses] of ends) {
    await using server = await answering(status, status === 304 ? '' : '{}', { 'retry-after': '7' });
    const result = await ask(get(server.url, statuses ? { statuses } : {}));
    assert.equal(endOf(result), end, `${status}`);
    const isLater = status === 429 || status === 503;
    if (result.end !== 'done' && isLater) assert.equal(result.error.retryAfterMs, 7_000);
  }
});

test('why an API refuses is told to people, as a sentence', async () => {
  const reason: AnyHttp['reason'] = ({ output }) => output.body.error.message;
  const said = async (body: string, type = 'application/json') => {
    await using server = await answering(422, body, { 'content-type': type });
    const result = await ask(get(server.url, { reason }));
    assert.equal(endOf(result), 'refused/agent_refused');
    return result.end === 'done' ? undefined : result.error.said;
  };
  assert.equal(await said('{"error":{"message":" No such order. "}}'), 'No such order.');
  assert.equal((await said(`{"error":{"message":"${'x'.repeat(999)}"}}`))?.length, 300);
  for (const body of ['{}', '{"error":{"message":5}}', 'not json', '', `"${' '.repeat(99_999)}"`])
    assert.equal(await said(body), undefined);
  assert.equal(await said('<html>', 'text/html'), undefined);
});

test('a refusal whose reason never ends is one all the same', async () => {
  await using server = await raw((socket) => {
    socket.write('HTTP/1.1 422 No\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n[');
  });
  const result = await ask(get(server.url, { reason: ({ output }) => output.body.error }), {}, { timeoutMs: 30_000 });
  assert.equal(endOf(result), 'refused/agent_refused');
});

test('a secret that the API sends back is struck out of output and reason', async () => {
  const headers = { authorization: 'Bearer {{secrets.SHOP_TOKEN}}' };
  await using server = await serve((request, response) => {
    const echo = {
      [`k ${request.headers.authorization}`]: [request.headers.authorization],
      error: request.headers.authorization,
    };
    response.writeHead(request.url === '/no' ? 400 : 200, { 'content-type': 'application/json', 'x-echo': secret });
    response.end(JSON.stringify(echo));
  });
  const output: AnyHttp['output'] = ({ output: of }) => ({ body: of.body, header: of.headers['x-echo'] });
  const result = await ask(get(`${server.origin}/`, { headers, output }));
  assert.equal(endOf(result), 'done');
  assert.doesNotMatch(JSON.stringify(result), new RegExp(secret));
  assert.match(JSON.stringify(result), /Bearer \[secret\]/);
  const refused = await ask(get(`${server.origin}/no`, { headers, reason: ({ output: of }) => of.body.error }));
  assert.equal(refused.end !== 'done' && refused.error.said, 'Bearer [secret]');
});

test('a name that turns to another address between two calls, or two redirects, gains nothing', async () => {
  await using target = await answering(200, '1');
  await using server = await serve((_, response) => {
    response.writeHead(302, { location: `http://rebind.example:${target.port}/` }).end();
  });
  let asked = 0;
  const resolver: Parameters<typeof createAddressGuard>[1] = (_host, _options, done) => {
    asked += 1;
    setImmediate(done, null, [{ address: asked === 1 ? '127.0.0.1' : '127.0.0.2', family: 4 }]);
  };
  const guard = createAddressGuard({ allow: ['127.0.0.1'] }, resolver);
  const by = createHttpTransporter({ guard });
  assert.equal(endOf(await ask(get(`http://rebind.example:${target.port}/`), {}, {}, by)), 'done');
  for (const url of [`http://rebind.example:${target.port}/`, server.url]) {
    const result = await ask(get(url), {}, {}, by);
    assert.equal(endOf(result), 'not_sent/agent_unreachable');
    assert.match(messageOf(result), /rebind\.example is at 127\.0\.0\.2, which is loopback/);
  }
  assert.deepEqual([asked, target.connections()], [3, 1]);
});

test('what is not reached was not sent, and what breaks afterwards is unknown', async () => {
  const closed = await answering(200);
  await closed[Symbol.asyncDispose]();
  assert.equal(endOf(await ask(get(closed.url))), 'not_sent/agent_unreachable');
  const breaks: ((socket: import('node:net').Socket) => void)[] = [
    (socket) => socket.resetAndDestroy(),
    (socket) => socket.end(),
    (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n{"a"'),
  ];
  for (const end of breaks) {
    await using server = await raw(end);
    assert.equal(endOf(await ask(get(server.url))), 'unknown/agent_unavailable', String(end));
    assert.equal(server.connections(), 1);
  }
  await using silent = await raw(() => {});
  assert.equal(endOf(await ask(get(silent.url), {}, { timeoutMs: 500 })), 'unknown/timed_out');
  await using dripping = await raw((socket) => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n[');
    const timer = setInterval(() => socket.write(' '), 5);
    socket.on('close', () => clearInterval(timer));
  });
  assert.equal(endOf(await ask(get(dripping.url), {}, { timeoutMs: 500 })), 'unknown/timed_out');
});

test('an answer that is too large, too deep, or no JSON is none', async () => {
  const bomb = gzipSync(Buffer.alloc(5_000_000, 0x20));
  const answers: [string | Buffer, Record<string, string>, string][] = [
    [`"${'x'.repeat(2_000)}"`, {}, 'output_too_large'],
    [bomb, { 'content-encoding': 'gzip' }, 'output_too_large'],
    ['['.repeat(65) + ']'.repeat(65), {}, 'output_too_large'],
    ['<html>', { 'content-type': 'text/html' }, 'output_malformed'],
    ['{"a":', {}, 'output_malformed'],
    ['x', { 'content-encoding': 'zstd' }, 'output_malformed'],
  ];
  for (const [body, headers, code] of answers) {
    await using server = await answering(200, body, headers);
    assert.equal(endOf(await ask(get(server.url), {}, { maxOutputBytes: 1_000 })), `unknown/${code}`);
  }
});

test('an agent of another kind is not its business', () => {
  assert.equal(transporter.handles(agentOf(get('http://x/'))), true);
  const other = defineAgent({ name: 'a', title: 'A', input: z.any(), output: z.any(), effect: 'read', run: () => 1 });
  assert.equal(transporter.handles(other), false);
});
