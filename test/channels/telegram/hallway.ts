/** The server of a process, on which Telegram's webhook comes in. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Door } from '../../../src/channels/door.ts';

/** A server that opens a door as soon as there is one. */
export async function hallway() {
  const doors: Door[] = [];
  const server = createServer((request, response) => {
    const door = doors.find(({ path }) => path === request.url);
    if (door) door.handle(request, response);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/telegram`;
  return {
    url,
    doors,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
