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
import type { Api } from './api.ts';
import { createLanes } from './lanes.ts';
import { type Bot, type Read, readUpdate } from './read.ts';

export const allowedUpdates = ['message', 'edited_message', 'callback_query', 'my_chat_member'];

const pollSeconds = 20;
const leaseMs = 45_000;
const afterFailureMs = 1_000;
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
  say(state: { ok: boolean; detail: string }): void;
  /** The shortest time for which another poller of the token is left alone, in milliseconds. */
  conflictMs: number;
}

export function startPolling(tools: PollingTools): Polling {
  const stopping = new AbortController();
  const { signal } = stopping;
  const holder = randomUUID();
  const account = String(tools.bot.id);
  const lanes = createLanes();
  const rest = (ms: number) => wait(ms, undefined, { signal }).catch(() => {});

  const poll = async (): Promise<void> => {
    const cursor = await tools.hall.takeCursor(account, holder, leaseMs);
    if ('heldForMs' in cursor) {
      tools.say({ ok: true, detail: 'another process reads' });
      return rest(Math.min(cursor.heldForMs + 20, 5_000));
    }
    const { epoch, position, idleMs } = cursor;
    const offset = position === 0 || idleMs > anewAfterMs ? {} : { offset: position + 1 };
    const payload = { ...offset, timeout: pollSeconds, allowed_updates: allowedUpdates };
    const answer = await tools.api.call<unknown[]>('getUpdates', payload, { ms: (pollSeconds + 10) * 1_000, signal });
    if (signal.aborted) return;
    if (answer.end !== 'ok') return pause(answer);
    tools.say({ ok: true, detail: 'polls' });
    const reads = answer.result.map((raw) => readOne(raw, tools));
    if (reads.length === 0) return;
    const last = Math.max(...reads.map(({ id }) => id));
    const kept = await tools.hall.keep(
      { account, holder, epoch, position: last },
      reads.flatMap(({ read }) => inboundOf(read)),
      reads.flatMap(({ read, id, raw }) => (read ? [] : [{ key: `u:${account}:${id}`, body: raw as Json }])),
    );
    if (!kept) return;
    for (const { read } of reads) if (read) lanes.run(laneOf(read), () => handle(read));
  };

  const handle = (read: Read): Promise<void> =>
    tools.answers.take(read).catch(() => {
      // It is kept: the sweep hands it in once more.
      tools.log.warn({ channel: 'telegram' }, 'update not handled yet');
    });

  const pause = async (failed: Exclude<Awaited<ReturnType<Api['call']>>, { end: 'ok' }>): Promise<void> => {
    if (failed.end !== 'refused') {
      tools.say({ ok: false, detail: 'cannot be reached' });
      return rest(afterFailureMs);
    }
    const { code, retryAfterMs } = failed;
    tools.log.warn({ channel: 'telegram', code }, 'poll refused');
    if (code === 401 || code === 404) {
      tools.say({ ok: false, detail: 'the token is refused: check TELEGRAM_BOT_TOKEN' });
      return rest(30_000);
    }
    if (code !== 409) return rest(retryAfterMs ?? 5_000);
    tools.say({ ok: false, detail: 'another program uses this token, or a webhook is set' });
    await tools.hall.dropCursor(account, holder);
    return rest(tools.conflictMs * (1 + Math.random() * 2));
  };

  const loop = async (): Promise<void> => {
    while (!signal.aborted) {
      await poll().catch(async () => {
        tools.log.warn({ channel: 'telegram' }, 'updates not kept: they come again');
        await rest(afterFailureMs);
      });
    }
    await tools.hall.dropCursor(account, holder).catch(() => {});
  };
  const done = loop();
  return {
    stop: async () => {
      stopping.abort();
      await done;
      await lanes.empty();
    },
  };
}

interface Taken {
  id: number;
  raw: unknown;
  /** Null: it does not read. */
  read: Read | null;
}

/** What cannot be read stops nothing: it is kept as it came. */
export function readOne(raw: unknown, { bot, hall, log }: Pick<PollingTools, 'bot' | 'hall' | 'log'>): Taken {
  const id = Number((raw as { update_id?: unknown } | null)?.update_id) || 0;
  try {
    return { id, raw, read: readUpdate(raw, bot, hall.personOf) };
  } catch {
    log.warn({ channel: 'telegram' }, 'update does not read');
    return { id, raw, read: null };
  }
}

export const inboundOf = (read: Read | null): Inbound[] => (read?.kind === 'inbound' ? [read.inbound] : []);

/** What one conversation says is handled in its order. */
const laneOf = (read: Read): string =>
  read.kind === 'inbound' ? read.inbound.conversation : read.kind === 'anonymous' ? read.conversation : 'buttons';
