/**
 * A door between a client and Postgres that can be slow, slam, or stand half open. It listens on 127.0.0.1 and leads to
 * wherever the URL leads, a unix socket mostly. Bytes of one client chunk stay together, so that a message is either
 * through or not.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type NetConnectOpts, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/**
 * - `pass`: hands everything on. `{ delayMs }`: hands it on later, in order.
 * - `reset`: ends what comes in with a reset.
 * - `half-open`: takes connections and bytes, and hands nothing on. A connection that saw this never recovers.
 */
export type Mode = 'pass' | 'reset' | 'half-open' | { delayMs: number };

export interface Proxy {
  /** The URL of the database through this door. */
  readonly url: string;
  /** Connections that are open now. */
  readonly open: number;
  /** From now on, for connections old and new. */
  set(mode: Mode): void;
  /**
   * Cuts once, at the first client message that matches: `before` it reaches the server, or `after` the server has
   * answered it to the end, of which the client hears nothing. Resolves when it is cut.
   */
  cut(when: 'before' | 'after', matches?: (message: Buffer) => boolean): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

interface Cut {
  when: 'before' | 'after';
  matches: (message: Buffer) => boolean;
  done: () => void;
}

interface Pair {
  client: Socket;
  server: Socket;
  /** Was open while the door stood half open. */
  deaf: boolean;
  /** Set while the answer to a message is awaited, to be cut. */
  cutting: (() => void) | null;
}

/** Postgres has finished with what it was sent: "ready for query", with its state of transaction. */
const isReady = (data: Buffer): boolean => {
  const end = data.subarray(-6);
  return end.length === 6 && end[0] === 0x5a && end.readUInt32BE(1) === 5;
};

export async function createProxy(databaseUrl: string): Promise<Proxy> {
  const target = targetOf(databaseUrl);
  const pairs = new Set<Pair>();
  let mode: Mode = 'pass';
  let cut: Cut | null = null;
  /** What is on its way to a socket, to the last of it: a chunk that need not wait overtakes none that does. */
  const late = new WeakMap<Socket, Promise<void>>();

  const sever = ({ client, server }: Pair) => {
    client.resetAndDestroy();
    server.destroy();
  };

  /** Hands a chunk on in the present mode. */
  const hand = (pair: Pair, to: Socket, data: Buffer) => {
    if (pair.deaf) return;
    const before = late.get(to);
    if (typeof mode !== 'object' && !before) return void to.write(data);
    const mine = Promise.all([before, typeof mode === 'object' && pause(mode.delayMs)]).then(() => {
      if (late.get(to) === mine) late.delete(to);
      if (to.writable) to.write(data);
    });
    late.set(to, mine);
  };

  const fromClient = (pair: Pair, data: Buffer) => {
    if (!cut?.matches(data)) return hand(pair, pair.server, data);
    const { when, done } = cut;
    cut = null;
    const end = () => {
      sever(pair);
      done();
    };
    if (when === 'before') return end();
    pair.cutting = end;
    return hand(pair, pair.server, data);
  };

  const fromServer = (pair: Pair, data: Buffer) => {
    if (!pair.cutting) return hand(pair, pair.client, data);
    // What comes before the end is part of a conversation that the client needs to go on with.
    return isReady(data) ? pair.cutting() : hand(pair, pair.client, data);
  };

  const listener = createServer((client) => {
    client.on('error', () => {});
    if (mode === 'reset') return void client.resetAndDestroy();
    const server = connect(target);
    const pair: Pair = { client, server, deaf: mode === 'half-open', cutting: null };
    pairs.add(pair);
    server.on('error', () => client.resetAndDestroy());
    client.on('data', (data) => fromClient(pair, data));
    server.on('data', (data) => fromServer(pair, data));
    client.on('close', () => {
      pairs.delete(pair);
      server.destroy();
    });
    server.on('close', () => {
      if (!pair.deaf) client.destroy();
    });
    return undefined;
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;

  return {
    url: databaseUrl.replace(/^(postgres(?:ql)?:\/\/(?:[^@/]*@)?)[^/]*/, `$1127.0.0.1:${port}`),
    get open() {
      return pairs.size;
    },
    set: (wanted) => {
      mode = wanted;
      for (const pair of pairs) {
        if (wanted === 'half-open') pair.deaf = true;
        if (wanted === 'reset') sever(pair);
      }
    },
    cut: (when, matches = () => true) =>
      new Promise((done) => {
        cut = { when, matches, done };
      }),
    [Symbol.asyncDispose]: async () => {
      const closed = once(listener, 'close');
      listener.close();
      for (const pair of pairs) sever(pair);
      await closed;
    },
  };
}

/** The socket behind a URL; see src/postgres/address.ts for the comma. */
function targetOf(databaseUrl: string): NetConnectOpts {
  const [, host = '', port = '5432'] = /^postgres(?:ql)?:\/\/(?:[^@/]*@)?([^:/]*)(?::(\d+))?/.exec(databaseUrl) ?? [];
  const folder = decodeURIComponent(host);
  if (!folder.startsWith('/')) return { host: folder, port: Number(port) };
  return { path: `${folder.replace(/\/,$/, '')}/.s.PGSQL.${port}` };
}
