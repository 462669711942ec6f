/**
 * Deliveries over HTTP, through the one server of the process. Bolt's own verifier refuses only what is too old
 * (slackapi/bolt-js src/receivers/verify-request.ts); here a time stamp may be five minutes off in either direction,
 * as https://docs.slack.dev/authentication/verifying-requests-from-slack has it.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ChannelLog, Door } from '../door.ts';
import { nameOf } from './bolt.ts';
import type { Deliverer, Process } from './receive.ts';

const maxBytes = 1_000_000;
const maxSkewS = 300;

export function createHttp(signingSecret: string, log: ChannelLog): Deliverer & { door: Door } {
  let process: Process | null = null;

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const end = (status: number, answer?: unknown) => {
      if (response.headersSent || response.destroyed) return;
      const isText = typeof answer === 'string';
      const body = answer === undefined ? '' : isText ? answer : JSON.stringify(answer);
      const type = isText ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8';
      response.writeHead(status, body === '' ? {} : { 'content-type': type }).end(body);
    };
    if (request.method !== 'POST') return end(405);
    if (Number(request.headers['content-length'] ?? 0) > maxBytes) return end(413);
    const raw = await read(request);
    if (raw === null) return end(413);
    if (!isSigned(request, raw, signingSecret)) {
      log.warn({}, 'a request without a valid signature of Slack was refused');
      return end(401);
    }
    const body = parse(raw.toString(), request.headers['content-type'] ?? '');
    if (!body) return end(400);
    if (body.type === 'url_verification') return end(200, String(body.challenge));
    if (body.ssl_check !== undefined) return end(200);
    // Before the app knows who it is nothing can be taken in. Slack delivers events again.
    if (!process) return end(503);
    const retryNum = Number(request.headers['x-slack-retry-num'] ?? 0);
    await process({ body, retryNum, ack: async (answer) => end(200, answer) });
    return end(503);
  };

  return {
    open: (given) => {
      process = given;
    },
    close: async () => {
      process = null;
    },
    door: {
      path: '/slack/events',
      handle: (request, response) => {
        handle(request, response).catch((error: unknown) => {
          log.error({ reason: nameOf(error) }, 'a delivery of Slack was not taken in');
          if (!response.headersSent && !response.destroyed) response.writeHead(503).end();
        });
      },
    },
  };
}

/** The body as it came, which is what was signed; null when it is too long. */
async function read(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function isSigned({ headers }: IncomingMessage, raw: Buffer, secret: string): boolean {
  const [stamp, signature] = [headers['x-slack-request-timestamp'], headers['x-slack-signature']];
  if (typeof stamp !== 'string' || typeof signature !== 'string' || !/^\d{1,12}$/.test(stamp)) return false;
  if (Math.abs(Date.now() / 1000 - Number(stamp)) > maxSkewS) return false;
  const expected = Buffer.from(`v0=${createHmac('sha256', secret).update(`v0:${stamp}:`).update(raw).digest('hex')}`);
  const given = Buffer.from(signature);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** Events are JSON; interactions are a form with JSON in it; commands are a form. */
function parse(raw: string, type: string): Record<string, unknown> | null {
  try {
    if (type.startsWith('application/json')) return objectOr(JSON.parse(raw));
    const fields = Object.fromEntries(new URLSearchParams(raw));
    return fields.payload === undefined ? fields : objectOr(JSON.parse(fields.payload));
  } catch {
    return null;
  }
}

const objectOr = (value: unknown): Record<string, unknown> | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
