/**
 * The sample service: two addresses that work, one that does not, and a hook that heals it, all on 127.0.0.1. It stands
 * for your own sites and for whatever restarts them, so that the example runs without a network.
 *
 * It is started by the first probe that wants it, lives as long as its process, and is broken again in the next one.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createSampleServer } from '../sample-server.ts';
import type { Service } from './targets.ts';

export interface SampleService {
  service: Service;
  /** The entry of `network.allow` that lets it be probed. */
  entry: string;
  close(): Promise<void>;
}

export function createSampleService(deployment: string): SampleService {
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

  const { origin, entry, wake, close } = createSampleServer(deployment, { firstPort: 20_000, ports: 12_000 }, answer);
  return {
    entry,
    service: {
      name: 'sample',
      names: ['sample service', 'учебный сервис'],
      addresses: { web: `${origin}/web`, docs: `${origin}/docs`, api: `${origin}/api` },
      restart: `${origin}/restart`,
      wake,
    },
    close,
  };
}
