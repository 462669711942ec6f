import assert from 'node:assert/strict';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { test } from 'node:test';
import { z } from 'zod';
import { createAddressGuard } from '../../src/agents/address-guard.ts';
import { createHttpTransporter } from '../../src/agents/http.ts';
import { defineAgent } from '../../src/contracts/agent.ts';
import type { AnyHttp } from '../../src/contracts/http.ts';
import { callOf, endOf } from './call.ts';
import { serve } from './server.ts';

const ask = (http: AnyHttp, allow: string[] = ['127.0.0.1']) => {
  const agent = defineAgent({ name: 'a', title: 'A', input: z.any(), output: z.any(), effect: 'read', http });
  const secrets = () => 'tok-12345678';
  return createHttpTransporter({ guard: createAddressGuard({ allow }), secrets }).call(callOf(agent));
};
const messageOf = (result: Awaited<ReturnType<typeof ask>>) => (result.end === 'done' ? '' : result.error.message);
const headers = { authorization: 'Bearer {{secrets.T}}', 'x-own': 'own' };

type Seen = { method: string | undefined; url: string | undefined; headers: IncomingMessage['headers'] };
/** A server that sends to where the path says, `/302/3` in three steps of 302, and answers at the end. */
async function sending(more?: (request: IncomingMessage, response: ServerResponse) => boolean) {
  const seen: Seen[] = [];
  const listener: RequestListener = (request, response) => {
    seen.push({ method: request.method, url: request.url, headers: request.headers });
    request.resume();
    if (more?.(request, response)) return;
    const [, status, left] = /^\/(\d+)\/(\d+)/.exec(request.url ?? '') ?? [];
    if (left === undefined || left === '0') {
      response.writeHead(200, { 'content-type': 'application/json' }).end('"here"');
    } else response.writeHead(Number(status), { location: `/${status}/${Number(left) - 1}` }).end('moved');
  };
  return { ...(await serve(listener)), seen };
}

test('GET and HEAD follow every redirect within their origin, with their headers', async () => {
  for (const status of [301, 302, 303, 307, 308]) {
    await using server = await sending();
    const result = await ask({ method: 'GET', url: `${server.origin}/${status}/2`, headers });
    assert.deepEqual(result, { end: 'done', output: 'here' });
    assert.deepEqual(
      server.seen.map((one) => [one.method, one.url, one.headers.authorization]),
      [
        ['GET', `/${status}/2`, 'Bearer tok-12345678'],
        ['GET', `/${status}/1`, 'Bearer tok-12345678'],
        ['GET', `/${status}/0`, 'Bearer tok-12345678'],
      ],
    );
  }
  await using server = await sending();
  assert.equal(endOf(await ask({ method: 'HEAD', url: `${server.origin}/302/1` })), 'done');
});

test('redirects are counted, and a circle of them ends', async () => {
  await using server = await sending();
  assert.equal(endOf(await ask({ method: 'GET', url: `${server.origin}/302/5` })), 'done');
  const many = await ask({ method: 'GET', url: `${server.origin}/302/6` });
  assert.equal(endOf(many), 'refused/agent_refused');
  assert.match(messageOf(many), /more than 5 times/);
  const none = await ask({ method: 'GET', url: `${server.origin}/302/1`, redirects: 0 });
  assert.equal(endOf(none), 'unknown/output_malformed');
});

test('to another origin no header goes along, and no secret', async () => {
  await using target = await sending();
  await using server = await sending((_, response) => {
    response.writeHead(302, { location: `${target.origin}/200/0` }).end();
    return true;
  });
  assert.equal(endOf(await ask({ method: 'GET', url: server.url, headers })), 'done');
  assert.equal(server.seen[0]?.headers.authorization, 'Bearer tok-12345678');
  const { host, 'user-agent': agent, ...rest } = target.seen[0]?.headers ?? {};
  assert.deepEqual(rest, { accept: 'application/json', 'accept-encoding': 'identity', connection: 'close' });
});

test('a redirect to an address that is not allowed is not followed', async () => {
  await using target = await sending();
  const locations = [
    `${target.origin}/`,
    `http://localhost:${target.port}/`,
    `http://[::ffff:127.0.0.1]:${target.port}/`,
    `http://2130706433:${target.port}/`,
    `http://0:${target.port}/`,
    'http://169.254.169.254/latest/meta-data/',
  ];
  for (const location of locations) {
    await using server = await sending((_, response) => {
      response.writeHead(302, { location }).end();
      return true;
    });
    const result = await ask({ method: 'GET', url: server.url }, [`127.0.0.1:${server.port}`]);
    assert.equal(endOf(result), 'not_sent/agent_unreachable', location);
    assert.equal(result.end !== 'done' && result.error.retryable, false);
    assert.match(messageOf(result), /not public; to allow it, add '.*' to network\.allow/);
  }
  assert.equal(target.connections(), 0);
});

test('a redirect to what is no address of the web is not followed', async () => {
  for (const location of ['file:///etc/passwd', 'ftp://x/', 'javascript:1', 'http://user:pw@127.0.0.1/', 'http://[']) {
    await using server = await sending((_, response) => {
      response.writeHead(302, { location }).end();
      return true;
    });
    assert.equal(endOf(await ask({ method: 'GET', url: server.url })), 'refused/agent_refused', location);
  }
  await using without = await sending((_, response) => {
    response.writeHead(302).end();
    return true;
  });
  assert.equal(endOf(await ask({ method: 'GET', url: without.url })), 'unknown/output_malformed');
});

test('what changes something is sent again only where it says so, only by 307 and 308, and only within its origin', async () => {
  const post: AnyHttp = { method: 'POST', url: '', body: () => ({ a: 1 }), headers };
  await using server = await sending();
  for (const status of [307, 308]) {
    const refused = await ask({ ...post, url: `${server.origin}/${status}/1` });
    assert.equal(endOf(refused), 'refused/agent_refused');
    assert.equal(endOf(await ask({ ...post, url: `${server.origin}/${status}/1`, redirects: 1 })), 'done');
    const [first, second] = server.seen.slice(-2);
    assert.deepEqual([second?.method, second?.headers], [first?.method, first?.headers]);
    assert.equal(second?.headers['idempotency-key'], 'k-1');
  }
  for (const status of [301, 302, 303]) {
    const result = await ask({ ...post, url: `${server.origin}/${status}/1`, redirects: 5 });
    assert.equal(endOf(result), 'unknown/output_malformed');
  }
  await using target = await sending();
  await using leaving = await sending((_, response) => {
    response.writeHead(307, { location: target.origin }).end();
    return true;
  });
  assert.equal(endOf(await ask({ ...post, url: leaving.url, redirects: 5 })), 'refused/agent_refused');
  assert.equal(target.connections(), 0);
});
