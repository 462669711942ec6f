/**
 * GigaChat for tests: its two hosts, over TLS with a certificate of an authority that nobody knows. It refuses what the
 * service refuses, says what it is told to say, fails when told, and writes down what was asked of it.
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { certificates } from './certificates.ts';
import { type ChatOptions, createChat, tokensOf } from './chat.ts';
import { answer, type Call, type Route, serve } from './http.ts';
import { createOauth, type OauthOptions } from './oauth.ts';
import { Refusal } from './refusal.ts';
import { createScript, type Turn } from './script.ts';
import { parseCount } from './shapes.ts';

export type GigachatOptions = Partial<OauthOptions & ChatOptions>;
export type FakeGigachat = Awaited<ReturnType<typeof createGigachatServer>>;

const defaults = {
  authKey: 'Zm9yLXRlc3RzOm9ubHktaW4tdGVzdHM=',
  scope: 'GIGACHAT_API_PERS',
  tokenMs: 30 * 60_000,
  models: ['GigaChat-2', 'GigaChat-2-Pro', 'GigaChat-2-Max'],
  formatModels: ['GigaChat-2-Max'],
  formatRefusal: 422 as const,
  streams: 1_000,
};

export async function createGigachatServer(given: GigachatOptions = {}) {
  const options = { ...defaults, ...given };
  const calls: Call[] = [];
  const script = createScript();
  const grants = createScript();
  const oauth = createOauth(options);
  const chat = createChat(options, script);
  const waiting = new Set<() => void>();
  const changed = () => {
    for (const look of waiting) look();
  };
  const authorised =
    (route: Route): Route =>
    (call, response) => {
      if (!oauth.isLive(call.headers.authorization)) throw new Refusal(401, 'Unauthorized');
      return route(call, response);
    };

  const granting: Route = async (call, response) => {
    const turn = grants.left() > 0 ? grants.next() : null;
    if (turn) await turn.after;
    if (turn && misbehave(turn, call, response)) return;
    answer(call, response, 200, oauth.grant(call.headers, String(call.body)));
  };
  const completing = authorised(async (call, response) => {
    if (call.headers['content-type'] !== 'application/json') throw new Refusal(400, 'content type must be JSON');
    const { request, turn, done } = chat.enter(call.body);
    response.once('close', () => {
      done();
      changed();
    });
    changed();
    await turn.after;
    if (misbehave(turn, call, response)) return;
    const session = call.headers['x-session-id'] as string | undefined;
    answer(call, response, 200, chat.completion(request, turn as never, session));
  });
  const listing = authorised((call, response) => {
    const data = options.models.map((id) => ({ id, object: 'model', owned_by: 'salutedevices', type: 'chat' }));
    answer(call, response, 200, { data, object: 'list' });
  });
  const counting = authorised((call, response) => {
    const { model, input } = parseCount(call.body);
    if (!options.models.includes(model)) throw new Refusal(404, 'No such model');
    const counted = input.map((text) => ({ object: 'tokens', tokens: tokensOf(text), characters: text.length }));
    answer(call, response, 200, counted);
  });

  const door = await listen(calls, { 'POST /api/v2/oauth': granting }, changed);
  const api = await listen(
    calls,
    {
      'POST /api/v1/chat/completions': completing,
      'GET /api/v1/models': listing,
      'POST /api/v1/tokens/count': counting,
    },
    changed,
  );
  const folder = mkdtempSync(join(tmpdir(), 'baton-gigachat-ca-'));
  const caFile = join(folder, 'ca.pem');
  writeFileSync(caFile, certificates().ca);

  return {
    authKey: options.authKey,
    scope: options.scope,
    authUrl: `${door.origin}/api/v2/oauth`,
    baseUrl: `${api.origin}/api/v1`,
    caFile,
    say: script.say,
    always: script.always,
    /** What the next requests for a token meet; only errors and cuts. */
    grant: grants.say,
    oauth,
    calls,
    /** Requests of one kind, whatever became of them. */
    completions: () => calls.filter(({ path }) => path.endsWith('/chat/completions')),
    grants: () => calls.filter(({ path }) => path.endsWith('/oauth')),
    refused: () => calls.filter(({ refused }) => refused !== null),
    busiest: chat.busiest,
    open: chat.open,
    /** Resolves when `holds`, looking again after everything that happens. */
    until: (holds: () => boolean, ms = 10_000): Promise<void> =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`Not within ${ms} ms: ${holds}`)), ms);
        const look = () => {
          if (!holds()) return;
          clearTimeout(timer);
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    async [Symbol.asyncDispose]() {
      rmSync(folder, { recursive: true });
      await Promise.all([door.close(), api.close()]);
    },
  };
}

/** Does what a turn says in place of an answer. */
function misbehave(turn: Turn, call: Call, response: ServerResponse): boolean {
  if ('status' in turn) throw new Refusal(turn.status, turn.message ?? 'as told', turn.headers);
  if ('raw' in turn) answer(call, response, 200, turn.raw, turn.headers);
  else if (!('cut' in turn)) return false;
  else if (turn.cut === 'reset') response.destroy();
  else if (turn.cut === 'drip') drip(response);
  return true;
}

function drip(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  const timer = setInterval(() => response.write(' '), 5);
  response.once('close', () => clearInterval(timer));
}

async function listen(calls: Call[], routes: Record<string, Route>, changed: () => void) {
  const { cert, key } = certificates();
  const server = createServer({ cert, key }, (request, response) => {
    response.on('error', () => {});
    // Only a caller that is gone while its body is read gets here.
    serve(calls, routes, request, response, changed).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    origin: `https://127.0.0.1:${port}`,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
