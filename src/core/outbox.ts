/** Sends what posts wish for. */
import type { Channel } from '../contracts/channel.ts';
import type { Log } from './ports.ts';
import type { Database } from './store/database.ts';
import type { Definitions } from './store/definitions.ts';

export interface Outbox {
  start(): void;
  poke(): void;
  flush(): Promise<void>;
  stop(): Promise<void>;
}

export function createOutbox(_: {
  db: Database;
  channels: readonly Channel[];
  definitions: Definitions;
  log: Log;
}): Outbox {
  return { start: () => {}, poke: () => {}, flush: async () => {}, stop: async () => {} };
}
