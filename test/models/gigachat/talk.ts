/** A GigaChat that is played, a completer that asks it, and a request to begin with. */
import assert from 'node:assert/strict';
import type { Completion, CompletionRequest, Streams } from '../../../src/contracts/completion.ts';
import type { Json } from '../../../src/contracts/json.ts';
import { createGigachat, type GigachatOptions } from '../../../src/models/gigachat/gigachat.ts';
import { createGigachatServer, type GigachatOptions as ServerOptions } from '../../support/gigachat/server.ts';

/** Everybody gets in. */
export const freeStreams: Streams = { enter: async () => ({ leave: async () => {} }) };

export const byFormat = 'GigaChat-2-Max';
export const byFunction = 'GigaChat-2';
export const secretInput = 'Refund order 1042, says Anna Petrova';

export const requestOf = (more: Partial<CompletionRequest> = {}): CompletionRequest => ({
  model: byFormat,
  instructions: 'Say which order it is about, and how much is to be paid back.',
  input: secretInput,
  schema: {
    name: 'refund_fields',
    body: {
      type: 'object',
      properties: { order: { type: 'string' }, amount: { type: 'integer' } },
      required: ['order', 'amount'],
      additionalProperties: false,
    },
  },
  maxOutputTokens: 500,
  timeoutMs: 10_000,
  cacheKey: 'refund_fields/1',
  user: null,
  ...more,
});

export async function talk(given: { server?: ServerOptions; client?: Partial<GigachatOptions> } = {}) {
  const fake = await createGigachatServer(given.server);
  const clientOf = (more: Partial<GigachatOptions> = {}) =>
    createGigachat({
      authKey: fake.authKey,
      scope: 'GIGACHAT_API_PERS',
      authUrl: fake.authUrl,
      baseUrl: fake.baseUrl,
      caFile: fake.caFile,
      streams: freeStreams,
      ...given.client,
      ...more,
    });
  const client = clientOf();
  return {
    fake,
    client,
    clientOf,
    ask: (more: Partial<CompletionRequest> = {}, signal = new AbortController().signal) =>
      client.complete(requestOf(more), signal),
    async [Symbol.asyncDispose]() {
      await client.close?.();
      await fake[Symbol.asyncDispose]();
    },
  };
}

/** The output, of a request that went well. */
export const outputOf = ({ output, error }: Completion): Json => {
  assert.equal(error, undefined);
  return output!;
};

export const errorOf = ({ error }: Completion) => error ?? assert.fail('it went well');

export const codeOf = (completion: Completion): string => errorOf(completion).code;
