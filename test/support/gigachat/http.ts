/** Requests as they come: read whole, answered, and written down. */
import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { Refusal } from './refusal.ts';

/** One request, as it came and as it ended. */
export interface Call {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  /** Parsed, if it is JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: a request is looked into as far as a test needs
  body: any;
  /** Null: it was not answered, or not yet. */
  status: number | null;
  /** Why it was refused. */
  refused: string | null;
  /** The caller went away before it was answered. */
  isGone: boolean;
}

export type Route = (call: Call, response: ServerResponse) => Promise<void> | void;

export async function serve(
  calls: Call[],
  routes: Record<string, Route>,
  request: IncomingMessage,
  response: ServerResponse,
  changed: () => void,
): Promise<void> {
  const text = await readBody(request);
  const path = request.url ?? '/';
  const { method = 'GET', headers } = request;
  const call: Call = { method, path, headers, body: parse(text), status: null, refused: null, isGone: false };
  calls.push(call);
  response.once('close', () => {
    call.isGone = !response.writableFinished;
    changed();
  });
  changed();
  try {
    const route = routes[`${method} ${path}`];
    if (!route) throw new Refusal(404, 'Not found');
    await route(call, response);
  } catch (error) {
    const refusal = error instanceof Refusal ? error : new Refusal(500, `a defect of the server: ${error}`);
    call.refused = refusal.message;
    answer(call, response, refusal.status, { status: refusal.status, message: refusal.message }, refusal.headers);
  }
}

export function answer(
  call: Call,
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  call.status = status;
  const own = { 'content-type': 'application/json; charset=utf-8', 'x-request-id': randomUUID() };
  const bytes = Buffer.isBuffer(body) || typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(status, { ...own, ...headers }).end(bytes);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
