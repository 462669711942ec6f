/**
 * Deliveries over Socket Mode, on two connections: Slack closes each from time to time
 * (https://docs.slack.dev/apis/events-api/using-socket-mode), and the other one serves meanwhile. Reconnecting is done
 * here, with a receiver of its own for every connection: the library's own way waits five seconds, and ends the process
 * with an unhandled rejection when it cannot ask for a new address (slackapi/node-slack-sdk issue 2656).
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

export function createSockets(settings: SocketSettings): Deliverer {
  const { log, onChange } = settings;
  const stopping = new AbortController();
  const open = new Set<SocketModeReceiver>();
  const closers = new Set<() => Promise<void>>();

  /** One connection after the other. */
  const keep = async (process: Process): Promise<void> => {
    let failures = 0;
    while (!stopping.signal.aborted) {
      const connection = connect(settings, process);
      closers.add(connection.close);
      try {
        await connection.opened;
        failures = 0;
        open.add(connection.receiver);
        onChange(open.size, null);
        log.info({ way: 'socket', open: open.size }, 'connected to Slack');
        const reason = await connection.ended;
        log.info({ reason }, 'a connection to Slack ended');
        // Two of these are not solved by coming back at once.
        if (reason === 'too_many_websockets' || reason === 'link_disabled') failures = 5;
      } catch (error) {
        failures += 1;
        const reason = reasonOf(error);
        log.warn({ reason, failures }, 'no connection to Slack');
        onChange(open.size, reason);
      } finally {
        open.delete(connection.receiver);
        closers.delete(connection.close);
        void connection.close();
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

function connect({ bolt, appToken, apiUrl, logger }: SocketSettings, process: Process) {
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
  client.on('error', () => end('error'));
  client.on('disconnected', () => end('closed'));
  client.on('ws_message', (data: unknown) => {
    const reason = disconnectReason(data);
    // Slack asks before it closes: the next connection is opened at once, not when this one is gone.
    if (reason) end(reason);
  });
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
    closing ??= Promise.resolve(client.disconnect()).then(
      () => {},
      () => {},
    );
    return closing;
  };
  return { receiver, opened, ended, close };
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
