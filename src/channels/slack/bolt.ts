/** Slack's own library, loaded by whoever needs it first: a process without Slack does not pay for it. */
import type { App, Logger, LogLevel, SocketModeReceiver, webApi } from '@slack/bolt';
import type { ChannelLog } from '../door.ts';

export interface Bolt {
  App: typeof App;
  SocketModeReceiver: typeof SocketModeReceiver;
  webApi: typeof webApi;
}

let loading: Promise<Bolt> | undefined;

export function loadBolt(): Promise<Bolt> {
  loading ??= import('@slack/bolt').then(({ App, SocketModeReceiver, webApi }) => ({
    App,
    SocketModeReceiver,
    webApi,
  }));
  return loading;
}

/** The library's own log says texts, addresses and payloads: only the names of errors get through. */
export function createLogger(log: ChannelLog): Logger {
  const names = (given: unknown[]) =>
    given.flatMap((one) => (one instanceof Error ? [one.name] : [])).join(', ') || 'unnamed';
  const nothing = () => {};
  return {
    debug: nothing,
    info: nothing,
    warn: (...given) => log.warn({ error: names(given) }, 'the Slack library warns'),
    error: (...given) => log.error({ error: names(given) }, 'the Slack library reports an error'),
    setLevel: nothing,
    getLevel: () => 'warn' as LogLevel,
    setName: nothing,
  };
}

/** What went wrong, without a text of anybody. */
export const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown');

/** Waits, unless the signal ends it; by itself it keeps no process alive. */
export const pause = (ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms).unref();
    signal?.addEventListener('abort', end);
    if (signal?.aborted) end();
  });
