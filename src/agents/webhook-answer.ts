/**
 * What an HTTP answer means for the attempt (RFC 9110), and its body as JSON.
 *
 * Only a 4xx, a 307 and a 308 say that nothing was done; a 5xx and any other redirect do not. The body is read under a cap that counts what came out of
 * its decompression, so that a small answer cannot become a large one, and its depth is known before it is built.
 */
import type { IncomingMessage } from 'node:http';
import type { Readable, Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { AgentCall, CallResult } from '../contracts/agent.ts';
import { fail } from '../contracts/error.ts';
import { done, isTooDeep, malformed, maxRetryAfterMs, tooDeep, tooLarge } from './output.ts';

/** Ends the call by the answer. Rejects only if the connection breaks before the body is whole. */
export async function readAnswer(call: AgentCall, answer: IncomingMessage): Promise<CallResult> {
  const status = answer.statusCode ?? 0;
  if (status >= 200 && status < 300) return status === 204 ? { end: 'done', output: null } : readBody(call, answer);
  const id = call.agent.id;
  const said = `${id} answered with status ${status}`;
  const retryAfterMs = readRetryAfter(answer.headers['retry-after'], answer.headers.date);
  const later = retryAfterMs === null ? {} : { retryAfterMs };
  if (status >= 300 && status < 400) return redirected(status, `${said}, a redirect; redirects are not followed`);
  // 425 (RFC 8470): the server did not want to begin yet.
  if (status === 429 || status === 425) return { end: 'refused', error: fail('agent_throttled', said, later) };
  if (status >= 400 && status < 500 && status !== 408) return { end: 'refused', error: fail('agent_refused', said) };
  return { end: 'unknown', error: fail('agent_unavailable', said, later) };
}

/**
 * A 307 or 308 asks to send the very same request elsewhere, so here it was not processed. After a POST, a 303 points to
 * the result of what was done, servers answer with 301 and 302 in that sense, and what the others mean nobody can tell. They are answers,
 * but none that an agent may give.
 */
const redirected = (status: number, said: string): CallResult =>
  status === 307 || status === 308
    ? { end: 'refused', error: fail('agent_refused', said) }
    : { end: 'unknown', error: fail('output_malformed', said) };

/**
 * Milliseconds to wait, from seconds or from a date (RFC 9110, 10.2.3); null if it is neither. A date is counted from
 * the answer's own clock where it tells the time.
 */
export function readRetryAfter(header: string | undefined, date: string | undefined, now = Date.now()): number | null {
  const text = header?.trim() ?? '';
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1_000, maxRetryAfterMs);
  // Every form of an HTTP date begins with a day's name; the oldest one, of asctime, does not say that it is in GMT.
  if (!/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(text)) return null;
  const at = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`);
  if (Number.isNaN(at)) return null;
  return Math.min(Math.max(at - (Date.parse(date ?? '') || now), 0), maxRetryAfterMs);
}

async function readBody(call: AgentCall, answer: IncomingMessage): Promise<CallResult> {
  const body = decompress(answer);
  if (body === null) return malformed(call, 'a content encoding that was not asked for');
  const bytes = await readCapped(body, call.maxOutputBytes).catch((error: NodeJS.ErrnoException) => {
    if (error.code?.startsWith('Z_') || error.code?.startsWith('ERR_')) return null;
    throw error;
  });
  if (bytes === null) return malformed(call, 'a body that does not decompress');
  if (bytes === 'too_large') return tooLarge(call);
  if (bytes.length === 0) return { end: 'done', output: null };
  if (!isJsonType(answer.headers['content-type'])) return malformed(call, 'a content type that is not JSON in UTF-8');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return malformed(call, 'bytes that are not UTF-8');
  }
  if (isTooDeep(text)) return tooDeep(call);
  try {
    return done(call, JSON.parse(text));
  } catch {
    return malformed(call, 'a body that is not JSON');
  }
}

/** `application/json` or `…+json`; JSON has no charset but UTF-8 (RFC 8259, 8.1). */
function isJsonType(header: string | undefined): boolean {
  const [type = '', ...parameters] = (header ?? '').toLowerCase().split(';');
  const charset = parameters.map((one) => one.trim()).find((one) => one.startsWith('charset='));
  const known = charset === undefined || /^charset="?(utf-?8|us-ascii)"?$/.test(charset);
  return known && /^application\/([\w.-]+\+)?json$/.test(type.trim());
}

/** The body as the server meant it. Compressed answers come from servers that ignore `accept-encoding`. */
function decompress(answer: IncomingMessage): Readable | null {
  const encoding = (answer.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding === 'identity') return answer;
  const inflater = inflaterOf(encoding);
  if (inflater === null) return null;
  answer.on('error', (error) => inflater.destroy(error));
  return answer.pipe(inflater);
}

function inflaterOf(encoding: string): Transform | null {
  if (encoding === 'gzip' || encoding === 'x-gzip') return createGunzip();
  if (encoding === 'deflate') return createInflate();
  return encoding === 'br' ? createBrotliDecompress() : null;
}

/** Stops reading, and so destroys the stream, at the first byte too many. */
async function readCapped(body: Readable, maxBytes: number): Promise<Buffer | 'too_large'> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) return 'too_large';
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
