/**
 * Long polling by one process at a time. Two pollers are handed the same updates (tdlib/telegram-bot-api, Client.cpp:
 * only a waiting poll is ended), so the right to poll is a lease with an epoch, and an update is confirmed, by asking for
 * the next one, only after the statement that kept it and moved the position.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Hall, Inbound } from '../../contracts/channel.ts';
import type { Json } from '../../contracts/json.ts';
import type { ChannelLog } from '../door.ts';
import type { Answers } from './answers.ts';
import type { Api, Failed } from './api.ts';
import { allowedUpdates, type Health, isTokenRefused, refusedToken } from './connect.ts';
import type { Moves } from './moves.ts';
import { type Bot, type Read, readUpdate } from './read.ts';

const pollSeconds = 20;
const leaseMs = 45_000;
const longestHeldMs = 5_000;
const restMs = { first: 1_000, longest: 30_000 } as const;
/** After a week of silence ids may begin anywhere, also below the last one (core.telegram.org/bots/api#update). */
const anewAfterMs = 6 * 86_400_000;

export interface Polling {
  stop(): Promise<void>;
}

export interface PollingTools {
  api: Api;
  hall: Hall;
  answers: Answers;
  bot: Bot;
  log: ChannelLog;
  say(state: Health): void;
  moves: Moves;
  /** The shortest time for which another poller of the token is left alone, in milliseconds. */
  conflictMs: number;
}

export function startPolling({ api, hall, answers, bot, log, say, conflictMs, moves }: PollingTools): Polling {
  const stopping = new AbortController();
  const { signal } = stopping;
  const holder = randomUUID();
  const account = String(bot.id);
  let failures = 0;
  const rest = (ms: number) => wait(ms, undefined, { signal }).catch(() => {});
  const backOff = () => {
    failures += 1;
    return rest(Math.min(restMs.first * 2 ** (failures - 1), restMs.longest));
  };

  const poll = async (): Promise<void> => {
    const cursor = await hall.takeCursor(account, holder, leaseMs);
    if ('heldForMs' in cursor) {
      say({ ok: true, detail: 'another process reads' });
      return rest(Math.min(cursor.heldForMs + 20, longestHeldMs));
    }
    const { epoch, position, idleMs } = cursor;
    const isAnew = position === 0 || idleMs > anewAfterMs;
    const payload = {
      ...(!isAnew && { offset: position + 1 }),
      timeout: pollSeconds,
      allowed_updates: allowedUpdates,
    };
    const answer = await api.call<unknown[]>('getUpdates', payload, { ms: (pollSeconds + 10) * 1_000, signal });
    if (signal.aborted) return;
    if (answer.end !== 'ok') return pause(answer);
    failures = 0;
    say({ ok: true, detail: 'polls' });
    if (answer.result.length > 0) await keep(answer.result, { epoch, position: isAnew ? 0 : position });
  };

  const keep = async (raws: readonly unknown[], { epoch, position }: { epoch: number; position: number }) => {
    const reads: Known[] = [];
    // In their order: a move holds for what comes after it.
    for (const raw of raws) reads.push(await readOne(raw, { bot, hall, log, moves }));
    const kept = await hall.keep(
      // What comes a second time lies behind, and moves nothing back.
      { account, holder, epoch, position: Math.max(position, ...reads.map(({ id }) => id)) },
      reads.flatMap(({ read }) => inboundOf(read)),
      reads.flatMap(({ read, id, raw }) => (read ? [] : [{ key: `u:${account}:${id}`, body: raw as Json }])),
    );
    if (!kept) return;
    for (const { read } of reads) {
      // It is kept: the sweep hands in once more what fails here. Nothing is waited for.
      if (read) answers.take(read).catch(() => log.warn({ channel: 'telegram' }, 'update not handled yet'));
    }
  };

  const pause = async (failed: Failed): Promise<void> => {
    if (failed.end !== 'refused') {
      say({ ok: false, detail: 'cannot be reached' });
      return backOff();
    }
    const { code, retryAfterMs } = failed;
    if (isTokenRefused(failed)) {
      log.error({ channel: 'telegram', code }, 'token refused');
      say(refusedToken);
      return stopping.abort();
    }
    log.warn({ channel: 'telegram', code }, 'poll refused');
    if (code !== 409) return retryAfterMs === null ? backOff() : rest(retryAfterMs);
    say({ ok: false, detail: 'another program uses this token, or a webhook is set' });
    await hall.dropCursor(account, holder);
    return rest(conflictMs * (1 + Math.random() * 5));
  };

  const loop = async (): Promise<void> => {
    while (!signal.aborted) {
      await poll().catch(async () => {
        log.warn({ channel: 'telegram' }, 'updates not kept: they come again');
        await backOff();
      });
    }
    await hall.dropCursor(account, holder).catch(() => {});
  };
  const done = loop();
  return {
    stop: () => {
      stopping.abort();
      return done;
    },
  };
}

interface Known {
  id: number;
  raw: unknown;
  /** Null: it does not read. */
  read: Read | null;
}

/** What cannot be read stops nothing: it is kept as it came. Rejects when the database does. */
export async function readOne(
  raw: unknown,
  { bot, hall, log, moves }: Pick<PollingTools, 'bot' | 'hall' | 'log' | 'moves'>,
): Promise<Known> {
  const id = Number((raw as { update_id?: unknown } | null)?.update_id) || 0;
  let read: Read;
  try {
    read = readUpdate(raw, bot, hall.personOf);
  } catch {
    log.warn({ channel: 'telegram' }, 'update does not read');
    return { id, raw, read: null };
  }
  return { id, raw, read: await moves.housed(read) };
}

const inboundOf = (read: Read | null): Inbound[] => (read?.kind === 'inbound' ? [read.inbound] : []);
