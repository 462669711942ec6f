/**
 * A channel whose platform is a table of the same database: what people would see, and what they said, survives whoever
 * is killed. Updates are handed in again and again until one process has confirmed them, as platforms do.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import type { Card } from '../../src/contracts/card.ts';
import type { Channel, Hall, Inbound } from '../../src/contracts/channel.ts';
import { isConnectionLoss } from '../../src/core/store/database.ts';

export const roomTables = `
  create table room (
    message int generated always as identity primary key, conversation text not null, card jsonb not null,
    sends int not null default 1
  );
  create table updates (
    key text primary key, body jsonb not null, receipt jsonb, at timestamptz not null default clock_timestamp()
  );`;

export interface Message {
  message: number;
  card: Card;
  sends: number;
}

/** The first sends of a process take so long, or are asked to come again. */
export interface Manners {
  slow?: number;
  later?: number;
}

export const hall = 'room:hall';

const slowMs = 900;
const retryAfterMs = 260;

export function createRoom(url: string, { slow = 0, later = 0 }: Manners = {}): Channel & { close(): Promise<void> } {
  const sql = postgres(url, { max: 3, onnotice: () => {}, fetch_types: false });
  let sends = 0;
  let stopped = false;
  let listening: Promise<void> | null = null;

  const read = async (receive: Hall['receive']) => {
    const waiting = await sql<{ key: string; body: Inbound }[]>`
      select key, body from updates where receipt is null order by at`;
    for (const { key, body } of waiting) {
      const receipt = await receive(body).catch(() => null);
      if (receipt) await sql`update updates set receipt = ${JSON.stringify(receipt)}::text::jsonb where key = ${key}`;
    }
  };
  /** The platform's own way to its updates breaks on bad days as well, and is not what is tried here. */
  const listen = async (receive: Hall['receive']) => {
    while (!stopped) {
      await read(receive).catch((error: unknown) => {
        if (!isConnectionLoss(error)) throw error;
      });
      await sleep(15);
    }
  };

  return {
    name: 'room',
    start: async (hall) => {
      listening = listen(hall.receive);
    },
    stop: async () => {
      stopped = true;
      await listening;
    },
    send: async ({ conversation, card, message }) => {
      sends += 1;
      if (sends <= later) return { state: 'later', retryAfterMs };
      if (sends <= slow) await sleep(slowMs);
      const shown = JSON.stringify(card);
      const [row] =
        message === null
          ? await sql<{ message: number }[]>`
              insert into room (conversation, card) values (${conversation}, ${shown}::text::jsonb) returning message`
          : await sql<{ message: number }[]>`
              update room set card = ${shown}::text::jsonb, sends = sends + 1 where message = ${Number(message)}
              returning message`;
      return row ? { state: 'sent', message: String(row.message) } : { state: 'gone', why: 'no such message' };
    },
    close: () => sql.end({ timeout: 1 }),
  };
}
