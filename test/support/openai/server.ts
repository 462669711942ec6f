/**
 * OpenAI for tests: `POST /v1/responses` and `GET /v1/models` over real HTTP. It refuses what the service refuses,
 * answers what the test has scripted, and writes down both.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import type { Answer } from './answers.ts';
import { type Accepted, createWaiting, type Refused } from './ledger.ts';
import { bad, Refusal } from './refusal.ts';
import { parseRequest } from './request.ts';
import { buildResponse, createCache, idOf } from './response.ts';
import { send } from './sending.ts';

export interface OpenaiOptions {
  apiKey?: string;
  models?: string[];
  /** Answers what no answer was queued for. */
  handler?: (request: Accepted) => Answer | Promise<Answer>;
  /** The fewest tokens of instructions that are kept; 1024, as the service has it. */
  cacheFrom?: number;
}

export type FakeOpenai = Awaited<ReturnType<typeof createOpenaiServer>>;

export async function createOpenaiServer(options: OpenaiOptions = {}) {
  const { apiKey = 'sk-test-0123456789abcdef', models = ['gpt-6.1-sol', 'gpt-6.1-terra', 'gpt-6-luna'] } = options;
  const requests: Accepted[] = [];
  const refused: Refused[] = [];
  const queue: Answer[] = [];
  const cache = createCache(options.cacheFrom);
  const waiting = createWaiting(() => JSON.stringify({ requests, refused }, null, 1));

  const nextAnswer = async (accepted: Accepted): Promise<Answer> => {
    const given = queue.shift() ?? (await options.handler?.(accepted));
    if (!given) throw new Refusal(500, 'The test has no answer for this request.', { type: 'server_error' });
    return given;
  };

  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    const body = parseRequest(await readText(request));
    checkModel(body.model, models);
    const requestId = idOf('req');
    const accepted: Accepted = { body, headers: request.headers, requestId, cached: 0, sent: 0, end: null };
    accepted.cached = cache.meet(body);
    requests.push(accepted);
    waiting.changed();
    const given = await nextAnswer(accepted);
    const headers = {
      ...{ 'content-type': 'application/json', 'x-request-id': requestId, 'openai-version': '2020-10-01' },
      ...given.headers,
    };
    await send(response, { ...given, headers }, textOf(given, accepted), accepted, waiting.changed);
  };

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const { pathname: path } = new URL(request.url ?? '/', 'http://127.0.0.1');
    try {
      checkKey(request.headers.authorization, apiKey);
      const route = `${request.method} ${path}`;
      if (route === 'POST /v1/responses') await respond(request, response);
      else if (route === 'GET /v1/models') sendJson(response, 200, listOf(models));
      else throw new Refusal(404, `Invalid URL (${route})`);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      request.resume();
      const { status, message: reason, body } = error;
      refused.push({ path, status, code: body.code, reason });
      sendJson(response, status, { error: body });
      waiting.changed();
    }
  };

  const server = createServer((request, response) => {
    response.on('error', () => {});
    handle(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return {
    apiKey,
    baseUrl: `http://127.0.0.1:${port}/v1`,
    requests,
    refused,
    /** The answers to the next requests, in their order. */
    next: (...answers: Answer[]) => void queue.push(...answers),
    /** Resolves with what is found, looking again after everything that happens. */
    until: <T>(find: () => T, ms = 10_000) => waiting.until(find, ms),
    async [Symbol.asyncDispose]() {
      waiting.close();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function textOf({ content }: Answer, { body, cached }: Accepted): string {
  if ('raw' in content) return content.raw;
  return JSON.stringify('error' in content ? { error: content.error } : buildResponse(body, content.spoken, cached));
}

function checkKey(authorization: string | undefined, apiKey: string) {
  if (authorization === undefined) throw new Refusal(401, "You didn't provide an API key.");
  if (authorization === `Bearer ${apiKey}`) return;
  throw new Refusal(401, 'Incorrect API key provided.', { code: 'invalid_api_key' });
}

function checkModel(model: string, models: string[]) {
  if (models.includes(model)) return;
  if (model === '') throw bad("Missing required parameter: 'model'.", 'model', 'missing_required_parameter');
  const message = `The model '${model}' does not exist or you do not have access to it.`;
  throw new Refusal(404, message, { code: 'model_not_found', param: 'model' });
}

const listOf = (models: string[]) => ({
  object: 'list',
  data: models.map((id) => ({ id, object: 'model', created: 1_790_000_000, owned_by: 'system' })),
});

function sendJson(response: ServerResponse, status: number, body: unknown) {
  response.writeHead(status, { 'content-type': 'application/json', 'x-request-id': idOf('req') });
  response.end(JSON.stringify(body));
}
