/**
 * A server of a sample, on 127.0.0.1 alone. It listens once it is wanted, on a port that is made of the deployment's
 * name: so all processes of a deployment mean the same address, and whichever comes first holds it for the others.
 */
import { createHash } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';

export interface SampleServer {
  origin: string;
  /** The entry of `network.allow` that lets it be reached. */
  entry: string;
  /** Resolves once somebody listens there. */
  wake(): Promise<void>;
  close(): Promise<void>;
}

/** `firstPort` is below the ports that Linux gives to outgoing connections, and each sample has a range of its own. */
export function createSampleServer(
  deployment: string,
  { firstPort, ports }: { firstPort: number; ports: number },
  answer: RequestListener,
): SampleServer {
  const port = firstPort + (createHash('sha256').update(deployment).digest().readUInt32BE(0) % ports);
  const server = createServer(answer);
  // It never keeps a process alive.
  server.unref();

  let starting: Promise<void> | undefined;
  const listen = (): Promise<void> =>
    new Promise((resolve) => {
      // A port that is taken is held by another process of this deployment, or by a stranger: who calls it will tell.
      const settled = () => {
        server.off('error', settled).off('listening', settled);
        resolve();
      };
      server.once('error', settled).once('listening', settled);
      server.listen(port, '127.0.0.1');
    });

  return {
    origin: `http://127.0.0.1:${port}`,
    entry: `127.0.0.1:${port}`,
    wake: async () => {
      if (server.listening) return;
      starting ??= listen().finally(() => {
        starting = undefined;
      });
      await starting;
    },
    close: () =>
      new Promise((resolve) => {
        if (!server.listening) return resolve();
        server.close(() => resolve());
        return server.closeAllConnections();
      }),
  };
}
