/** Calls as they come over HTTP: paths, the token, faults, limits, answers. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { readFields } from './body.ts';
import type { ApiFault, Cut, createFaults } from './faults.ts';
import type { ApiErrorAnswer, Call, Violation } from './ledger.ts';
import type { createLimits } from './limits.ts';
import { perform } from './methods.ts';
import { parseParams } from './params.ts';
import { badParameters, Refusal } from './refusal.ts';
import { isMethod, type Method } from './shapes.ts';
import type { World } from './world.ts';

interface Parts {
  token: string;
  world: World;
  faults: ReturnType<typeof createFaults>;
  limits: ReturnType<typeof createLimits>;
  calls: Call[];
  violations: Violation[];
  changed(): void;
}

export function createHttp(parts: Parts) {
  const { token, world, calls, violations, changed } = parts;

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
    const [, used, path] = /^(?:\/file)?\/bot([^/]+)\/(.+)$/.exec(pathname) ?? [];
    if (pathname.startsWith('/file/')) return sendFile(response, used === token ? path : undefined);
    const call: Call = {
      method: path ?? pathname,
      params: {},
      ok: false,
      answer: null,
      isPerformed: false,
      cut: null,
      at: Date.now(),
    };
    try {
      call.answer = await run(call, request, response, searchParams, used);
      // What a fault kept from being done is no success.
      call.ok = call.isPerformed;
    } catch (error) {
      call.answer = refusalOf(error);
      if (error instanceof Refusal && error.blame) {
        const { method, params } = call;
        violations.push({ method, kind: error.blame, description: error.message, params });
      }
    }
    calls.push(call);
    send(call, response);
    return changed();
  };

  const run = async (
    call: Call,
    request: IncomingMessage,
    response: ServerResponse,
    query: URLSearchParams,
    used: string | undefined,
  ): Promise<unknown> => {
    const fields = await readFields(request, query);
    call.params = fields.values;
    if (used !== token) throw used === undefined ? new Refusal(404, 'Not Found') : new Refusal(401, 'Unauthorized');
    const { method } = call;
    if (!isMethod(method)) throw new Refusal(404, 'Not Found', null, 'parameters');
    if (request.method !== 'POST' && request.method !== 'GET') throw badParameters(`HTTP method ${request.method}`);
    const params = parseParams(method, fields) as Record<string, unknown>;
    call.params = params;
    const chat = chatOf(params);
    parts.limits.admit(method, chat);
    const fault = parts.faults.meet(method, params);
    if (typeof fault === 'string') call.cut = fault;
    else if (fault) throw refuseBy(fault, method, chat);
    if (call.cut?.startsWith('never-')) return null;
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    if (response.destroyed) gone.abort();
    const result = await perform(world, method, params as never, gone.signal);
    call.isPerformed = true;
    return structuredClone(result);
  };

  const refuseBy = ({ error_code, description, parameters }: ApiFault, method: Method, chat: number | null) => {
    if (parameters?.retry_after !== undefined) parts.limits.close(method, chat, parameters.retry_after);
    return new Refusal(error_code, description, parameters ?? null);
  };

  const sendFile = (response: ServerResponse, path: string | undefined) => {
    const file = [...world.files.values()].find((stored) => stored.path === path);
    if (file) response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(file.bytes);
    else answer(response, 404, { ok: false, error_code: 404, description: 'Not Found' });
  };

  return createServer((request, response) => {
    response.on('error', () => {});
    // Only a caller that is gone while its body is read gets here.
    handle(request, response).catch(() => response.destroy());
  });
}

function send({ cut, ok, answer: result }: Call, response: ServerResponse) {
  if (cut) return isHang(cut) ? undefined : response.socket?.resetAndDestroy();
  if (ok) return answer(response, 200, { ok: true, result });
  const error = result as ApiErrorAnswer;
  return answer(response, error.error_code, error);
}

const isHang = (cut: Cut): boolean => cut.endsWith('hang');

const answer = (response: ServerResponse, status: number, body: unknown) =>
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

function refusalOf(error: unknown): ApiErrorAnswer {
  if (!(error instanceof Refusal)) {
    const description = `Internal Server Error: ${error instanceof Error ? error.stack : error}`;
    return { ok: false, error_code: 500, description };
  }
  const { code: error_code, message: description, parameters } = error;
  return { ok: false, error_code, description, ...(parameters && { parameters }) };
}

function chatOf({ chat_id: id }: Record<string, unknown>): number | null {
  return id === undefined || Number.isNaN(Number(id)) ? null : Number(id);
}
