/**
 * The way to the Bot API. Telegraf is its client and its types; polling, retries and everything that decides are ours:
 * telegraf confirms updates whose handlers failed (src/core/network/polling.ts) and never repeats a send.
 *
 * A request's address holds the token, and so do errors of the network: nothing of an error but codes leaves this file.
 */
import type { Telegram } from 'telegraf';
import { requestMs } from './limits.ts';

/**
 * How a request failed.
 * - `refused`: the platform answered with an error, and did nothing.
 * - `unsent`: it never left.
 * - `unknown`: it may have been carried out.
 */
export type Failed =
  | { end: 'refused'; code: number; description: string; retryAfterMs: number | null; migratedTo: string | null }
  | { end: 'unsent' }
  | { end: 'unknown' };
export type Answer<T> = { end: 'ok'; result: T } | Failed;

export interface Api {
  call<T>(method: string, payload?: object, options?: { ms?: number; signal?: AbortSignal }): Promise<Answer<T>>;
}

/** Codes of connections that were never made. */
const unsent = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH', 'ERR_INVALID_URL'];

interface ErrorAnswer {
  response?: {
    error_code?: number;
    description?: string;
    parameters?: { retry_after?: number; migrate_to_chat_id?: number | string };
  };
  code?: unknown;
}

function failed(error: unknown): Failed {
  const { response, code } = (error ?? {}) as ErrorAnswer;
  const status = response?.error_code;
  if (typeof status === 'number') {
    const { description = '', parameters = {} } = response!;
    // A server error says nothing of what was done before it.
    if (status >= 500) return { end: 'unknown' };
    const { retry_after: seconds, migrate_to_chat_id: moved } = parameters;
    return {
      end: 'refused',
      code: status,
      description,
      retryAfterMs: seconds === undefined ? null : seconds * 1_000,
      migratedTo: moved === undefined ? null : String(moved),
    };
  }
  return typeof code === 'string' && unsent.includes(code) ? { end: 'unsent' } : { end: 'unknown' };
}

/** What is written to one chat shares its limit; any other method has its own. */
const writing = ['sendMessage', 'sendDocument', 'editMessageText'];
const bucketOf = (method: string, { chat_id: chat }: { chat_id?: unknown }): string =>
  writing.includes(method) ? `chat ${String(chat)}` : method;

/** Until when the platform wants to be left alone; asking it sooner makes that longer (core.telegram.org/bots/faq). */
function createClosings() {
  const until = new Map<string, number>();
  return {
    leftMs: (bucket: string): number => {
      const left = (until.get(bucket) ?? 0) - performance.now();
      if (left <= 0) until.delete(bucket);
      return Math.max(0, left);
    },
    close: (bucket: string, ms: number) => until.set(bucket, performance.now() + ms),
  };
}

export function createApi(client: Pick<Telegram, 'callApi'>): Api {
  const closings = createClosings();
  return {
    call: async (method, payload = {}, { ms = requestMs, signal } = {}) => {
      const bucket = bucketOf(method, payload);
      const left = closings.leftMs(bucket);
      if (left > 0)
        return { end: 'refused', code: 429, description: 'too early', retryAfterMs: left, migratedTo: null };
      const limit = AbortSignal.timeout(ms);
      const both = signal ? AbortSignal.any([signal, limit]) : limit;
      try {
        // The types end with the API of early 2024; what is newer goes through all the same.
        const call = client.callApi.bind(client) as (m: string, p: object, o: object) => Promise<unknown>;
        return { end: 'ok', result: (await call(method, payload, { signal: both })) as never };
      } catch (error) {
        const why = failed(error);
        if (why.end === 'refused' && why.retryAfterMs !== null) closings.close(bucket, why.retryAfterMs);
        return why;
      }
    },
  };
}
