import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { createServer as createSocketServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { readRetryAfter } from '../../src/agents/http-status.ts';
import { createWebhookTransporter } from '../../src/agents/webhook.ts';
import { callOf, endOf, webhookAgent } from './call.ts';
import { answering, listening, raw, serve } from './server.ts';

const transporter = createWebhookTransporter();
type More = Parameters<typeof callOf>[1];
const ask = (url: string, more: More = {}, signal?: AbortSignal) =>
  transporter.call(callOf(webhookAgent(url), more, signal));

async function askOnce(status: number, body?: string | Buffer, headers?: Record<string, string>, more?: More) {
  await using server = await answering(status, body, headers);
  return await ask(server.url, more);
}

test('it posts ids and input as JSON with the idempotency key, and gives the parsed answer', async () => {
  const bodies: string[] = [];
  let request: IncomingMessage | undefined;
  await using server = await serve(async (incoming, response) => {
    request = incoming;
    for await (const chunk of incoming) bodies.push(String(chunk));
    response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' }).end('{"paid":true}');
  });
  const agent = webhookAgent(server.url, { Authorization: 'Bearer x', 'Content-Type': 'text/plain', 'x-shop': 'own' });
  const withHeaders = createWebhookTransporter({ requestHeaders: { 'X-Shop': 'all', 'x-other': 'all' } });
  assert.deepEqual(await withHeaders.call(callOf(agent)), { end: 'done', output: { paid: true } });
  const sent = { agent: 'shop.pay@1', run: 'r1', step: 'pay', attempt: 1, key: 'k-1', input: { order: '1042' } };
  assert.deepEqual(JSON.parse(bodies.join('')), sent);
  assert.equal(request?.method, 'POST');
  assert.equal(request?.url, '/pay?token=s3cret');
  const { host, 'content-length': length, ...headers } = request?.headers ?? {};
  assert.match(String(headers['user-agent']), /^baton\/\d+\.\d+\.\d+/);
  assert.deepEqual(
    { ...headers, 'user-agent': '' },
    {
      authorization: 'Bearer x',
      'content-type': 'application/json',
      accept: 'application/json',
      'accept-encoding': 'identity',
      'idempotency-key': '"k-1"',
      connection: 'close',
      'x-shop': 'own',
      'x-other': 'all',
      'user-agent': '',
    },
  );
  assert.match(String(host), /^127\.0\.0\.1:\d+$/);
  assert.equal(Number(length), bodies.join('').length);
});

test('a name and a password in the address become an authorization', async () => {
  let authorization: string | undefined;
  await using server = await serve((request, response) => {
    authorization = request.headers.authorization;
    response.writeHead(204).end();
  });
  assert.equal(endOf(await ask(server.url.replace('//', '//us%20er:p%3A@'))), 'done');
  assert.equal(authorization, `Basic ${Buffer.from('us er:p:').toString('base64')}`);
});

test('each status ends the attempt by what it proves', async () => {
  const ends: [number, string][] = [
    [200, 'done'],
    [201, 'done'],
    [204, 'done'],
    [300, 'unknown/output_malformed'],
    [301, 'unknown/output_malformed'],
    [302, 'unknown/output_malformed'],
    [303, 'unknown/output_malformed'],
    [304, 'unknown/output_malformed'],
    [307, 'refused/agent_refused'],
    [308, 'refused/agent_refused'],
    [400, 'refused/agent_refused'],
    [401, 'refused/agent_refused'],
    [409, 'refused/agent_refused'],
    [422, 'refused/agent_refused'],
    [408, 'unknown/agent_unavailable'],
    [425, 'refused/agent_throttled'],
    [429, 'refused/agent_throttled'],
    [500, 'unknown/agent_unavailable'],
    [502, 'unknown/agent_unavailable'],
    [503, 'unknown/agent_unavailable'],
    [599, 'unknown/agent_unavailable'],
    [999, 'unknown/agent_unavailable'],
  ];
  for (const [status, end] of ends)
    assert.equal(endOf(await askOnce(status, status < 300 ? '' : 'no')), end, `${status}`);
});

test('a redirect is not followed, and the failure says that it was one', async () => {
  await using target = await answering(200, '1');
  const result = await askOnce(307, '', { location: target.url });
  assert.match(result.end === 'refused' ? result.error.message : '', /redirect/);
  assert.equal(target.connections(), 0);
});

test('a wait that the agent asks for is kept with 429 and 503', async () => {
  for (const status of [429, 503]) {
    const result = await askOnce(status, '', { 'retry-after': '7' });
    assert.equal(result.end !== 'done' && result.error.retryAfterMs, 7_000);
    const without = await askOnce(status);
    assert.equal(without.end !== 'done' && without.error.retryAfterMs, undefined);
  }
});

test('Retry-After is seconds or any form of an HTTP date, and a day at most', () => {
  const now = Date.parse('1994-11-06T08:49:07Z');
  for (const date of ['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994']) {
    assert.equal(readRetryAfter(date, undefined, now), 30_000, date);
  }
  assert.equal(readRetryAfter('Sun, 06 Nov 1994 08:49:37 GMT', 'Sun, 06 Nov 1994 08:49:27 GMT', now), 10_000);
  assert.equal(readRetryAfter('Sun, 06 Nov 1994 08:00:00 GMT', undefined, now), 0);
  assert.equal(readRetryAfter('99999999999999999999999', undefined), 86_400_000);
  assert.equal(readRetryAfter('Sun, 06 Nov 2094 08:49:37 GMT', undefined, now), 86_400_000);
  for (const wrong of [undefined, '', 'soon', '-1', '1.5', 'Sunday'])
    assert.equal(readRetryAfter(wrong, undefined), null);
});

test('what fails before the request is written was not sent', async () => {
  const closed = await answering(200);
  await closed[Symbol.asyncDispose]();
  assert.equal(endOf(await ask(closed.url)), 'not_sent/agent_unreachable');
  assert.equal(endOf(await ask('http://nowhere.invalid/')), 'not_sent/agent_unreachable');
  await using plain = await answering(200, '1');
  assert.equal(endOf(await ask(plain.url.replace('http:', 'https:'))), 'not_sent/agent_unreachable');
  // It accepts, and never answers the TLS handshake.
  await using mute = await listening(createSocketServer(), 'https');
  assert.equal(endOf(await ask(mute.url, { timeoutMs: 50 })), 'not_sent/agent_unreachable');
  const controller = new AbortController();
  const waiting = ask(mute.url, {}, controller.signal);
  controller.abort();
  assert.equal(endOf(await waiting), 'not_sent/aborted');
  assert.equal(endOf(await ask(plain.url, {}, AbortSignal.abort())), 'not_sent/aborted');
});

test('an address or a header that cannot be used is not sent, not worth a repeat, and not repeated in words', async () => {
  await using server = await answering(200, '1');
  const calls = [
    callOf(webhookAgent('s3cret')),
    callOf(webhookAgent('ftp://s3cret')),
    callOf(webhookAgent(server.url, { 'x-a': 's3cret\r\nx-b: 1' })),
    callOf(webhookAgent(server.url, { 's3cret x': '1' })),
    callOf(webhookAgent(server.url, { 'Transfer-Encoding': 's3cret' })),
    callOf(webhookAgent(server.url.replace('//', '//s3cret%zz:x@'))),
  ];
  for (const call of calls) {
    const result = await transporter.call(call);
    assert.equal(endOf(result), 'not_sent/agent_unreachable');
    assert.equal(result.end !== 'done' && result.error.retryable, false);
    assert.doesNotMatch(JSON.stringify(result), /s3cret/);
  }
});

test('a connection that breaks after the request was written is unknown', async () => {
  const ends: ((socket: Socket) => void)[] = [
    (socket) => socket.resetAndDestroy(),
    (socket) => socket.end(),
    (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n{"a"'),
    (socket) =>
      socket.end('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n1\r\n1\r\n'),
    (socket) => socket.end('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'),
  ];
  for (const end of ends) {
    await using server = await raw(end);
    assert.equal(endOf(await ask(server.url)), 'unknown/agent_unavailable', String(end));
    assert.equal(server.connections(), 1);
  }
});

test('each call has a connection of its own, so none can meet one that is being closed', async () => {
  await using server = await serve((_, response: ServerResponse) => {
    response.shouldKeepAlive = true;
    response.writeHead(200, { 'content-type': 'application/json', connection: 'keep-alive' }).end('1');
  });
  for (let i = 0; i < 3; i += 1) assert.equal(endOf(await ask(server.url)), 'done');
  assert.equal(server.connections(), 3);
});

test('silence, a slow drip and endless interim answers end at the time limit', async () => {
  const drip = (socket: Socket, piece: string) => {
    const timer = setInterval(() => socket.write(piece), 5);
    socket.on('close', () => clearInterval(timer));
  };
  const behaviours: ((socket: Socket) => void)[] = [
    () => {},
    (socket) => drip(socket, 'HTTP/1.1 102 Processing\r\n\r\n'),
    (socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n[');
      drip(socket, ' ');
    },
  ];
  for (const behaviour of behaviours) {
    await using server = await raw(behaviour);
    assert.equal(endOf(await ask(server.url, { timeoutMs: 500 })), 'unknown/timed_out', String(behaviour));
  }
});

test('an abort breaks the connection and is unknown', async () => {
  const controller = new AbortController();
  const closed = Promise.withResolvers<void>();
  await using server = await raw((socket) => {
    socket.on('close', () => closed.resolve());
    controller.abort();
  });
  assert.equal(endOf(await ask(server.url, {}, controller.signal)), 'unknown/aborted');
  await closed.promise;
});

test('an answer that is not JSON in UTF-8 is malformed', async () => {
  const wrong: [string | Buffer, Record<string, string>?][] = [
    ['<html></html>', { 'content-type': 'text/html' }],
    ['1', { 'content-type': 'application/json; charset=koi8-r' }],
    ['{"a":'],
    ['{"a":1}{"a":1}'],
    ['1e999'],
    [Buffer.from([0x22, 0xff, 0x22])],
    ['not compressed', { 'content-encoding': 'gzip' }],
    [gzipSync('1').subarray(0, 12), { 'content-encoding': 'gzip' }],
    ['1', { 'content-encoding': 'gzip, gzip' }],
  ];
  for (const [body, headers] of wrong) {
    assert.equal(endOf(await askOnce(200, body, headers)), 'unknown/output_malformed', `${body}`);
  }
  for (const garbage of ['garbage\r\n\r\n', `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(100_000)}\r\n\r\n`]) {
    await using server = await raw((socket) => socket.end(garbage));
    assert.equal(endOf(await ask(server.url)), 'unknown/output_malformed');
  }
});

test('JSON of any subtype, with a byte order mark, with lone surrogates, and in pieces is read', async () => {
  const headers = { 'content-type': 'Application/Problem+JSON; Charset="UTF-8"' };
  assert.deepEqual(await askOnce(200, '\ufeff{"a":"я"}', headers), { end: 'done', output: { a: 'я' } });
  assert.deepEqual(await askOnce(200, '"\\ud800\\u0000"'), { end: 'done', output: '\ud800\u0000' });
  await using server = await serve((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    for (const byte of Buffer.from('["я"]')) response.write(Buffer.of(byte));
    response.end();
  });
  assert.deepEqual(await ask(server.url), { end: 'done', output: ['я'] });
});

test('no body is null', async () => {
  assert.deepEqual(await askOnce(204), { end: 'done', output: null });
  assert.deepEqual(await askOnce(200, '', { 'content-type': 'text/plain' }), { end: 'done', output: null });
});

test('a server that answers twice is heard once', async () => {
  const answer = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1\r\n\r\n1';
  await using server = await raw((socket) => socket.end(answer + answer));
  assert.deepEqual(await ask(server.url), { end: 'done', output: 1 });
});

test('the cap counts bytes after decompression, whatever the server was asked for', async () => {
  const limit = { maxOutputBytes: 1_000 };
  const text = (bytes: number) => `"${'x'.repeat(bytes - 2)}"`;
  assert.equal(endOf(await askOnce(200, text(1_000), {}, limit)), 'done');
  assert.equal(endOf(await askOnce(200, text(1_001), {}, limit)), 'unknown/output_too_large');
  for (const [encoding, compress] of [
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ] as const) {
    const headers = { 'content-encoding': encoding };
    assert.equal(endOf(await askOnce(200, compress(text(1_000)), headers, limit)), 'done', encoding);
    assert.equal(endOf(await askOnce(200, compress(text(50_000_000)), headers, limit)), 'unknown/output_too_large');
  }
});

test('64 levels of nesting pass and 65 do not, and brackets in strings are not levels', async () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  assert.equal(endOf(await askOnce(200, nested(64))), 'done');
  assert.equal(endOf(await askOnce(200, nested(65))), 'unknown/output_too_large');
  assert.equal(endOf(await askOnce(200, nested(100_000))), 'unknown/output_too_large');
  assert.equal(endOf(await askOnce(200, JSON.stringify([`\\"${nested(100)}\\`, '"['.repeat(99)]))), 'done');
});

test('a hundred answers of 50 MB, plain and compressed, leave memory as it was', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const block = Buffer.alloc(65_536, 0x20);
  const bomb = gzipSync(Buffer.alloc(50_000_000, 0x20));
  let written = 0;
  await using server = await serve((request, response) => {
    response.on('error', () => {});
    const headers = { 'content-type': 'application/json' };
    if (request.url?.includes('bomb')) {
      return response.writeHead(200, { ...headers, 'content-encoding': 'gzip' }).end(bomb);
    }
    response.writeHead(200, headers);
    let left = 50_000_000;
    const write = () => {
      while (left > 0 && !response.destroyed) {
        left -= block.length;
        written += block.length;
        if (!response.write(block)) return response.once('drain', write);
      }
      return response.end();
    };
    return write();
  });
  const call = (i: number) => ask(i % 2 ? server.url : `${server.url}&bomb`);
  for (let i = 0; i < 4; i += 1) await call(i);
  collect();
  const before = process.memoryUsage().rss;
  for (let i = 0; i < 100; i += 1) assert.equal(endOf(await call(i)), 'unknown/output_too_large');
  const grownBy = process.memoryUsage().rss - before;
  assert.ok(grownBy < 64_000_000, `grew by ${grownBy}`);
  assert.ok(written < 50_000_000 * 50, 'the server wrote everything: the connection was not broken');
});

test('over TLS it answers to a trusted name, and sends nothing to an untrusted one', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'baton-tls-'));
  const at = (name: string) => join(folder, name);
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const newKey = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  execFileSync('openssl', [...newKey, '-keyout', at('key'), '-out', at('cert'), ...subject], { stdio: 'ignore' });
  const [key, cert] = [readFileSync(at('key')), readFileSync(at('cert'))];
  rmSync(folder, { recursive: true });
  let requests = 0;
  const secure = createSecureServer({ key, cert }, (_, response) => {
    requests += 1;
    response.writeHead(200, { 'content-type': 'application/json' }).end('1');
  });
  await using server = await listening(secure, 'https');
  const untrusted = await ask(server.url);
  assert.equal(endOf(untrusted), 'not_sent/agent_unreachable');
  assert.match(untrusted.end !== 'done' ? untrusted.error.message : '', /DEPTH_ZERO_SELF_SIGNED_CERT/);
  assert.equal(requests, 0);
  const trusting = createWebhookTransporter({ ca: String(cert) });
  assert.equal(endOf(await trusting.call(callOf(webhookAgent(server.url)))), 'done');
  const byName = server.url.replace('127.0.0.1', 'localhost');
  assert.equal(endOf(await trusting.call(callOf(webhookAgent(byName)))), 'done');
});

test('no failure repeats the address, the headers or the body', async () => {
  const results = [
    await askOnce(400, '{"why":"s3cret"}'),
    await askOnce(500, 's3cret'),
    await askOnce(302, '', { location: 'http://x/s3cret' }),
    await askOnce(200, 's3cret'),
    await ask('http://nowhere.invalid/s3cret'),
  ];
  assert.doesNotMatch(JSON.stringify(results), /s3cret/);
});
