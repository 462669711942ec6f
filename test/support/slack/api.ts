/** The HTTP side: the Web API, the uploads and the response URLs, with every call in the ledger. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { methods, readArguments } from './arguments.ts';
import { chatMethods, type Handler } from './chat.ts';
import { isObject } from './check.ts';
import type { Outcome } from './faults.ts';
import { fileMethods, smallMethods, upload } from './files.ts';
import { respond } from './response-url.ts';
import type { Call, Json } from './types.ts';
import { viewMethods } from './views.ts';
import { Refused, type Workspace } from './workspace.ts';

/** Refusals that are mistakes of the app, whatever the world around it. */
const mistakes = new Set([
  'duplicate_external_id',
  'invalid_arguments',
  'invalid_blocks',
  'invalid_blocks_format',
  'invalid_metadata_format',
  'invalid_name',
  'msg_too_long',
  'no_text',
  'push_limit_reached',
  'thread_not_found',
  'unknown_method',
  'view_too_large',
]);

interface Sent {
  given: Json;
  form: boolean;
  token: string;
}

function readCall(request: IncomingMessage, body: Buffer): Sent {
  const type = request.headers['content-type'] ?? '';
  const bearer = (request.headers.authorization ?? '').replace(/^Bearer /, '');
  const form = !type.startsWith('application/json');
  const parsed: unknown = form ? Object.fromEntries(new URLSearchParams(body.toString())) : parse(body);
  if (!isObject(parsed)) return { given: {}, form, token: bearer };
  const { token, ...given } = parsed;
  return { given, form, token: bearer || String(token ?? '') };
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

function refusal(workspace: Workspace, method: string, error: unknown): Json {
  if (!(error instanceof Refused)) throw error;
  const { message, messages } = error;
  if (mistakes.has(message)) workspace.violations.push({ method, error: message, messages });
  return { ok: false, error: message, ...(messages.length > 0 ? { response_metadata: { messages } } : {}) };
}

/** The file within a form, or the whole body. */
async function bytesOf(request: IncomingMessage, body: Buffer): Promise<Buffer> {
  const type = request.headers['content-type'] ?? '';
  if (!type.startsWith('multipart/form-data')) return body;
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
  const file = [...form.values()].find((value) => typeof value !== 'string');
  return file ? Buffer.from(await file.arrayBuffer()) : Buffer.alloc(0);
}

export function createApi(workspace: Workspace, connectionsOpen: Handler): RequestListener {
  const handlers: Record<string, Handler> = {
    ...chatMethods(workspace),
    ...viewMethods(workspace),
    ...fileMethods(workspace),
    ...smallMethods(workspace),
    'apps.connections.open': connectionsOpen,
  };

  /** Does what a call is for, unless a fault is in the way, and answers as the fault has it. */
  function handle(response: ServerResponse, method: string, args: Json, work: (call: Call) => [number, Json | string]) {
    const call: Call = { method, args, at: workspace.now(), performed: false };
    workspace.calls.push(call);
    const outcome = workspace.faults.next(call);
    const result = !outcome || outcome.performed ? work(call) : undefined;
    if (outcome) disturb(response, call, outcome);
    else if (result) reply(response, call, ...result);
    workspace.changed();
  }

  function reply(response: ServerResponse, call: Call, status: number, body: Json | string, headers = {}) {
    call.status = status;
    call.answer = typeof body === 'string' ? { body } : body;
    const type = typeof body === 'string' ? 'text/plain' : 'application/json; charset=utf-8';
    response.writeHead(status, { 'content-type': type, ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  }

  function disturb(response: ServerResponse, call: Call, outcome: Outcome) {
    if (outcome.kind === 'hang') call.status = 'hang';
    else if (outcome.kind === 'reset') {
      call.status = 'reset';
      response.socket?.resetAndDestroy();
    } else if (outcome.kind === 'limited') {
      const headers = { 'retry-after': String(outcome.retryAfter) };
      reply(response, call, 429, { ok: false, error: 'ratelimited' }, headers);
    } else if (outcome.kind === 'status') reply(response, call, outcome.status, 'something went wrong');
    else reply(response, call, 200, { ok: false, error: outcome.error });
  }

  function callMethod(response: ServerResponse, name: string, { given, form, token }: Sent) {
    const method = methods[name];
    const { args, problems } = method ? readArguments(method, given, form) : { args: given, problems: [] };
    handle(response, name, args, (call) => {
      try {
        if (!method) throw new Refused('unknown_method');
        const [wanted, other] = [workspace.botToken, workspace.appToken];
        const [right, wrong] = method.token === 'bot' ? [wanted, other] : [other, wanted];
        if (token === wrong) throw new Refused('not_allowed_token_type');
        if (token !== right) throw new Refused('invalid_auth');
        if (problems.length > 0) throw new Refused('invalid_arguments', problems);
        const answer = { ok: true, ...handlers[name]!(args) };
        call.performed = true;
        return [200, answer];
      } catch (error) {
        return [200, refusal(workspace, name, error)];
      }
    });
  }

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const { pathname } = new URL(request.url ?? '/', workspace.origin);
    const [, area, name = '', id = ''] = pathname.split('/');
    const found = request.method === 'POST' ? area : undefined;
    if (found === 'api') return callMethod(response, name, readCall(request, body));
    if (found !== 'upload' && found !== 'response') {
      response.writeHead(404).end();
      return;
    }
    const bytes = found === 'upload' ? await bytesOf(request, body) : body;
    const parsed = found === 'response' ? parse(body) : undefined;
    const args = found === 'upload' ? { id, length: bytes.length } : isObject(parsed) ? parsed : {};
    const method = found === 'upload' ? 'upload' : 'response_url';
    handle(response, method, args, (call) => {
      try {
        const answer = found === 'upload' ? upload(workspace, id, bytes) : respond(workspace, name, parsed);
        call.performed = true;
        return [200, answer];
      } catch (error) {
        const gone = error instanceof Refused && error.message.endsWith('_url');
        return [gone ? 404 : 400, refusal(workspace, method, error)];
      }
    });
  }

  return (request, response) => {
    route(request, response).catch((error: unknown) => {
      workspace.violations.push({ method: request.url ?? '', error: 'local_slack_failed', messages: [String(error)] });
      response.socket?.destroy();
      workspace.changed();
    });
  };
}
