/**
 * Connections for transactions, each had by one transaction at a time.
 *
 * Neither `sql.begin` nor `reserve` of postgres.js is used: BEGIN may go out on a connection that is not reserved, with
 * other statements inside it (porsager/postgres issues 1189 and 1204); a reserved connection that was closed crashes the
 * process when it is written to; and it may be opened again for somebody else, so that the rest of a transaction would
 * run elsewhere. Here a connection is a client of its own, and once it has closed it is never used again.
 */
import type postgres from 'postgres';
import { connectionLoss, isConnectionLoss } from './failure.ts';
import { inTime, supervised } from './silence.ts';

export interface SlotSettings {
  max: number;
  /** How long a statement is waited for. */
  limitMs: number;
  /** How long a transaction waits for a row that another one has. */
  lockMs: number;
  /** How long a transaction may do nothing: a client that froze inside one must not keep its rows. */
  idleMs: number;
}

interface Slot {
  client: postgres.Sql;
  openedAt: number;
  lost: boolean;
}

/** What one transaction says, in order. */
interface Talk {
  slot: Slot;
  sql: postgres.Sql;
  /** From now on nothing more is sent. */
  end(): void;
}

export interface Slots {
  transaction<T>(act: (sql: postgres.ISql) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Between transactions, so that the driver never closes a connection inside one. */
const longestLifeMs = 30 * 60_000;

/** `open` makes a client of one connection and calls `onclose` when that is gone. */
export function createSlots(open: (onclose: () => void) => postgres.Sql, settings: SlotSettings): Slots {
  const all = new Set<Slot>();
  const idle: Slot[] = [];
  const waiting: (() => void)[] = [];
  let taken = 0;
  let closed = false;
  const opening = `begin; set local lock_timeout = ${settings.lockMs};
    set local idle_in_transaction_session_timeout = ${settings.idleMs}`;

  const openSlot = (): Slot => {
    const slot: Slot = { client: open(() => lose(slot)), openedAt: performance.now(), lost: false };
    all.add(slot);
    return slot;
  };

  const lose = (slot: Slot) => {
    if (slot.lost) return;
    slot.lost = true;
    all.delete(slot);
    if (idle.includes(slot)) idle.splice(idle.indexOf(slot), 1);
    void slot.client.end({ timeout: 0 });
  };

  /** One statement after the other: what waits inside the driver when a connection breaks is sent on the next one. */
  const talkOn = (slot: Slot): Talk => {
    let last: Promise<unknown> = Promise.resolve();
    let over = false;
    const sql = supervised(
      () => slot.client,
      (send) => {
        const answer = last.then(async () => {
          if (slot.lost || over) throw connectionLoss();
          return inTime(settings.limitMs, send());
        });
        // Between an error of the socket and its end a further statement would never be answered.
        last = answer.catch((error: unknown) => isConnectionLoss(error) && lose(slot));
        return answer;
      },
    );
    return { slot, sql, end: () => (over = true) };
  };

  /** Nothing has happened yet when a connection that nobody used for a while turns out to be gone: one more try. */
  const begin = async (): Promise<Talk> => {
    if (closed) throw connectionLoss();
    const used = idle.pop();
    const talk = talkOn(used ?? openSlot());
    try {
      await talk.sql.unsafe(opening);
      return talk;
    } catch (error) {
      lose(talk.slot);
      if (!used || !isConnectionLoss(error)) throw error;
      for (const one of idle.splice(0)) lose(one);
      return begin();
    }
  };

  const attempt = async <T>(act: (sql: postgres.ISql) => Promise<T>): Promise<T> => {
    const talk = await begin();
    const { slot, sql } = talk;
    try {
      const result = await act(sql);
      await sql`commit`;
      return result;
    } catch (error) {
      // The server rolls back by itself what was open on a connection that is gone.
      await sql`rollback`.catch(() => lose(slot));
      throw error;
    } finally {
      talk.end();
      if (performance.now() - slot.openedAt > longestLifeMs) lose(slot);
      if (!slot.lost) idle.push(slot);
    }
  };

  return {
    transaction: async (act) => {
      if (taken < settings.max) taken += 1;
      else await new Promise<void>((turn) => waiting.push(turn));
      try {
        return await attempt(act);
      } finally {
        const next = waiting.shift();
        if (next) next();
        else taken -= 1;
      }
    },
    close: async () => {
      closed = true;
      await Promise.all([...all].map(({ client }) => client.end({ timeout: 1 })));
    },
  };
}
