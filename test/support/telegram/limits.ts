/** How often a bot may write. Whoever is told to wait, and does not, is written down. */
import { type Refusal, tooMany } from './refusal.ts';

export interface Limits {
  perChatPerS?: number;
  groupPerMin?: number;
  globalPerS?: number;
}

/** A call into a bucket that was told to wait. */
export interface EarlyCall {
  bucket: string;
  method: string;
  chat: number | null;
  at: number;
  /** Milliseconds that it should still have waited. */
  earlyByMs: number;
}

const limited = ['sendMessage', 'sendDocument', 'editMessageText', 'editMessageReplyMarkup'];

/** Timers may fire this much before their time. */
const toleranceMs = 5;

export function createLimits(limits: Limits, isGroup: (chat: number) => boolean) {
  const accepted = new Map<string, number[]>();
  const closedUntil = new Map<string, number>();
  const calledTooEarly: EarlyCall[] = [];

  const bucketsOf = (method: string, chat: number | null): string[] => {
    if (!limited.includes(method)) return [method];
    return chat === null ? ['all'] : [`chat ${chat}`, 'all'];
  };

  /** A bucket at its limit says how long it stays closed. */
  const waitOf = (bucket: string, perWindow: number | undefined, windowMs: number, now: number): number => {
    if (perWindow === undefined) return 0;
    const recent = (accepted.get(bucket) ?? []).filter((at) => at > now - windowMs);
    accepted.set(bucket, recent);
    return recent.length < perWindow ? 0 : recent.at(-perWindow)! + windowMs - now;
  };

  const close = (bucket: string, seconds: number): Refusal => {
    closedUntil.set(bucket, performance.now() + seconds * 1000);
    return tooMany(seconds);
  };

  return {
    calledTooEarly,
    /** Refuses what comes too often or too early. */
    admit: (method: string, chat: number | null) => {
      const now = performance.now();
      const buckets = bucketsOf(method, chat);
      for (const bucket of buckets) {
        const earlyByMs = (closedUntil.get(bucket) ?? 0) - now;
        if (earlyByMs <= toleranceMs) continue;
        calledTooEarly.push({ bucket, method, chat, at: Date.now(), earlyByMs });
        throw tooMany(Math.ceil(earlyByMs / 1000));
      }
      if (!limited.includes(method) || chat === null) return;
      const windows: [string, string, number | undefined, number][] = [
        [`chat ${chat}`, `chat ${chat} by second`, limits.perChatPerS, 1000],
        [`chat ${chat}`, `chat ${chat} by minute`, isGroup(chat) ? limits.groupPerMin : undefined, 60_000],
        ['all', 'all by second', limits.globalPerS, 1000],
      ];
      for (const [bucket, window, perWindow, windowMs] of windows) {
        const waitMs = waitOf(window, perWindow, windowMs, now);
        if (waitMs > 0) throw close(bucket, Math.max(1, Math.ceil(waitMs / 1000)));
      }
      for (const [, window, perWindow] of windows) {
        if (perWindow !== undefined) accepted.get(window)!.push(now);
      }
    },
    /** After an injected 429: the bucket of that call is closed. */
    close: (method: string, chat: number | null, seconds: number) => close(bucketsOf(method, chat)[0]!, seconds),
  };
}
