/**
 * Shows what posts wish for. Wishes are reconciled and not fired: what is sent is rendered at that moment from the
 * run's journal, so that any number of changes since the last send are one edit. Each channel has a sender of its own;
 * one that fails does not hold up the others.
 */
import type { Channel } from '../contracts/channel.ts';
import type { Log } from './ports.ts';
import type { Sources } from './reading.ts';
import { Sender } from './sender.ts';

export interface Outbox {
  /** Looks for what was left behind. */
  start(): void;
  /** There may be new posts. */
  poke(): void;
  /** Sends everything that can be sent now; resolves when that is done. Never rejects. */
  flush(): Promise<void>;
  /** Finishes the sends in hand, and lets other processes go on at once. */
  stop(): Promise<void>;
}

export interface OutboxSettings extends Sources {
  channels: readonly Channel[];
  log: Log;
  /** How long another process waits for a sender that died. */
  leaseMs?: number;
  sendLimitMs?: number;
}

const defaults = { leaseMs: 15_000, sendLimitMs: 30_000 };

export function createOutbox({ channels, ...given }: OutboxSettings): Outbox {
  const senders = channels.map((channel) => new Sender(channel, { ...defaults, ...given }));
  const flush = async () => {
    await Promise.all(senders.map((sender) => sender.flush()));
  };
  const poke = () => void flush();
  return {
    start: poke,
    poke,
    flush,
    stop: async () => {
      await Promise.all(senders.map((sender) => sender.stop()));
    },
  };
}
