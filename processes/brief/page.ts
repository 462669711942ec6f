/**
 * Reads one page: over http or https, from addresses of the list alone, at every hop of a redirect, and judged by what
 * a name is resolved to at the very moment of the connection. It sends nothing but the address.
 */
import { type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestSecure } from 'node:https';
import { type AddressGuard, AddressRefused, Refusal } from 'baton';
import { decodePage } from './decode.ts';
import { mayRead, portOf, short } from './library.ts';

export interface PageSettings {
  guard: AddressGuard;
  /** How long the whole of it may take, redirects included. */
  timeoutMs: number;
  /** The longest page. */
  maxBytes: number;
  /** When to try again what may be better by then. */
  retryMs: number;
  /** Certificates (PEM) to trust instead of the well-known authorities. */
  ca?: string | undefined;
}

export interface Page {
  /** Where it was found in the end. */
  url: string;
  type: 'html' | 'plain';
  text: string;
}

const maxRedirects = 5;

/**
 * Resolves to the page. A Refusal says why there is none: for good, or, of what may be better a little later, with a time
 * to come back. A person can read both.
 */
export async function readPage(first: URL, settings: PageSettings, signal: AbortSignal): Promise<Page> {
  const limit = AbortSignal.timeout(settings.timeoutMs);
  const stop = AbortSignal.any([signal, limit]);
  let url = first;
  try {
    for (let hop = 0; ; hop += 1) {
      const answer = await get(url, settings, stop);
      const next = redirect(answer, url, settings.guard);
      if (!next) return await pageOf(answer, url, settings, stop);
      answer.destroy();
      if (hop === maxRedirects) throw new Refusal(`${short(first.host)} redirects more than ${maxRedirects} times.`);
      url = next;
    }
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof Refusal) throw error;
    if (error instanceof AddressRefused) throw new Refusal(error.message);
    const why = limit.aborted ? `does not answer within ${settings.timeoutMs / 1_000} s` : 'cannot be reached';
    throw new Refusal(`${short(url.host)} ${why}${codeOf(error)}.`, settings.retryMs);
  }
}

function codeOf(error: unknown): string {
  const { code = '' } = error as { code?: unknown };
  return /^E[A-Z0-9_]{1,60}$/.test(String(code)) ? ` (${code})` : '';
}

function get(url: URL, { guard, ca }: PageSettings, signal: AbortSignal): Promise<IncomingMessage> {
  // An address is not looked up, so it is judged here; a name is judged by what it is resolved to.
  guard.check(url.hostname, portOf(url));
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const request = (url.protocol === 'https:' ? requestSecure : requestPlain)(url, {
    method: 'GET',
    agent: false,
    headers: {
      accept: 'text/html, application/xhtml+xml, text/plain;q=0.5',
      'accept-encoding': 'identity',
      'user-agent': 'baton-brief',
      connection: 'close',
    },
    lookup: guard.lookup(portOf(url)),
    signal,
    ...(ca !== undefined && { ca }),
  });
  request.on('error', reject);
  request.once('response', (answer) => {
    // Whether it breaks is told by whoever reads it, if anybody does.
    answer.on('error', () => {});
    resolve(answer);
  });
  request.end();
  return promise;
}

/** Where the answer sends on to, or null. The list counts there as it did here. */
function redirect({ statusCode = 0, headers }: IncomingMessage, from: URL, guard: AddressGuard): URL | null {
  if (![301, 302, 303, 307, 308].includes(statusCode) || !headers.location) return null;
  const next = mayRead(headers.location, guard, from);
  if (from.protocol === 'https:' && next.protocol === 'http:') {
    throw new Refusal(`${short(from.host)} redirects to an address without encryption.`);
  }
  return next;
}

async function pageOf(answer: IncomingMessage, url: URL, settings: PageSettings, stop: AbortSignal): Promise<Page> {
  const { maxBytes, retryMs } = settings;
  const refuse = (why: string, retryAfterMs?: number): never => {
    answer.destroy();
    throw new Refusal(`${short(url.host)}${short(url.pathname)} ${why}.`, retryAfterMs);
  };
  const { statusCode: status = 0, headers } = answer;
  if (status === 408 || status === 425 || status === 429 || status >= 500) refuse(`answers ${status}`, retryMs);
  if (status !== 200) refuse(`answers ${status}`);
  const type = /^\s*(text\/html|application\/xhtml\+xml|text\/plain)\s*(?:;|$)/i.exec(headers['content-type'] ?? '');
  if (!type) refuse('is no page of text');
  if ((headers['content-encoding'] ?? 'identity') !== 'identity') refuse('is compressed, which was not asked for');
  const bytes = await readCapped(answer, maxBytes);
  // A page without a length ends where its connection does, and so when we end it ourselves.
  stop.throwIfAborted();
  if (!bytes) return refuse(`is larger than ${maxBytes} bytes`);
  const isPlain = type![1]!.toLowerCase() === 'text/plain';
  return {
    url: url.href,
    type: isPlain ? 'plain' : 'html',
    text: decodePage(bytes, headers['content-type']!, isPlain),
  };
}

/** Null once it is too large; the rest is not read. Rejects when the connection breaks before the end. */
async function readCapped(answer: IncomingMessage, maxBytes: number): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer) {
    size += (chunk as Buffer).length;
    if (size > maxBytes) return null;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}
