/** The port of a process: how it is, what it does in figures, and ways in for channels. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { createMemoryChannel } from '../src/channels/memory.ts';
import { composeBaton } from '../src/compose.ts';
import type { Channel } from '../src/contracts/channel.ts';
import type { BatonError } from '../src/contracts/error.ts';
import { startServer, type WebSettings } from '../src/server.ts';
import { baton } from './cli/command.ts';
import { testDatabase } from './support/database.ts';
import { writeLedger } from './support/ledger-rows.ts';
import { running } from './support/running.ts';
import { createShop, silent } from './support/world.ts';

async function open(more: Partial<WebSettings> = {}) {
  const at = await running();
  const server = await startServer({
    port: 0,
    host: '127.0.0.1',
    doors: [],
    channels: [],
    orchestrator: at.world,
    log: silent,
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

test('without its database a process lives, is not ready, and still has figures of its own', async () => {
  const breakers: WebSettings['breakers'] = () => [
    { provider: 'openai', state: 'open', because: 'model_quota', waitMs: 1 },
    { provider: 'gigachat', state: 'closed', because: null, waitMs: 0 },
  ];
  await using at = await open({ breakers });
  await at.world.db.close();
  const not = await at.get('/readyz');
  assert.deepEqual([not.status, await not.json()], [503, { ready: false, database: 'does not answer' }]);
  assert.equal((await at.get('/healthz')).status, 200);
  const figures = await (await at.get('/metrics')).text();
  assert.match(figures, /^baton_up 1$/m);
  assert.match(figures, /^baton_database_up 0$/m);
  assert.match(figures, /^baton_model_provider_up\{provider="openai"\} 0$/m);
  assert.match(figures, /^baton_model_provider_up\{provider="gigachat"\} 1$/m);
  assert.doesNotMatch(figures, /baton_runs/);
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
  const { sql } = at.world.db;
  await sql`insert into inbox (source, key, body, status) values ('t', 'dead', '{}', 'dead')`;
  await sql`insert into posts (run_id, purpose, conversation, wants_seq) values (${run}, 'summary', 'away:room', 1)`;
  const ended = { tokens: 1_000, micros: 1_500_000 };
  await writeLedger(sql, [ended, { ...ended, error: 'timed_out', currency: 'RUB' }, { state: 'booked' }]);
  const response = await at.get('/metrics');
  assert.equal(response.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
  const figures = await response.text();
  for (const line of [
    'baton_up 1',
    'baton_runs{status="waiting"} 1',
    'baton_questions_open 1',
    'baton_posts_waiting 1',
    'baton_inbox{status="pending"} 0',
    'baton_inbox{status="dead"} 1',
    'baton_channel_up{channel="ill"} 0',
    'baton_model_calls_total{end="answered"} 1',
    'baton_model_calls_total{end="failed"} 1',
    'baton_model_tokens_total 2000',
    'baton_model_cost_total{currency="RUB"} 1.5',
    'baton_model_cost_total{currency="USD"} 1.5',
  ]) {
    assert.ok(figures.split('\n').includes(line), `${line} in\n${figures}`);
  }
  const told = new Set<string>();
  for (const line of figures.trimEnd().split('\n')) {
    const [, kind, name, sample] =
      /^(?:# (HELP|TYPE) ([a-z_]+) .+|([a-z_]+)(?:\{[a-z]+="[^"]*"\})? [\d.e+-]+)$/.exec(line) ?? assert.fail(line);
    if (kind) told.add(`${kind} ${name}`);
    else assert.ok(told.has(`HELP ${sample}`) && told.has(`TYPE ${sample}`), `nothing says what ${sample} is`);
  }
  for (const name of ['process_resident_memory_bytes', 'baton_event_loop_delay_seconds'])
    assert.ok(told.has(`HELP ${name}`));
});

test('channels have ways in of their own, and nothing else is there', async () => {
  const doors = [{ path: '/hook', handle: (_: unknown, response: { end(text: string): void }) => response.end('in') }];
  await using at = await open({ doors: doors as WebSettings['doors'] });
  assert.equal(await (await at.get('/hook?x=1', { method: 'POST' })).text(), 'in');
  for (const path of ['/admin', '/hook/', '/hook/more', '//', '//here/healthz', '/healthz/']) {
    const nothing = await at.get(path);
    assert.deepEqual([nothing.status, await nothing.json()], [404, { error: 'nothing is here' }], path);
  }
  const posted = await at.get('/healthz', { method: 'POST' });
  assert.deepEqual([posted.status, posted.headers.get('allow')], [405, 'GET, HEAD']);
  assert.equal((await at.get('/healthz', { method: 'HEAD' })).status, 200);
});

test('who is slow to say what they want is cut', async () => {
  const limits = { headersTimeout: 60, requestTimeout: 120, connectionsCheckingInterval: 20 };
  await using at = await open({ limits });
  for (const slowly of [
    'GET /healthz HTTP/1.1\r\nhost:',
    'POST /healthz HTTP/1.1\r\ncontent-length: 9\r\nhost: x\r\n\r\n1',
  ]) {
    const socket = connect(at.server.port, '127.0.0.1');
    socket.write(slowly);
    assert.match(await text(socket), /^HTTP\/1\.1 40[85] /);
  }
  assert.equal((await at.get('/healthz')).status, 200);
});

test('a port that is taken is told by the name of its variable', async () => {
  await using at = await open();
  const again = {
    port: at.server.port,
    host: '127.0.0.1',
    doors: [],
    channels: [],
    orchestrator: at.world,
    log: silent,
  };
  await assert.rejects(startServer(again), (error: BatonError) => {
    assert.deepEqual([error.code, error.problems[0]!.path], ['config_invalid', 'PORT']);
    assert.match(error.message, /^PORT is in use by another process/);
    return true;
  });
  // An address of documentation, which is no machine's own.
  await assert.rejects(startServer({ ...again, port: 0, host: '192.0.2.1' }), (error: BatonError) => {
    assert.deepEqual([error.code, error.problems[0]!.path], ['config_invalid', 'HOST']);
    return true;
  });
});

test('a stop does not wait for who holds a connection open', async () => {
  const at = await running();
  const where = { port: 0, host: '127.0.0.1' };
  const server = await startServer({ ...where, doors: [], channels: [], orchestrator: at.world, log: silent });
  const socket = connect(server.port, '127.0.0.1');
  await new Promise((resolve) => socket.once('connect', resolve));
  const closed = new Promise((resolve) => socket.once('close', resolve));
  await server.stop();
  await closed;
  await at[Symbol.asyncDispose]();
});

test('the port is closed after the channels, and before the database goes', async () => {
  await using database = await testDatabase();
  const order: string[] = [];
  const channel: Channel = { ...createMemoryChannel('last'), stop: async () => void order.push('channel') };
  const composed = await composeBaton({
    databaseUrl: database.url,
    databaseDirectUrl: undefined,
    home: '.',
    configure: async () => createShop().configuration(),
    channels: [channel],
    log: silent,
  });
  composed.closing(async () => void order.push('port'));
  await composed.orchestrator.start();
  await composed.close();
  assert.deepEqual(order, ['channel', 'port']);
});

test('a worker opens the port with what its channels bring, and says when a platform is away', async () => {
  await using database = await testDatabase();
  const env = {
    PORT: '0',
    SLACK_BOT_TOKEN: 'xoxb-s3cret',
    SLACK_SIGNING_SECRET: 's3cret-s3cret',
    SLACK_API_URL: 'http://127.0.0.1:9/api',
  };
  const looked = Promise.withResolvers<unknown[]>();
  const look = async (port: string) => {
    const at = `http://127.0.0.1:${port}`;
    const [lives, ready, unsigned] = await Promise.all([
      fetch(`${at}/healthz`),
      fetch(`${at}/readyz`),
      fetch(`${at}/slack/events`, { method: 'POST', body: '{}' }),
    ]);
    const { database: of, slack } = (await ready.json()) as Record<string, string>;
    return [lives.status, ready.status, of, slack !== undefined, unsigned.status];
  };
  let isSeen = false;
  const ended = await baton(database.url, ['worker'], {
    env,
    watch: (said, kill) => {
      const port = /"port":(\d+),"msg":"listening"/.exec(said)?.[1];
      if (!port || isSeen) return;
      isSeen = true;
      look(port)
        .then(looked.resolve, looked.reject)
        .finally(() => kill('SIGTERM'));
    },
  });
  assert.ok(isSeen, ended.err);
  assert.deepEqual(await looked.promise, [200, 503, 'ok', true, 401]);
  assert.doesNotMatch(ended.out + ended.err, /s3cret/);
  assert.equal(ended.code, 0, ended.err);
});
