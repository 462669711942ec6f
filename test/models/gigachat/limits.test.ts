/** Time, the signal, and the number of requests at once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Streams } from '../../../src/contracts/completion.ts';
import { createStreams } from '../../../src/core/store/streams.ts';
import { testDatabase } from '../../support/database.ts';
import { codeOf, errorOf, outputOf, requestOf, talk } from './talk.ts';

for (const cut of ['drip', 'hang'] as const) {
  test(`the time limit ends a ${cut}, and with it the connection`, async () => {
    await using at = await talk();
    outputOf(await at.ask());
    at.fake.say({ cut });
    const error = errorOf(await at.ask({ timeoutMs: 1_000 }));
    assert.deepEqual([error.code, error.message], ['timed_out', 'GigaChat gave no answer within 1000 ms']);
    await at.fake.until(() => at.fake.open() === 0);
    assert.ok(at.fake.completions().at(-1)!.isGone);
  });

  test(`the signal ends a ${cut}, and with it the connection`, async () => {
    await using at = await talk();
    at.fake.say({ cut });
    const stop = new AbortController();
    const asked = at.ask({}, stop.signal);
    await at.fake.until(() => at.fake.open() === 1);
    stop.abort();
    assert.equal(codeOf(await asked), 'aborted');
    await at.fake.until(() => at.fake.open() === 0);
  });
}

test('a signal that has fired sends nothing', async () => {
  await using at = await talk();
  assert.equal(codeOf(await at.ask({}, AbortSignal.abort())), 'aborted');
  assert.deepEqual(at.fake.completions(), []);
});

test('a host that is not there is unreachable', async () => {
  await using at = await talk();
  const signal = new AbortController().signal;
  const byPort = at.clientOf({ baseUrl: 'https://127.0.0.1:1/api/v1' });
  const byName = at.clientOf({ authUrl: 'https://gigachat.invalid/api/v2/oauth' });
  assert.match(errorOf(await byPort.complete(requestOf(), signal)).message, /ECONNREFUSED/);
  assert.equal(codeOf(await byPort.complete(requestOf(), signal)), 'model_unreachable');
  assert.equal(codeOf(await byName.complete(requestOf(), signal)), 'model_unreachable');
});

/** Full until told otherwise; writes down what is asked of it. */
function fullStreams() {
  const asked: [string, number][] = [];
  let left = 0;
  const room = Promise.withResolvers<void>();
  const streams: Streams = {
    enter: async (name, limit, signal) => {
      asked.push([name, limit]);
      const fired = new Promise<never>((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
        if (signal.aborted) reject(signal.reason);
      });
      await Promise.race([room.promise, fired]);
      return {
        leave: async () => {
          left += 1;
        },
      };
    },
  };
  return { streams, asked, open: room.resolve, left: () => left };
}

test('without a stream nothing is sent: after its time a request is throttled, or it is stopped', async () => {
  const { streams, asked } = fullStreams();
  await using at = await talk({ client: { streams } });
  const error = errorOf(await at.ask({ timeoutMs: 30 }));
  assert.deepEqual([error.code, error.retryable], ['model_throttled', true]);
  assert.equal(error.message, 'For 30 ms no stream to GigaChat was free (limit 1)');
  const stop = new AbortController();
  const stopped = at.ask({}, stop.signal);
  stop.abort();
  assert.equal(codeOf(await stopped), 'aborted');
  assert.deepEqual(at.fake.calls, []);
  assert.deepEqual(asked[0], ['gigachat', 1]);
});

test('a stream is left however the request ends', async () => {
  const { streams, open, left } = fullStreams();
  open();
  await using at = await talk({ client: { streams } });
  at.fake.say({ json: 1 }, { status: 500 }, { cut: 'reset' });
  await at.ask();
  await at.ask();
  await at.ask();
  await at.ask({}, AbortSignal.timeout(0));
  assert.equal(left(), 4);
});

test('a person has one stream, a company ten, unless it is told', async () => {
  const { streams, asked, open } = fullStreams();
  open();
  await using at = await talk({ client: { streams } });
  const signal = new AbortController().signal;
  await at.clientOf({ scope: 'GIGACHAT_API_B2B' }).complete(requestOf(), signal);
  await at.clientOf({ scope: 'GIGACHAT_API_CORP' }).complete(requestOf(), signal);
  await at.clientOf({ streamLimit: 3 }).complete(requestOf(), signal);
  assert.deepEqual(
    asked.map(([, limit]) => limit),
    [10, 10, 3],
  );
});

test('streams that fail are no exception for who asks', async () => {
  const streams: Streams = { enter: () => Promise.reject(new TypeError('secret')) };
  await using at = await talk({ client: { streams } });
  assert.match(errorOf(await at.ask()).message, /failed here \(TypeError\)$/);
});

test('two processes together never ask more at once than the account may', async () => {
  await using database = await testDatabase();
  const both = [database.url, database.url].map((directUrl) => createStreams({ directUrl }));
  try {
    await using at = await talk({ server: { streams: 2 } });
    const clients = both.map((streams) => at.clientOf({ streams, streamLimit: 2 }));
    const signal = new AbortController().signal;
    // The first two are answered when both are there.
    const after = at.fake.until(() => at.fake.open() === 2);
    at.fake.say({ json: 1, after }, { json: 2, after });
    const asked = Array.from({ length: 12 }, (_, i) => clients[i % 2]!.complete(requestOf(), signal));
    for (const completion of await Promise.all(asked)) outputOf(completion);
    assert.equal(at.fake.busiest(), 2);
    assert.deepEqual(at.fake.refused(), []);
  } finally {
    await Promise.all(both.map((streams) => streams.close()));
  }
});
