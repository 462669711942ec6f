/** The port of a process: how it is, what it does in figures, and ways in for channels. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { createMemoryChannel } from '../src/channels/memory.ts';
import type { Channel } from '../src/contracts/channel.ts';
import type { BatonError } from '../src/contracts/error.ts';
import { startServer, type WebSettings } from '../src/server.ts';
import { running } from './support/running.ts';

async function open(more: Partial<WebSettings> = {}) {
  const at = await running();
  const server = await startServer({
    port: 0,
    host: '127.0.0.1',
    doors: [],
    channels: [],
    orchestrator: at.world,
    ...more,
  });
  return {
    ...at,
    server,
    get: (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${server.port}${path}`, init),
    [Symbol.asyncDispose]: async () => {
      await server.stop();
      await at[Symbol.asyncDispose]();
    },
  };
}

const ill: Channel = { ...createMemoryChannel('ill'), health: () => ({ ok: false, detail: 'the token is refused' }) };

test('a process that lives says so, and is ready when its database and its channels are', async () => {
  await using at = await open({ channels: [createMemoryChannel('well')] });
  assert.equal((await at.get('/healthz')).status, 200);
  const ready = await at.get('/readyz');
  assert.deepEqual([ready.status, await ready.json()], [200, { ready: true, database: 'ok', well: 'ok' }]);
  await using other = await open({ channels: [ill] });
  const not = await other.get('/readyz');
  assert.deepEqual(
    [not.status, await not.json()],
    [503, { ready: false, database: 'ok', ill: 'the token is refused' }],
  );
  assert.equal((await other.get('/healthz')).status, 200);
});

test('figures are told as Prometheus reads them', async () => {
  await using at = await open({ channels: [ill] });
  const requester = { person: 'carl', via: 'test' };
  const run = await at.world.desk.submit({
    source: 't',
    key: 'a',
    task: { text: 'refund 7 500', requester, conversation: null },
  });
  for await (const { events } of at.world.desk.follow(run)) if (events.some(({ type }) => type === 'asked')) break;
  const response = await at.get('/metrics');
  assert.equal(response.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
  const text = await response.text();
  for (const line of [
    'baton_up 1',
    'baton_runs{status="waiting"} 1',
    'baton_questions_open 1',
    'baton_channel_up{channel="ill"} 0',
  ]) {
    assert.ok(text.split('\n').includes(line), `${line} in\n${text}`);
  }
  for (const line of text.trimEnd().split('\n')) {
    assert.match(line, /^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z]+="[^"]*"\})? [\d.e+-]+)$/);
  }
});

test('channels have ways in of their own, and nothing else is there', async () => {
  const doors = [{ path: '/hook', handle: (_: unknown, response: { end(text: string): void }) => response.end('in') }];
  await using at = await open({ doors: doors as WebSettings['doors'] });
  assert.equal(await (await at.get('/hook?x=1', { method: 'POST' })).text(), 'in');
  assert.equal((await at.get('/admin')).status, 404);
  assert.equal((await at.get('/healthz', { method: 'POST' })).status, 405);
});

test('a port that is taken is told by the name of its variable', async () => {
  await using at = await open();
  const again = { port: at.server.port, host: '127.0.0.1', doors: [], channels: [], orchestrator: at.world };
  await assert.rejects(startServer(again), (error: BatonError) => {
    assert.deepEqual([error.code, error.problems[0]!.path], ['config_invalid', 'PORT']);
    return true;
  });
});

test('a stop does not wait for who holds a connection open', async () => {
  const at = await running();
  const server = await startServer({ port: 0, host: '127.0.0.1', doors: [], channels: [], orchestrator: at.world });
  const socket = connect(server.port, '127.0.0.1');
  await new Promise((resolve) => socket.once('connect', resolve));
  const closed = new Promise((resolve) => socket.once('close', resolve));
  await server.stop();
  await closed;
  await at[Symbol.asyncDispose]();
});
