/**
 * Composes Baton: the only place that knows both the core and the ways in and out of it. Whoever opens it closes it;
 * what was opened on the way to a failure is closed before the failure is told.
 */
import type { IsolateOptions } from './agents/function.ts';
import { isolatedEnvironment } from './config.ts';
import type { Channel } from './contracts/channel.ts';
import type { Configuration, Environment } from './contracts/config.ts';
import { createOrchestrator, type Orchestrator } from './core/orchestrator.ts';
import type { Log } from './core/ports.ts';
import { createRules } from './models/rules.ts';
import { ownModule } from './own.ts';
import { bringUpToDate, findPlace, type PlaceSettings } from './place.ts';
import { createTransporters } from './transporters.ts';

/** One process of Baton, as its composer wants it. */
export interface Deployment extends PlaceSettings {
  /** Makes the configuration, once the address of the database is known. */
  configure(databaseUrl: string): Promise<Configuration>;
  /** How agents that want a process of their own get one. Absent: they are not called. */
  isolate?(databaseUrl: string): IsolateOptions;
  channels?: readonly Channel[] | undefined;
  log: Log;
  /** Runs at once. */
  concurrency?: number | undefined;
  leaseMs?: number | undefined;
  drainMs?: number | undefined;
  /** Hears, in a line for people, what takes longer than a moment. */
  onProgress?: ((line: string) => void) | undefined;
}

export interface Baton {
  readonly orchestrator: Orchestrator;
  /** Something more to let go of: once nothing works any more, and before the database goes. */
  closing(release: () => Promise<void>): void;
  /** Finishes what runs, lets go of everything, and stops the embedded database when nobody else uses it. */
  close(): Promise<void>;
}

/**
 * Opens the database and the configuration, and brings the tables to this version; nothing works before
 * `orchestrator.start()`. Throws `config_…` and `database_…` errors, with nothing left open.
 */
export async function composeBaton(deployment: Deployment): Promise<Baton> {
  const place = await findPlace(deployment, deployment.onProgress ?? (() => {}));
  const releases: (() => Promise<void>)[] = [place.release];
  const close = async () => {
    for (const release of releases.splice(0).reverse()) await release();
  };
  try {
    const { configure, isolate, channels, log } = deployment;
    const configuration = await configure(place.url);
    const orchestrator = createOrchestrator({
      databaseUrl: place.url,
      databaseDirectUrl: place.directUrl,
      configuration,
      transporters: createTransporters(configuration, isolate?.(place.url)),
      provider: createRules(),
      log,
      ...(channels && { channels }),
      ...numbersOf(deployment),
    });
    releases.push(() => orchestrator.stop());
    await bringUpToDate(place);
    return { orchestrator, closing: (release) => void releases.splice(1, 0, release), close };
  } catch (error) {
    await close().catch(() => {});
    throw error;
  }
}

/** Agents that want a process of their own get one that loads the configuration file again. */
export const isolateWith =
  (configFile: string, env: Environment['env']) =>
  (databaseUrl: string): IsolateOptions => ({
    isolateEntry: ownModule('isolated'),
    isolateArgs: [configFile],
    isolateEnv: isolatedEnvironment(env, databaseUrl),
  });

/** An absent number is the core's own default, which `undefined` would hide. */
const numbersOf = ({ concurrency, leaseMs, drainMs }: Deployment) => ({
  ...(concurrency !== undefined && { concurrency }),
  ...(leaseMs !== undefined && { leaseMs }),
  ...(drainMs !== undefined && { drainMs }),
});
