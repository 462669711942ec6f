/** Socket Mode: connections of the app, each envelope sent over one of them and acknowledged there. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import { isObject } from './check.ts';
import type { Outcome, Transport } from './delivery.ts';
import { readBody } from './http-delivery.ts';
import type { Json } from './types.ts';
import { app, type Workspace } from './workspace.ts';

export type DisconnectReason = 'warning' | 'refresh_requested' | 'link_disabled' | 'too_many_websockets';

interface Connection {
  socket: WebSocket;
  waiting: Map<string, (outcome: Outcome) => void>;
}

const most = 10;

export function createSocketMode(workspace: Workspace, server: Server, closed: AbortSignal) {
  const sockets = new WebSocketServer({ noServer: true });
  const connections: Connection[] = [];
  const tickets = new Set<string>();
  const known = new Set<string>();
  const arrivals = new Set<() => void>();
  let opened = 0;
  let turn = 0;

  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => {});
    const { pathname, searchParams } = new URL(request.url ?? '/', 'ws://127.0.0.1');
    const ticket = searchParams.get('ticket') ?? '';
    if (pathname !== '/link/' || !tickets.delete(ticket)) return socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n');
    sockets.handleUpgrade(request, socket, head, (upgraded) => accept(upgraded));
    return undefined;
  });

  const send = (socket: WebSocket, message: Json) => socket.send(JSON.stringify(message));
  const bye = (socket: WebSocket, reason: DisconnectReason) =>
    send(socket, { type: 'disconnect', reason, debug_info: { host: 'applink-local' } });

  function accept(socket: WebSocket) {
    const connection: Connection = { socket, waiting: new Map() };
    const ping = setInterval(() => socket.ping(), 5000);
    ping.unref();
    socket.on('error', () => {});
    socket.on('message', (data) => acknowledge(connection, String(data)));
    socket.on('close', () => {
      clearInterval(ping);
      const index = connections.indexOf(connection);
      if (index >= 0) connections.splice(index, 1);
      for (const settle of [...connection.waiting.values()]) settle({ acked: false, reason: 'connection_closed' });
      workspace.changed();
    });
    if (connections.length >= most) return bye(socket, 'too_many_websockets');
    connections.push(connection);
    opened += 1;
    send(socket, {
      type: 'hello',
      num_connections: connections.length,
      debug_info: { host: 'applink-local', started: new Date().toISOString(), build_number: 1 },
      connection_info: { app_id: app.id },
    });
    for (const arrived of [...arrivals]) arrived();
    workspace.changed();
  }

  function acknowledge(connection: Connection, text: string) {
    const message = readBody(text);
    const envelope = isObject(message) ? message.envelope_id : undefined;
    const settle = typeof envelope === 'string' ? connection.waiting.get(envelope) : undefined;
    if (settle) {
      const payload = (message as Json).payload;
      const empty = payload === undefined || (isObject(payload) && Object.keys(payload).length === 0);
      settle({ acked: true, status: 200, ...(empty ? {} : { body: payload }) });
    } else if (typeof envelope !== 'string' || !known.has(envelope)) {
      workspace.violations.push({ method: 'socket', error: 'unknown_envelope', messages: [text] });
      workspace.changed();
    }
  }

  /** What comes of it in time, else that outcome. */
  function within(ms: number, late: Outcome, begin: (settle: (outcome: Outcome) => void) => void): Promise<Outcome> {
    return new Promise((resolve) => {
      const settle = (outcome: Outcome) => {
        clearTimeout(timer);
        closed.removeEventListener('abort', stop);
        resolve(outcome);
      };
      const stop = () => settle(late);
      const timer = setTimeout(stop, ms);
      closed.addEventListener('abort', stop);
      begin(settle);
    });
  }

  /** Whether there is a connection, or comes one in time. */
  async function connected(ms: number): Promise<boolean> {
    if (connections.length > 0) return true;
    let arrived = () => {};
    const outcome = await within(ms, { acked: false }, (settle) => {
      arrived = () => settle({ acked: true });
      arrivals.add(arrived);
    });
    arrivals.delete(arrived);
    return outcome.acked;
  }

  const transport: Transport = async (kind, payload, again) => {
    const ms = workspace.options.ackMs ?? 3000;
    if (!(await connected(ms))) return { acked: false, reason: 'no_connection' };
    const connection = connections[turn++ % connections.length];
    if (!connection) return { acked: false, reason: 'connection_closed' };
    const envelope_id = randomUUID();
    known.add(envelope_id);
    const outcome = within(ms, { acked: false, reason: 'timeout' }, (settle) =>
      connection.waiting.set(envelope_id, settle),
    ).finally(() => connection.waiting.delete(envelope_id));
    send(connection.socket, {
      envelope_id,
      type: kind,
      payload,
      accepts_response_payload: kind !== 'events_api',
      ...(kind === 'events_api' ? { retry_attempt: again?.num ?? 0, retry_reason: again?.reason ?? '' } : {}),
    });
    return outcome;
  };

  return {
    transport,
    connectionsOpen(): Json {
      const ticket = randomUUID();
      tickets.add(ticket);
      return { url: `${workspace.origin.replace(/^http/, 'ws')}/link/?ticket=${ticket}&app_id=${app.id}` };
    },
    /** How many connections are open, and how many ever were. */
    get count() {
      return connections.length;
    },
    get opened() {
      return opened;
    },
    disconnect(reason: DisconnectReason = 'refresh_requested') {
      for (const { socket } of [...connections]) bye(socket, reason);
    },
    kill() {
      for (const { socket } of [...connections]) socket.terminate();
    },
    /** Says goodbye: a client that closes at the same time would wait for it for half a minute. */
    async close() {
      const gone = Promise.all([...sockets.clients].map((socket) => once(socket, 'close')));
      for (const socket of sockets.clients) socket.close(1001);
      const late = setTimeout(() => {
        for (const socket of sockets.clients) socket.terminate();
      }, 1000);
      await gone;
      clearTimeout(late);
      sockets.close();
    },
  };
}
