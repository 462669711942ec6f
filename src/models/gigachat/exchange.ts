/**
 * One HTTPS request over a connection of its own, made before the request is written: so what fails until then never
 * left, and no request can meet a kept-alive connection that the other side is closing.
 */
import { type IncomingHttpHeaders, type IncomingMessage, request as requestHttp } from 'node:http';
import { isIP } from 'node:net';
import { connect as connectTls, type SecureContext, type TLSSocket } from 'node:tls';
import { type Failure, fail } from '../../contracts/error.ts';
import type { Deadline } from '../../core/deadline.ts';
import { stopped } from './stopped.ts';
import { isUntrusted } from './trust.ts';

export interface Request {
  url: URL;
  headers: Record<string, string>;
  body: string;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  error?: undefined;
}

const maxBytes = 2_000_000;

/** Posts, and reads the answer under a cap. Never throws. */
export async function post(
  request: Request,
  trust: SecureContext | undefined,
  deadline: Deadline,
): Promise<Answer | { error: Failure }> {
  if (deadline.cause) return { error: stopped(deadline) };
  let socket: TLSSocket | null = null;
  let hasLeft = false;
  try {
    socket = open(request.url, trust);
    // Destroying the socket ends whatever waits for it, at any moment.
    deadline.signal.addEventListener('abort', () => socket?.destroy(), { once: true });
    await connected(socket);
    hasLeft = true;
    return await read(await send(request, socket));
  } catch (error) {
    if (deadline.cause) return { error: stopped(deadline) };
    return { error: hasLeft ? broken(error) : notReached(error) };
  } finally {
    socket?.destroy();
  }
}

function open(url: URL, trust: SecureContext | undefined): TLSSocket {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const socket = connectTls({
    host,
    port: Number(url.port || 443),
    ALPNProtocols: ['http/1.1'],
    ...(!isIP(host) && { servername: host }),
    ...(trust && { secureContext: trust }),
  });
  // Errors that come when nobody waits any more must not end the process.
  return socket.on('error', () => {});
}

/** The other side has proven who it is. */
function connected(socket: TLSSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('secureConnect', resolve);
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('closed')));
  });
}

function send({ url, headers, body }: Request, socket: TLSSocket): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = requestHttp({
      method: 'POST',
      host: url.hostname,
      path: url.pathname + url.search,
      headers: {
        ...headers,
        host: url.host,
        accept: 'application/json',
        'accept-encoding': 'identity',
        'content-length': Buffer.byteLength(body),
        connection: 'close',
      },
      createConnection: () => socket,
    });
    request.once('response', resolve);
    request.on('error', reject);
    request.once('close', () => reject(new Error('closed')));
    request.end(body);
  });
}

async function read(answer: IncomingMessage): Promise<Answer | { error: Failure }> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes)
      return { error: fail('model_malformed', `GigaChat answered with more than ${maxBytes} bytes`) };
    chunks.push(chunk);
  }
  // Bytes that are no UTF-8, compressed ones too, become text that is no JSON.
  const text = Buffer.concat(chunks).toString('utf8');
  return { status: answer.statusCode ?? 0, headers: answer.headers, text };
}

/** Never the error's text, which may hold what was sent. */
const codeOf = (error: unknown): string => {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && /^[A-Z0-9_]{1,60}$/.test(code) ? code : 'no code';
};

function notReached(error: unknown): Failure {
  const code = codeOf(error);
  if (!isUntrusted(code)) return fail('model_unreachable', `GigaChat could not be reached (${code})`);
  const what = 'The certificate of GigaChat is signed by nobody who is trusted here';
  const hint = 'set GIGACHAT_CA_FILE to the file of the Russian Trusted Root CA';
  return fail('model_unreachable', `${what} (${code}): ${hint}`, { retryable: false });
}

function broken(error: unknown): Failure {
  const code = codeOf(error);
  return code.startsWith('HPE_')
    ? fail('model_malformed', `GigaChat answered with what is not HTTP (${code})`)
    : fail('model_unavailable', `GigaChat broke the connection (${code})`);
}
