/**
 * One HTTP request over a connection of its own, made before the request is written. So what fails until then never
 * left, and may be repeated; and no call can meet a kept-alive connection that the other side is closing, of which
 * nobody could tell whether it arrived.
 */
import { type IncomingMessage, request as requestHttp, validateHeaderName, validateHeaderValue } from 'node:http';
import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import manifest from '../../package.json' with { type: 'json' };
import type { AgentCall, CallFailure } from '../contracts/agent.ts';
import { fail } from '../contracts/error.ts';
import type { Deadline } from '../core/deadline.ts';
import { type AddressGuard, AddressRefused } from './address-guard.ts';
import { stopped } from './stopped.ts';

export interface HttpRequest {
  method: string;
  url: URL;
  auth?: string | null;
  /** Names in lower case. */
  headers: Record<string, string>;
  body: Buffer | null;
}

export interface ConnectOptions {
  /** Certificates (PEM) to trust instead of the well-known authorities. */
  ca?: string | undefined;
  /** Without one, any address may be reached. */
  guard?: AddressGuard | undefined;
}

export const userAgent = `baton/${manifest.version}`;

/** They change how a request is framed, and so what the other side takes for the request. */
export const framingHeaders = ['transfer-encoding', 'trailer', 'expect', 'upgrade'];

/** Whether HTTP allows each of the names and values. */
export function areHeaders(headers: Record<string, string>): boolean {
  try {
    for (const [name, value] of Object.entries(headers)) {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    }
    return true;
  } catch {
    return false;
  }
}

/**
 * Sends the request and hands the answer to `read`, before the connection is closed. Never throws: whatever breaks ends
 * the call by what had left until then.
 */
export async function exchange<T>(
  call: AgentCall,
  request: HttpRequest,
  { deadline, options }: { deadline: Deadline; options: ConnectOptions },
  read: (answer: IncomingMessage) => Promise<T>,
): Promise<T | CallFailure> {
  let socket: Socket;
  try {
    socket = await connect(request.url, deadline.signal, options);
  } catch (error) {
    return deadline.cause ? stopped(call, deadline.cause, false) : notReached(call, error);
  }
  // Destroying the socket ends whatever waits for it, at any moment of the exchange.
  deadline.signal.addEventListener('abort', () => socket.destroy(), { once: true });
  try {
    const result = await read(await send(request, socket));
    return deadline.cause ? stopped(call, deadline.cause, true) : result;
  } catch (error) {
    return deadline.cause ? stopped(call, deadline.cause, true) : broken(call, error);
  } finally {
    socket.destroy();
  }
}

/** A connection over which nothing has been written yet; with TLS, one whose other side has proven who it is. */
function connect(url: URL, signal: AbortSignal, { ca, guard }: ConnectOptions): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const secure = url.protocol === 'https:';
  const port = Number(url.port || (secure ? 443 : 80));
  const servername = isIP(host) ? {} : { servername: host };
  try {
    // An address is not looked up, so it is judged here; a name is judged by what it is resolved to.
    guard?.check(host, port);
  } catch (error) {
    return Promise.reject(error);
  }
  const to = { host, port, ...(guard && { lookup: guard.lookup(port) }) };
  const socket = secure
    ? connectTls({ ...to, ALPNProtocols: ['http/1.1'], ...servername, ...(ca !== undefined && { ca }) })
    : connectPlain(to);
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

function send({ method, url, auth, headers, body }: HttpRequest, socket: Socket): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const framing = body === null ? {} : { 'content-length': body.length };
  const request = requestHttp({
    method,
    host: url.hostname,
    path: url.pathname + url.search,
    headers: { ...headers, host: url.host, connection: 'close', ...framing },
    createConnection: () => socket,
    ...(auth != null && { auth }),
  });
  request.once('response', resolve);
  request.on('error', reject);
  request.once('close', () => reject(new Error('closed')));
  request.end(body ?? undefined);
  return promise;
}

const codeOf = (error: unknown): string => {
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' && /^[A-Z0-9_]{1,60}$/.test(code) ? code : 'no connection';
};

function notReached({ agent: { id } }: AgentCall, error: unknown): CallFailure {
  if (error instanceof AddressRefused) {
    const message = `${id} was not called: ${error.message}`;
    return { end: 'not_sent', error: fail('agent_unreachable', message, { retryable: false }) };
  }
  return { end: 'not_sent', error: fail('agent_unreachable', `${id} could not be reached (${codeOf(error)})`) };
}

/** The request was written, and what came back, if anything, is not a whole answer. */
function broken({ agent: { id } }: AgentCall, error: unknown): CallFailure {
  const code = codeOf(error);
  return code.startsWith('HPE_')
    ? { end: 'unknown', error: fail('output_malformed', `${id} answered with what is not HTTP (${code})`) }
    : { end: 'unknown', error: fail('agent_unavailable', `${id} broke the connection (${code})`) };
}
