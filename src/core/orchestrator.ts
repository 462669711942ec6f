/**
 * Puts the parts together: one process of Baton. With `work` it is a pair of hands; without, a client that begins runs,
 * answers and looks, while others do the work.
 */
import type { Transporter } from '../contracts/agent.ts';
import type { Channel } from '../contracts/channel.ts';
import type { Configuration } from '../contracts/config.ts';
import type { Provider } from '../contracts/model.ts';
import type { PriceTable } from '../contracts/price.ts';
import { createCaller } from './caller.ts';
import { createCommitter } from './committer.ts';
import { createConsole } from './console/console.ts';
import { createTurnstile } from './console/turnstile.ts';
import { createDesk, type Desk } from './desk.ts';
import { digest } from './digest.ts';
import { createHall } from './hall.ts';
import { createHub } from './hub.ts';
import { createOutbox } from './outbox.ts';
import { createClock, type Log } from './ports.ts';
import { createReception } from './reception.ts';
import { addressesOf } from './registry/people.ts';
import { assertReachable } from './registry/reach.ts';
import { createRegistry, type Registry, resolveDeciders } from './registry.ts';
import { assertUsable, type Database, openDatabase, patiently } from './store/database.ts';
import { createDefinitions, type StoredDefinition, writeDefinitions } from './store/definitions.ts';
import { forgetBookings, limitsOf } from './store/ledger.ts';
import { askElsewhere } from './store/unshown.ts';
import { createSweeper } from './sweeper.ts';
import { Worker } from './worker.ts';

export interface OrchestratorSettings {
  databaseUrl: string;
  databaseDirectUrl?: string | undefined;
  configuration: Configuration;
  transporters: readonly Transporter[];
  provider: Provider;
  channels?: readonly Channel[];
  /** What models cost. */
  prices?: readonly PriceTable[];
  log: Log;
  /** Runs at once in this process. */
  concurrency?: number;
  leaseMs?: number;
  drainMs?: number;
  outbox?: { leaseMs?: number; sendLimitMs?: number };
}

export interface Orchestrator {
  readonly desk: Desk;
  readonly registry: Registry;
  readonly db: Database;
  /** What understands and plans. */
  readonly provider: Provider;
  /** The number of runs in hand. */
  readonly busy: () => number;
  /** Stores the definitions, connects channels, and begins to work. */
  start(): Promise<void>;
  /** Lets go of everything, in an order that loses nothing. */
  stop(): Promise<void>;
  /** One sweep now. */
  sweep(): Promise<void>;
}

const defaults = { concurrency: 64, leaseMs: 30_000, drainMs: 10_000 };

/** Checks the whole configuration; throws `config_invalid` with every problem before anything is touched. */
export function createOrchestrator(given: OrchestratorSettings): Orchestrator {
  const settings = { ...defaults, ...given };
  const { log, channels = [] } = settings;
  const registry = createRegistry(settings.configuration);
  assertReachable(registry, settings.transporters);
  const db = openDatabase({ url: settings.databaseUrl, directUrl: settings.databaseDirectUrl });
  const definitions = createDefinitions(db.sql, registry.definitions);
  const hub = createHub();
  const { estimate = {}, models = {} } = settings.configuration;
  const pricing = { tables: given.prices ?? [], definition: estimate, models };
  const desk = createDesk({ db, registry, definitions, hub, pricing });
  const answering = createConsole({
    db,
    desk,
    registry,
    turnstile: createTurnstile(channels, registry.tasksPerMinute),
  });
  const reception = createReception(db, desk, log, channels, answering);
  const clock = createClock();
  const outbox = createOutbox({ db, channels, definitions, people: registry.people, log, ...settings.outbox });
  const tools = {
    db,
    clock,
    log,
    registry,
    definitions,
    provider: settings.provider,
    leaseMs: settings.leaseMs,
    limits: limitsOf(settings.configuration.budgets ?? {}),
    committer: createCommitter(db.sql),
    caller: createCaller(registry, settings.transporters),
    people: (who: Parameters<typeof resolveDeciders>[1]) => resolveDeciders(registry, who),
    addresses: (person: string) => addressesOf(registry.people, person),
    onCommit: (run: string) => {
      hub.tell(run);
      if (channels.length > 0) outbox.poke();
    },
  };
  const worker = new Worker(tools, settings, ({ kind, run }) => {
    if (kind === 'journal') hub.tell(run);
    if (kind === 'post') outbox.poke();
  });
  const sweeper = createSweeper(db.sql, log, [
    () => reception.sweep(),
    () => worker.poke(),
    () => outbox.poke(),
    () => forgetBookings(db.sql),
    () => askElsewhere(db.sql),
  ]);
  return {
    desk,
    registry,
    db,
    provider: settings.provider,
    busy: () => worker.busy,
    start: async () => {
      const { durable } = await assertUsable(db.sql);
      if (!durable) log.warn({}, 'Postgres does not wait for the disk: what was accepted can be lost');
      const kept = [...registry.definitions, ...promptsOf(registry, settings)];
      await patiently(() => writeDefinitions(db.sql, kept));
      await settings.configuration.prepare?.();
      await worker.start();
      outbox.start();
      for (const channel of channels) await channel.start(createHall(channel, { db, desk, registry, reception }));
      sweeper.start();
    },
    stop: async () => {
      await sweeper.stop();
      for (const channel of channels) await channel.stop();
      await worker.stop();
      await outbox.stop();
      await settings.configuration.close?.();
      await db.close();
    },
    sweep: () => sweeper.sweep(),
  };
}

/** What models are told, under the digests that the journal names. */
function promptsOf(
  { agents }: Registry,
  { provider, transporters }: Pick<OrchestratorSettings, 'provider' | 'transporters'>,
): StoredDefinition[] {
  const ofAgents = [...agents.values()].flatMap(({ agent }) => {
    const told = transporters.find((one) => one.handles(agent))?.instructions?.(agent);
    return told ? [told] : [];
  });
  const all = new Set([...(provider.instructions ?? []), ...ofAgents]);
  return [...all].map((body) => ({ digest: digest(body), kind: 'prompt', body }));
}
