/**
 * The sample service: two addresses that work, one that does not, and a hook that heals it, all on 127.0.0.1. It stands
 * for your own sites and for whatever restarts them, so that the example runs without a network.
 *
 * It is started by the first probe that wants it, on a port that is made of the deployment's name: so all processes of a
 * deployment mean the same address, and whichever comes first holds it for the others. It lives as long as its process,
 * and is broken again in the next one.
 */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Service } from './targets.ts';

export interface SampleService {
  service: Service;
  /** The entry of `network.allow` that lets it be probed. */
  entry: string;
  close(): Promise<void>;
}

/** Below the ports that Linux gives to outgoing connections. */
const firstPort = 20_000;
const ports = 12_000;

export function createSampleService(deployment: string): SampleService {
  const port = firstPort + (createHash('sha256').update(deployment).digest().readUInt32BE(0) % ports);
  const origin = `http://127.0.0.1:${port}`;
  /** The keys of the restarts: a repeat is the same one. */
  const restarts = new Set<string>();

  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const say = (status: number, text: string) =>
      response.writeHead(status, { 'content-type': 'text/plain', connection: 'close' }).end(`${text}\n`);
    request.resume();
    if (request.method === 'POST' && request.url === '/restart') {
      restarts.add(String(request.headers['idempotency-key'] ?? 'by hand'));
      say(200, 'Restarted.');
    } else if (request.url === '/web' || request.url === '/docs') say(200, 'All is well.');
    else if (request.url !== '/api') say(404, 'Not here.');
    else if (restarts.size > 0) say(200, 'All is well.');
    else say(503, 'The queue is full.');
  };

  const server = createServer(answer);
  // It never keeps a process alive.
  server.unref();

  let starting: Promise<void> | undefined;
  const listen = (): Promise<void> =>
    new Promise((resolve) => {
      // A port that is taken is held by another process of this deployment, or by a stranger: the probe will tell.
      const settled = () => {
        server.off('error', settled).off('listening', settled);
        resolve();
      };
      server.once('error', settled).once('listening', settled);
      server.listen(port, '127.0.0.1');
    });

  return {
    entry: `127.0.0.1:${port}`,
    service: {
      name: 'sample',
      names: ['sample service', 'учебный сервис'],
      addresses: { web: `${origin}/web`, docs: `${origin}/docs`, api: `${origin}/api` },
      restart: `${origin}/restart`,
      wake: async () => {
        if (server.listening) return;
        starting ??= listen().finally(() => {
          starting = undefined;
        });
        await starting;
      },
    },
    close: () =>
      new Promise((resolve) => {
        if (!server.listening) return resolve();
        server.close(() => resolve());
        return server.closeAllConnections();
      }),
  };
}
