/** Connections that are not made, break, or never end, and requests that are stopped from this side. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { createOpenai } from '../../../src/models/openai/completer.ts';
import { answer } from '../../support/openai/answers.ts';
import { ask, request, secret, world } from './asking.ts';

const whole = answer.output({ owner: 'Anna', age: null });

test('a request that is stopped in the middle of its answer ends at once, and the provider is left', async () => {
  await using place = await world();
  const controller = new AbortController();
  place.fake.next(answer.slowly(whole));
  const asked = place.completer.complete(request(), controller.signal);
  const [record] = await place.fake.until(() => place.fake.requests[0] && place.fake.requests);
  await place.fake.until(() => record!.sent > 20);
  controller.abort();
  const { error, usage, requestId } = await asked;
  assert.equal(error?.code, 'aborted');
  assert.deepEqual([usage, requestId], [null, record!.requestId]);
  await place.fake.until(() => record!.end === 'broken');
});

test('a request that is stopped while it waits ends at once', async () => {
  await using place = await world();
  const controller = new AbortController();
  place.fake.next(answer.hang());
  const asked = place.completer.complete(request(), controller.signal);
  await place.fake.until(() => place.fake.requests.length === 1);
  controller.abort();
  assert.equal((await asked).error?.code, 'aborted');
  await place.fake.until(() => place.fake.requests[0]?.end === 'broken');
});

test('a request that is stopped before it is made is not made', async () => {
  await using place = await world();
  const { error } = await place.completer.complete(request(), AbortSignal.abort());
  assert.equal(error?.code, 'aborted');
  assert.equal(place.fake.requests.length, 0);
});

test('no answer within the time limit is the end of it, and the provider is left', async () => {
  await using place = await world();
  const { error } = await place.endOf(answer.hang(), { timeoutMs: 150 });
  assert.deepEqual([error?.code, error?.message], ['timed_out', 'OpenAI gave no answer within 150 ms']);
  await place.fake.until(() => place.fake.requests.every(({ end }) => end === 'broken'));
});

test('an answer that comes too slowly is over the limit as well, and its name is known', async () => {
  await using place = await world();
  const { error, requestId } = await place.endOf(answer.slowly(whole, 20), { timeoutMs: 500 });
  assert.equal(error?.code, 'timed_out');
  assert.equal(requestId, place.fake.requests[0]?.requestId);
});

test('an answer that comes slowly and in time is an answer', async () => {
  await using place = await world();
  assert.deepEqual((await place.endOf(answer.slowly(whole, 0))).output, { owner: 'Anna' });
});

test('a connection that breaks after the request has left is no answer, before and within it', async () => {
  await using place = await world();
  const before = await place.endOf(answer.reset());
  assert.deepEqual([before.error?.code, before.requestId], ['model_unavailable', null]);
  const within = await place.endOf(answer.cut(whole));
  assert.deepEqual([within.error?.code, within.requestId], ['model_unavailable', place.fake.requests[1]?.requestId]);
  assert.equal(place.fake.requests.length, 2);
});

/** A server of our own on a free port. */
async function serve(answer: string) {
  const server = createServer((socket) => {
    socket.on('error', () => {}).resume();
    socket.end(answer);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  return {
    host: `127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
}

test('what does not speak HTTP breaks the connection; what cannot be trusted is not asked', async () => {
  await using server = await serve('SSH-2.0-nothing\r\n');
  const codeOf = async (baseUrl: string) => (await ask(createOpenai({ apiKey: secret, baseUrl }))).error?.code;
  assert.equal(await codeOf(`http://${server.host}/v1`), 'model_unavailable');
  assert.equal(await codeOf(`https://${server.host}/v1`), 'model_unreachable');
});

test('nobody at the address is unreachable, and so is a name that nobody has', async () => {
  const gone = await serve('');
  await gone[Symbol.asyncDispose]();
  for (const baseUrl of [`http://${gone.host}/v1`, 'http://nobody.invalid/v1']) {
    const { error } = await ask(createOpenai({ apiKey: secret, baseUrl }));
    assert.deepEqual([error?.code, error?.retryable], ['model_unreachable', true], baseUrl);
  }
});

test('an address or a key that HTTP has no form for, and a port that fetch blocks, is told, and never repeated', async () => {
  for (const options of [
    { baseUrl: 'no address' },
    { baseUrl: 'http://127.0.0.1:6000/v1' },
    { apiKey: 'sk-ключ', baseUrl: 'http://127.0.0.1:9/v1' },
  ]) {
    const { error } = await ask(createOpenai({ apiKey: secret, ...options }));
    assert.deepEqual([error?.code, error?.retryable], ['model_unreachable', false]);
    assert.doesNotMatch(error?.message ?? '', /sk-|no address/);
  }
});
