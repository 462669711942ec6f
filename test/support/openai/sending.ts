/** An answer on its way, in each of the ways that it can come or not come. */
import type { ServerResponse } from 'node:http';
import { setImmediate, setTimeout } from 'node:timers/promises';
import type { Answer } from './answers.ts';
import type { Accepted } from './ledger.ts';

/** Sends the body as the answer says, and keeps in the record how far it came. */
export async function send(
  response: ServerResponse,
  given: Answer,
  body: string,
  record: Accepted,
  changed: () => void,
) {
  const bytes = Buffer.from(body);
  response.once('close', () => {
    record.end = response.writableFinished ? 'answered' : 'broken';
    changed();
  });
  if (given.way === 'hang') return;
  if (given.way === 'reset') return void response.socket?.resetAndDestroy();
  response.writeHead(given.status, { 'content-length': bytes.length, ...given.headers });
  if (given.way === 'whole') return void response.end(bytes);
  response.flushHeaders();
  if (given.way === 'cut') {
    response.write(bytes.subarray(0, bytes.length >> 1), () => response.socket?.resetAndDestroy());
    return;
  }
  for (const byte of bytes) {
    if (response.destroyed) return;
    response.write(Uint8Array.of(byte));
    record.sent += 1;
    changed();
    await (given.everyMs ? setTimeout(given.everyMs) : setImmediate());
  }
  response.end();
}
