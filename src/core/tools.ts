/** Everything a worker shares among the runs it drives. */
import type { Deciders } from '../contracts/escalation.ts';
import type { Provider } from '../contracts/model.ts';
import type { Caller } from './caller.ts';
import type { Committer } from './committer.ts';
import type { Clock, Log } from './ports.ts';
import type { Registry } from './registry.ts';
import type { Database } from './store/database.ts';
import type { Definitions } from './store/definitions.ts';
import type { Limit } from './store/ledger.ts';

export interface Tools {
  db: Database;
  committer: Committer;
  caller: Caller;
  provider: Provider;
  registry: Registry;
  definitions: Definitions;
  /** What a run and a day may take. */
  limits: readonly Limit[];
  people: (deciders: Deciders) => string[];
  addresses: (person: string) => string[];
  clock: Clock;
  log: Log;
  leaseMs: number;
  /** Something of the run was committed by this process. */
  onCommit: (run: string, over: boolean) => void;
}

/** The tools of a worker's drivers. */
export interface DriverTools extends Tools {
  /** Whether the worker can still be sure of its leases. */
  holdsLeases: () => boolean;
  /** Gives a run back that cannot be driven now. */
  rest: (run: string, epoch: number, ms: number) => Promise<void>;
}
