/** Servers that tests of transports call: over real sockets, on ports of their own, gone with their scope. */
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createSocketServer, type Socket } from 'node:net';

export async function listening(server: ReturnType<typeof createSocketServer>, scheme = 'http') {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const origin = `${scheme}://127.0.0.1:${port}`;
  return {
    port,
    origin,
    url: `${origin}/pay?token=s3cret`,
    connections: () => sockets.size,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

export const serve = (listener: RequestListener) => listening(createServer(listener));

export const answering = (status: number, body: string | Buffer = '', headers: Record<string, string> = {}) =>
  serve((_, response) => response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body));

/** A server below HTTP: it reads the request's head, then does what it likes. */
export const raw = (then: (socket: Socket) => void) =>
  listening(createSocketServer((socket) => socket.once('data', () => then(socket))));
