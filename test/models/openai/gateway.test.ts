/** A gateway in front of a model may know less of the API, and may say more than it should. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LLMock } from '@copilotkit/aimock';
import { createOpenai } from '../../../src/models/openai/completer.ts';
import { answer } from '../../support/openai/answers.ts';
import { ask, world } from './asking.ts';

const message = (text: string) => ({ type: 'message', content: [{ type: 'output_text', text }] });
const raw = (body: object) => answer.raw(JSON.stringify(body));
const output = [message('{"owner":"Anna","age":null}')];

test('a third party’s double of the API is answered to as well', async () => {
  const mock = new LLMock({ port: 0 });
  mock.onMessage(/private prompt/, { content: '{"owner":"Anna","age":null}' });
  await mock.start();
  try {
    const completer = createOpenai({ apiKey: 'sk-any', baseUrl: `${mock.url}/v1` });
    const well = await ask(completer);
    // It counts nothing, and tells no details of it.
    const usage = { input: 0, cachedInput: 0, output: 0, reasoning: 0 };
    assert.deepEqual([well.output, well.usage], [{ owner: 'Anna' }, usage]);
    mock.nextRequestError(429, { code: 'insufficient_quota', message: 'Nothing left.' });
    assert.equal((await ask(completer)).error?.code, 'model_quota');
    mock.nextRequestError(503);
    assert.equal((await ask(completer)).error?.code, 'model_unavailable');
    assert.equal(mock.getRequests().length, 3);
  } finally {
    await mock.stop();
  }
});

test('what is optional may be missing', async () => {
  await using place = await world();
  const bare = await place.endOf(raw({ output }));
  assert.deepEqual([bare.output, bare.usage], [{ owner: 'Anna' }, null]);
  const usage = { input_tokens: 5, output_tokens: 7 };
  const counted = { input: 5, cachedInput: 0, output: 7, reasoning: 0 };
  assert.deepEqual((await place.endOf(raw({ output, usage }))).usage, counted);
  const odd = { ...usage, input_tokens_details: 'none', output_tokens_details: { reasoning_tokens: 900 } };
  assert.deepEqual((await place.endOf(raw({ output, usage: odd }))).usage, { ...counted, reasoning: 7 });
  for (const wrong of ['many', { input_tokens: -1, output_tokens: 1 }, null]) {
    assert.equal((await place.endOf(raw({ output, usage: wrong }))).usage, null);
  }
});

test('the response’s own id stands in for a request that has no name', async () => {
  await using place = await world();
  const unnamed = raw({ id: 'resp_7', output });
  const end = await place.endOf({ ...unnamed, headers: { ...unnamed.headers, 'x-request-id': '' } });
  assert.equal(end.requestId, 'resp_7');
});

test('items and parts of other kinds are passed over', async () => {
  await using place = await world();
  const other = [{ type: 'web_search_call' }, { type: 'message', content: [{ type: 'new_kind' }] }];
  assert.deepEqual((await place.endOf(raw({ output: [...other, ...output] }))).output, { owner: 'Anna' });
});

test('what is no response of the API is malformed, whatever it is', async () => {
  await using place = await world();
  const odd = ['', 'null', '[]', '{"output":"x"}', '{"choices":', '<html>', '{"output":[{"type":"message"}]}', '{}'];
  for (const body of odd) {
    const { error } = await place.endOf(answer.raw(body));
    assert.equal(error?.code, 'model_malformed', body);
  }
  assert.equal((await place.endOf(answer.raw('', 204))).error?.code, 'model_malformed');
});

test('an answer without end is left', async () => {
  await using place = await world();
  const { error } = await place.endOf(answer.raw(`"${'x'.repeat(17 * 1024 * 1024)}"`));
  assert.equal(error?.code, 'model_malformed');
  await place.fake.until(() => place.fake.requests[0]?.end);
});
