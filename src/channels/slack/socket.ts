/**
 * Deliveries over Socket Mode, on two connections. Slack closes each from time to time and says so before; as it
 * advises, the next one is open before the old one is closed
 * (https://docs.slack.dev/apis/events-api/using-socket-mode). That is done here, with a receiver of its own for every
 * connection: the library's way closes first and waits five seconds, and ends the process with an unhandled rejection
 * when it cannot ask for a new address (slackapi/node-slack-sdk issue 2656).
 */
import type { Logger, SocketModeReceiver } from '@slack/bolt';
import type { ChannelLog } from '../door.ts';
import { clientOptions } from './api.ts';
import { type Bolt, nameOf, pause } from './bolt.ts';
import type { Deliverer, Process } from './receive.ts';

export interface SocketSettings {
  bolt: Bolt;
  appToken: string;
  apiUrl: string | undefined;
  logger: Logger;
  log: ChannelLog;
  onChange(connected: number, problem: string | null): void;
}

const connections = 2;
const firstDelayMs = 1_000;
const longestDelayMs = 30_000;
const helloMs = 15_000;
const closeMs = 1_000;
/** Slack closes by itself about ten seconds after it said so. */
const retireMs = 15_000;
/** What came on the old connection is answered within three seconds. */
const graceMs = 3_000;

export function createSockets(settings: SocketSettings): Deliverer {
  const { log, onChange } = settings;
  const stopping = new AbortController();
  const open = new Set<SocketModeReceiver>();
  const closers = new Set<() => Promise<void>>();

  /** One connection after the other. */
  const keep = async (process: Process): Promise<void> => {
    let failures = 0;
    let retire = () => {};
    while (!stopping.signal.aborted) {
      const connection = connect(settings, process);
      closers.add(connection.close);
      const end = () => {
        open.delete(connection.receiver);
        closers.delete(connection.close);
        void connection.close();
      };
      try {
        await connection.opened;
        failures = 0;
        open.add(connection.receiver);
        onChange(open.size, null);
        log.info({ way: 'socket', open: open.size }, 'connected to Slack');
        retire();
        const reason = await connection.ended;
        log.info({ reason }, 'a connection to Slack ended');
        if (isAnnounced(reason)) retire = later(end, retireMs, stopping.signal);
        else end();
        // These two are not solved by coming back at once.
        if (reason === 'too_many_websockets' || reason === 'link_disabled') failures = 5;
      } catch (error) {
        end();
        failures += 1;
        const reason = reasonOf(error);
        log.warn({ reason, failures }, 'no connection to Slack');
        onChange(open.size, reason);
      }
      if (open.size === 0) onChange(0, 'disconnected');
      if (failures > 0) await pause(Math.min(firstDelayMs * 2 ** (failures - 1), longestDelayMs), stopping.signal);
    }
  };

  return {
    open: (process) => {
      for (let at = 0; at < connections; at++) void keep(process);
    },
    close: async () => {
      stopping.abort();
      await Promise.race([Promise.all([...closers].map((close) => close())), pause(closeMs)]);
    },
  };
}

function connect({ bolt, appToken, apiUrl, logger, log }: SocketSettings, process: Process) {
  const receiver = new bolt.SocketModeReceiver({
    appToken,
    logger,
    autoReconnectEnabled: false,
    installerOptions: { clientOptions: clientOptions(apiUrl, logger) },
    // What could not be taken in is not confirmed: Slack delivers it again.
    processEventErrorHandler: async () => false,
  });
  const { client } = receiver;
  receiver.init({ processEvent: process } as unknown as Parameters<SocketModeReceiver['init']>[0]);
  const { promise: ended, resolve: end } = Promise.withResolvers<string>();
  let isGone = false;
  client.on('disconnected', () => {
    isGone = true;
    end('closed');
  });
  hear(client, log, end);
  const late = new AbortController();
  const opened = Promise.race([
    receiver.start(),
    ended.then((reason) => Promise.reject(new Error(reason))),
    pause(helloMs, late.signal).then(() => Promise.reject(new Error('no hello'))),
  ]).finally(() => late.abort());
  opened.catch(() => {});
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    end('closed');
    // Closing what is closed already would leave one of the library's timers behind.
    closing ??= isGone ? Promise.resolve() : client.disconnect().catch(() => {});
    return closing;
  };
  return { receiver, opened, ended, close };
}

/**
 * Slack's wish to close a connection is heard here alone: what comes on it meanwhile is still answered on it. What the
 * library cannot read, such as an event without an event in it, would be a rejection that nobody handles.
 */
function hear(client: SocketModeReceiver['client'], log: ChannelLog, end: (reason: string) => void): void {
  const given = client.listeners('ws_message');
  client.removeAllListeners('ws_message');
  client.on('ws_message', (...message: unknown[]) => {
    const reason = disconnectReason(message[0]);
    if (reason !== null) return end(reason);
    for (const listener of given)
      Promise.try(() => listener.apply(client, message)).catch((error: unknown) => {
        log.warn({ reason: nameOf(error) }, 'a message of Slack could not be read');
      });
    return undefined;
  });
}

const isAnnounced = (reason: string): boolean => reason === 'warning' || reason === 'refresh_requested';

/** Calls it in the end, or a moment after it is told that it may. */
function later(call: () => void, ms: number, signal: AbortSignal): () => void {
  const told = Promise.withResolvers<void>();
  void Promise.race([pause(ms, signal), told.promise.then(() => pause(graceMs, signal))]).then(call);
  return told.resolve;
}

function disconnectReason(data: unknown): string | null {
  if (typeof data !== 'string' || !data.includes('"disconnect"')) return null;
  try {
    const { type, reason } = JSON.parse(data) as { type?: unknown; reason?: unknown };
    return type === 'disconnect' ? String(reason) : null;
  } catch {
    return null;
  }
}

/** The name of a refusal, never an address with a ticket in it. */
function reasonOf(error: unknown): string {
  const { data } = (error ?? {}) as { data?: { error?: unknown } };
  if (typeof data?.error === 'string' && /^[a-z_]{1,80}$/.test(data.error)) return data.error;
  return nameOf(error);
}
