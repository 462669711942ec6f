/**
 * Agents behind an URL: one POST of JSON, answered with JSON.
 *
 * The request is `{ agent, run, step, attempt, key, input }`; the answer's body is the output. Each call has a
 * connection of its own, made before the request is written. So what fails until then never left, and may be repeated;
 * and no call can meet a kept-alive connection that the other side is closing, of which nobody could tell whether it
 * arrived. Nothing is repeated here, and no redirect is followed.
 */

import type { IncomingMessage } from 'node:http';
import { request as requestHttp, validateHeaderName, validateHeaderValue } from 'node:http';
import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import manifest from '../../package.json' with { type: 'json' };
import type { AgentCall, CallResult, Transporter, Webhook } from '../contracts/agent.ts';
import { fail } from '../contracts/error.ts';
import { startDeadline, stopped } from './deadline.ts';
import { readAnswer } from './webhook-answer.ts';

export interface WebhookOptions {
  /** Sent with every call to every agent, unless the agent itself has a header of that name. */
  requestHeaders?: Record<string, string>;
  /** Certificates (PEM) to trust instead of the well-known authorities. */
  ca?: string;
}

/** Reaches agents with `webhook`. */
export function createWebhookTransporter(options: WebhookOptions = {}): Transporter {
  return {
    handles: (agent) => 'webhook' in agent.definition,
    call: (call) => callWebhook(call, options),
  };
}

async function callWebhook(call: AgentCall, options: WebhookOptions): Promise<CallResult> {
  using deadline = startDeadline(call);
  if (deadline.cause) return stopped(call, deadline.cause, false);
  const { definition } = call.agent;
  if (!('webhook' in definition)) {
    return { end: 'not_sent', error: fail('agent_missing', `${call.agent.id} is not a webhook`) };
  }
  const target = readTarget(definition.webhook, call, options);
  if (typeof target === 'string') {
    return { end: 'not_sent', error: fail('agent_unreachable', `${call.agent.id} ${target}`, { retryable: false }) };
  }
  let socket: Socket;
  try {
    socket = await connect(target.url, deadline.signal, options.ca);
  } catch (error) {
    if (deadline.cause) return stopped(call, deadline.cause, false);
    const message = `${call.agent.id} could not be reached (${codeOf(error)})`;
    return { end: 'not_sent', error: fail('agent_unreachable', message) };
  }
  // Destroying the socket ends whatever waits for it, at any moment of the exchange.
  deadline.signal.addEventListener('abort', () => socket.destroy(), { once: true });
  try {
    const result = await readAnswer(call, await post(target, socket, bodyOf(call)));
    return deadline.cause ? stopped(call, deadline.cause, true) : result;
  } catch (error) {
    return deadline.cause ? stopped(call, deadline.cause, true) : broken(call, error);
  } finally {
    socket.destroy();
  }
}

interface Target {
  url: URL;
  auth: string | null;
  headers: Record<string, string>;
}

/** Where to and with which headers, or what is wrong with them. An address may hold secrets, so it is not repeated. */
function readTarget(webhook: Webhook, call: AgentCall, options: WebhookOptions): Target | string {
  const url = URL.parse(webhook.url);
  if (!url || !/^https?:$/.test(url.protocol)) return 'has an address that is not an http or https URL';
  const headers: Record<string, string> = { 'user-agent': `baton/${manifest.version}` };
  const given = { ...options.requestHeaders, ...webhook.headers };
  for (const [name, value] of Object.entries(given)) headers[name.toLowerCase()] = value;
  const all = { ...headers, ...ownHeaders(call) };
  if (framingHeaders.some((name) => name in all)) return 'has a header that is not its own to choose';
  try {
    const auth = url.username ? decodeURIComponent(`${url.username}:${url.password}`) : null;
    for (const [name, value] of Object.entries(all)) {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    }
    return { url, auth, headers: all };
  } catch {
    return 'has a header with a name or a value that HTTP does not allow';
  }
}

/** They change how the request is framed, and so what the other side takes for the request. */
const framingHeaders = ['transfer-encoding', 'trailer', 'expect', 'upgrade'];

/**
 * Headers that an agent cannot choose. The key is a quoted string, as a structured field is
 * (https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/, RFC 9651).
 */
const ownHeaders = (call: AgentCall): Record<string, string> => ({
  'content-type': 'application/json',
  accept: 'application/json',
  'accept-encoding': 'identity',
  'idempotency-key': `"${call.context.key.replace(/["\\]/g, '\\$&')}"`,
});

function bodyOf({ agent, input, context }: AgentCall): Buffer {
  const { run, step, attempt, key } = context;
  return Buffer.from(JSON.stringify({ agent: agent.id, run, step, attempt, key, input }));
}

/** A connection over which nothing has been written yet; with TLS, one whose other side has proven who it is. */
function connect(url: URL, signal: AbortSignal, ca: string | undefined): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const secure = url.protocol === 'https:';
  const port = Number(url.port || (secure ? 443 : 80));
  const servername = isIP(host) ? {} : { servername: host };
  const socket = secure
    ? connectTls({ host, port, ALPNProtocols: ['http/1.1'], ...servername, ...(ca !== undefined && { ca }) })
    : connectPlain({ host, port });
  const abandon = () => socket.destroy(new Error('abandoned'));
  signal.addEventListener('abort', abandon, { once: true });
  socket.once('error', reject);
  socket.once('close', () => reject(new Error('closed')));
  socket.once(secure ? 'secureConnect' : 'connect', () => {
    signal.removeEventListener('abort', abandon);
    socket.off('error', reject);
    resolve(socket);
  });
  // Errors that come when nobody waits any more must not end the process.
  socket.on('error', () => {});
  return promise;
}

function post({ url, auth, headers }: Target, socket: Socket, body: Buffer): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const request = requestHttp({
    method: 'POST',
    host: url.hostname,
    path: url.pathname + url.search,
    headers: { ...headers, host: url.host, connection: 'close', 'content-length': body.length },
    createConnection: () => socket,
    ...(auth !== null && { auth }),
  });
  request.once('response', resolve);
  request.on('error', reject);
  request.once('close', () => reject(new Error('closed')));
  request.end(body);
  return promise;
}

const codeOf = (error: unknown): string => {
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' && /^[A-Z0-9_]{1,60}$/.test(code) ? code : 'no connection';
};

/** The request was written, and what came back, if anything, is not a whole answer. */
function broken(call: AgentCall, error: unknown): CallResult {
  const code = codeOf(error);
  return code.startsWith('HPE_')
    ? { end: 'unknown', error: fail('output_malformed', `${call.agent.id} answered with what is not HTTP (${code})`) }
    : { end: 'unknown', error: fail('agent_unavailable', `${call.agent.id} broke the connection (${code})`) };
}
