/**
 * Updates that Telegram brings. It brings one again until it is answered with a 2xx, and holds back the chat's next ones
 * meanwhile (tdlib/telegram-bot-api, WebhookActor.cpp): so it is kept first, answered then, and handled afterwards.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { Hall } from '../../contracts/channel.ts';
import type { ChannelLog, Door } from '../door.ts';
import type { Answers } from './answers.ts';
import type { Moves } from './moves.ts';
import { readOne } from './polling.ts';
import type { Bot } from './read.ts';

const maxBytes = 1_000_000;
/** Longer than this nobody waits for the answer; the same update once more does no harm. */
const keptWithinMs = 5_000;

export interface Webhook {
  door: Door;
  /** From now on what comes is taken. */
  open(of: { hall: Hall; answers: Answers; bot: Bot; moves: Moves }): void;
  close(): void;
}

const same = (a: string, b: string): boolean => {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
};

export function createWebhook({ url, secret }: { url: string; secret: string }, log: ChannelLog): Webhook {
  let inside: Parameters<Webhook['open']>[0] | null = null;

  const answer = async (request: IncomingMessage): Promise<number> => {
    if (request.method !== 'POST') return 405;
    if (!same(String(request.headers['x-telegram-bot-api-secret-token'] ?? ''), secret)) return 403;
    if (!inside) return 503;
    const body = await bodyOf(request);
    if (body === null) return 413;
    return take(body, inside);
  };

  const take = async (body: string, { hall, answers, bot, moves }: NonNullable<typeof inside>): Promise<number> => {
    const { read } = await readOne(parsed(body), { bot, hall, log, moves });
    if (!read) return 200;
    // What is not kept comes again.
    const kept = new Promise<boolean>((resolve) => {
      answers
        .take(read, () => resolve(true))
        .then(
          () => resolve(true),
          () => resolve(false),
        );
    });
    const late = new AbortController();
    const tooLate = wait(keptWithinMs, false, { signal: late.signal }).catch(() => false);
    const isKept = await Promise.race([kept, tooLate]);
    late.abort();
    return isKept ? 200 : 500;
  };

  return {
    door: {
      path: new URL(url).pathname,
      handle: (request: IncomingMessage, response: ServerResponse) => {
        answer(request)
          .catch(() => 500)
          .then((status) => response.writeHead(status, { connection: status === 413 ? 'close' : 'keep-alive' }).end());
      },
    },
    open: (of) => {
      inside = of;
    },
    close: () => {
      inside = null;
    },
  };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return null;
  }
}

/** Null: more than an update can be. */
async function bodyOf(request: IncomingMessage): Promise<string | null> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > maxBytes) return null;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
