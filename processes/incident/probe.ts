/** Looks at one address: its name, its certificate, its status, and how long that took. It changes nothing there. */
import { type ClientRequest, request as requestPlain } from 'node:http';
import { request as requestSecure } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { type AddressGuard, AddressRefused } from 'baton';
import { portOf } from './targets.ts';

export interface Facts {
  /** Null when no answer came. */
  status: number | null;
  latencyMs: number;
  /** Whole days until the certificate ends, less than zero afterwards. Null without one. */
  certificateDays: number | null;
  /** What went wrong on the way to an answer, and where. */
  trouble: { at: 'name' | 'connection' | 'certificate' | 'answer'; what: string } | null;
}

export interface ProbeSettings {
  guard: AddressGuard;
  timeoutMs: number;
  /** Certificates (PEM) to trust instead of the well-known authorities. */
  ca?: string | undefined;
}

const dayMs = 24 * 3_600_000;

/** Looks at the address once. Rejects only if the signal says stop; whatever goes wrong there is a fact. */
export async function probe(url: URL, { guard, timeoutMs, ca }: ProbeSettings, signal: AbortSignal): Promise<Facts> {
  const began = performance.now();
  const facts: Facts = { status: null, latencyMs: 0, certificateDays: null, trouble: null };
  const limit = AbortSignal.timeout(timeoutMs);
  let isConnected = false;
  try {
    // An address is not looked up, so it is judged here; a name is judged by what it is resolved to.
    guard.check(url.hostname, portOf(url));
    const request = open(url, { guard, ca, signal: AbortSignal.any([signal, limit]) });
    request.once('socket', (socket) => {
      socket.once('connect', () => {
        isConnected = true;
      });
      socket.once('secureConnect', () => readCertificate(socket as TLSSocket, facts));
    });
    facts.status = await statusOf(request);
  } catch (error) {
    signal.throwIfAborted();
    facts.trouble = limit.aborted
      ? { at: isConnected ? 'answer' : 'connection', what: `no answer within ${seconds(timeoutMs)}` }
      : troubleOf(error, isConnected);
  }
  facts.latencyMs = Math.round(performance.now() - began);
  return facts;
}

/** Redirects are answers. A certificate that nobody should trust is looked at all the same: nothing secret is sent. */
function open(url: URL, { guard, ca, signal }: { guard: AddressGuard; ca: string | undefined; signal: AbortSignal }) {
  const request = url.protocol === 'https:' ? requestSecure : requestPlain;
  return request(url, {
    method: 'GET',
    agent: false,
    headers: { 'user-agent': 'baton-incident', connection: 'close' },
    lookup: guard.lookup(portOf(url)),
    rejectUnauthorized: false,
    signal,
    ...(ca !== undefined && { ca }),
  }).end();
}

function statusOf(request: ClientRequest): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  request.on('error', reject);
  request.once('response', (response) => {
    resolve(response.statusCode ?? 0);
    // The head has said everything.
    response.on('error', () => {});
    response.destroy();
  });
  return promise;
}

function readCertificate(socket: TLSSocket, facts: Facts): void {
  const { valid_to: end } = socket.getPeerCertificate();
  const at = Date.parse(end ?? '');
  if (!Number.isNaN(at)) facts.certificateDays = Math.floor((at - Date.now()) / dayMs);
  if (socket.authorized) return;
  const code = String((socket.authorizationError as { code?: unknown } | string) ?? '').replace(/[^\w ]/g, '');
  const hasEnded = facts.certificateDays !== null && facts.certificateDays < 0;
  const what = hasEnded ? 'the certificate has ended' : `the certificate is not trusted (${code.slice(0, 60)})`;
  facts.trouble = { at: 'certificate', what };
}

function troubleOf(error: unknown, isConnected: boolean): NonNullable<Facts['trouble']> {
  if (error instanceof AddressRefused) return { at: 'name', what: error.message };
  const { code = '' } = error as { code?: string };
  if (/^(ENOTFOUND|EAI_\w+|ENODATA)$/.test(code)) return { at: 'name', what: 'the name has no address' };
  if (code === 'ECONNREFUSED') return { at: 'connection', what: 'the connection is refused' };
  const said = /^[A-Z0-9_]{1,60}$/.test(code) ? ` (${code})` : '';
  return isConnected
    ? { at: 'answer', what: `the connection breaks${said}` }
    : { at: 'connection', what: `no connection can be made${said}` };
}

export const seconds = (ms: number): string => `${ms / 1_000} s`;
