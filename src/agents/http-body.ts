/**
 * The body of an HTTP answer, as JSON or as text.
 *
 * It is read under a cap that counts what came out of its decompression, so that a small answer cannot become a large
 * one, and its depth is known before it is built. Whoever reads rejects only if the connection breaks.
 */
import type { IncomingMessage } from 'node:http';
import type { Readable, Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { AgentCall, CallResult } from '../contracts/agent.ts';
import { done, isTooDeep, malformed, tooDeep, tooLarge } from './output.ts';

/** The body as JSON; no body is null. */
export async function readJson(call: AgentCall, answer: IncomingMessage): Promise<CallResult> {
  const bytes = await readBytes(call, answer);
  if (!Buffer.isBuffer(bytes)) return bytes;
  if (bytes.length === 0) return { end: 'done', output: null };
  if (!isJsonType(answer.headers['content-type'])) return malformed(call, 'a content type that is not JSON in UTF-8');
  const text = decode(bytes, 'utf-8');
  if (text === null) return malformed(call, 'bytes that are not UTF-8');
  if (isTooDeep(text)) return tooDeep(call);
  try {
    return done(call, JSON.parse(text));
  } catch {
    return malformed(call, 'a body that is not JSON');
  }
}

/** The body as text, in the character set that it says it is in. */
export async function readPlain(call: AgentCall, answer: IncomingMessage): Promise<CallResult> {
  const bytes = await readBytes(call, answer);
  if (!Buffer.isBuffer(bytes)) return bytes;
  const text = decode(bytes, charsetOf(answer.headers['content-type']) ?? 'utf-8');
  return text === null ? malformed(call, 'bytes that are not in their character set') : done(call, text);
}

async function readBytes(call: AgentCall, answer: IncomingMessage): Promise<Buffer | CallResult> {
  const body = decompress(answer);
  if (body === null) return malformed(call, 'a content encoding that was not asked for');
  const bytes = await readCapped(body, call.maxOutputBytes).catch((error: NodeJS.ErrnoException) => {
    if (error.code?.startsWith('Z_') || error.code?.startsWith('ERR_')) return null;
    throw error;
  });
  if (bytes === null) return malformed(call, 'a body that does not decompress');
  return bytes === 'too_large' ? tooLarge(call) : bytes;
}

function decode(bytes: Buffer, charset: string): string | null {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

const charsetOf = (header: string | undefined): string | undefined =>
  /;\s*charset="?([\w.:-]+)"?/i.exec(header ?? '')?.[1]?.toLowerCase();

/** `application/json` or `…+json`; JSON has no charset but UTF-8 (RFC 8259, 8.1). */
function isJsonType(header: string | undefined): boolean {
  const [type = ''] = (header ?? '').toLowerCase().split(';');
  const charset = charsetOf(header);
  const known = charset === undefined || /^(utf-?8|us-ascii)$/.test(charset);
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
