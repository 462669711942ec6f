/** A strict Slack on this machine: the Web API, events over HTTP or Socket Mode, people, faults and a ledger. */
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApi } from './api.ts';
import { createDelivery, type Transport } from './delivery.ts';
import { createHttpTransport } from './http-delivery.ts';
import { createLedger } from './ledger.ts';
import { createPeople } from './people.ts';
import { createSocketMode } from './socket-mode.ts';
import type { HttpTarget, SlackOptions } from './types.ts';
import { createWorkspace } from './workspace.ts';

export type FakeSlack = Awaited<ReturnType<typeof createSlack>>;

export async function createSlack(options: SlackOptions = {}) {
  const workspace = createWorkspace(options);
  const closing = new AbortController();
  const closed = closing.signal;
  let api: RequestListener = () => {};
  const server = createServer((request, response) => api(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  workspace.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const sockets = createSocketMode(workspace, server, closed);
  api = createApi(workspace, sockets.connectionsOpen);

  const over = (target: HttpTarget | 'socket'): Transport =>
    target === 'socket' ? sockets.transport : createHttpTransport(target, options.ackMs ?? 3000, closed);
  let transport = over(options.http ?? 'socket');
  const deliver = createDelivery(workspace, (...given) => transport(...given), closed);

  const close = async () => {
    closing.abort();
    await sockets.close();
    const gone = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await gone;
  };

  return {
    ...createPeople(workspace, deliver),
    ...createLedger(workspace, closed),
    apiUrl: `${workspace.origin}/api/`,
    botToken: workspace.botToken,
    appToken: workspace.appToken,
    sockets,
    fail: workspace.faults.fail,
    setLimits: workspace.faults.setLimits,
    /** Where to deliver from now on. */
    deliverOver(target: HttpTarget | 'socket') {
      transport = over(target);
    },
    [Symbol.asyncDispose]: close,
  };
}
