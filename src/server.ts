/**
 * The one HTTP server of a process: ways in that channels want opened, and what those who watch it ask. It is opened
 * only where PORT is set.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ChannelLog, Door } from './channels/door.ts';
import type { Channel } from './contracts/channel.ts';
import { BatonError } from './contracts/error.ts';
import type { Orchestrator } from './core/orchestrator.ts';
import { readClock } from './core/store/health.ts';
import { readMetrics } from './core/store/metrics.ts';
import { metricsText } from './metrics.ts';
import type { BreakerView } from './models/breaker.ts';

export interface WebServer {
  readonly port: number;
  stop(): Promise<void>;
}

export interface WebSettings {
  port: number;
  host: string;
  doors: readonly Door[];
  channels: readonly Channel[];
  /** How the providers of models are; absent: none is asked. */
  breakers?: (() => readonly BreakerView[]) | undefined;
  orchestrator: Orchestrator;
  log: ChannelLog;
  /** For tests. */
  limits?: Partial<typeof defaultLimits>;
}

const defaultLimits = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 5_000,
  /** How often node looks for connections that are over these: its own half a minute would make the first one void. */
  connectionsCheckingInterval: 2_000,
};
const lookMs = 2_000;

const json = (response: ServerResponse, status: number, body: object): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
};

/** Whether this process can do its work: the database answers, and every channel is well. */
async function readiness({ orchestrator, channels }: WebSettings): Promise<{ ready: boolean; checks: object }> {
  const database = await within(readClock(orchestrator.db.sql)).then(
    () => 'ok',
    () => 'does not answer',
  );
  const states = channels.map(({ name, health }) => [name, health?.() ?? { ok: true, detail: 'ok' }] as const);
  const checks = { database, ...Object.fromEntries(states.map(([name, { detail }]) => [name, detail])) };
  return { ready: database === 'ok' && states.every(([, { ok }]) => ok), checks };
}

const within = <T>(act: Promise<T>): Promise<T> =>
  Promise.race([
    act,
    new Promise<never>((_, reject) => {
      AbortSignal.timeout(lookMs).addEventListener('abort', () => reject(new Error('too slow')));
    }),
  ]);

async function answer(of: WebSettings, request: IncomingMessage, response: ServerResponse): Promise<void> {
  // What is no path, like `//`, is nowhere.
  const path = URL.parse(`http://here${request.url}`)?.pathname;
  const door = of.doors.find((one) => one.path === path);
  if (door) return door.handle(request, response);
  if (!path || !['/healthz', '/readyz', '/metrics'].includes(path))
    return json(response, 404, { error: 'nothing is here' });
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    return json(response, 405, { error: 'only GET' });
  }
  if (path === '/healthz') return json(response, 200, { ok: true });
  if (path === '/readyz') {
    const { ready, checks } = await readiness(of);
    return json(response, ready ? 200 : 503, { ready, ...checks });
  }
  const figures = await within(readMetrics(of.orchestrator.db.sql)).catch(() => null);
  response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
  response.end(metricsText(figures, of.channels, of.breakers?.()));
}

/** Listens. Throws `config_invalid` when the port cannot be had. */
export async function startServer(of: WebSettings): Promise<WebServer> {
  const server = createServer({ ...defaultLimits, ...of.limits }, (request, response) => {
    void answer(of, request, response).catch(() => {
      if (!response.headersSent) json(response, 500, { error: 'could not be answered' });
    });
  });
  await listen(server, of);
  // Such as no file handle left for a connection: nobody who knocks ends the process.
  server.on('error', ({ code }: NodeJS.ErrnoException) => of.log.warn({ code }, 'a connection was not taken'));
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
        // Who holds a connection open for longer than a stop may take is cut.
        AbortSignal.timeout(lookMs).addEventListener('abort', () => server.closeAllConnections());
      }),
  };
}

function listen(server: Server, { port, host }: WebSettings): Promise<void> {
  return new Promise((resolve, reject) => {
    const refused = (cause: NodeJS.ErrnoException) => {
      const path = ['EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN'].includes(String(cause.code)) ? 'HOST' : 'PORT';
      const hint =
        cause.code === 'EADDRINUSE'
          ? 'is in use by another process: stop that one, or set another port'
          : `cannot be listened on (${cause.code}): set another one`;
      const problems = [{ code: 'setting_invalid', path, hint }];
      reject(new BatonError('config_invalid', `${path} ${hint}.`, { problems, cause }));
    };
    server.once('error', refused);
    server.listen(port, host, () => {
      server.off('error', refused);
      resolve();
    });
  });
}
