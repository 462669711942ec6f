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
import type { ModelSettings } from './model-settings.ts';
import type { TieredModels } from './models/models.ts';
import { priceTables } from './models/prices/tables.ts';
import { ownModule } from './own.ts';
import { bringUpToDate, findPlace, type PlaceSettings } from './place.ts';
import { openThinking } from './thinking.ts';
import { createTransporters } from './transporters.ts';

/** One process of Baton, as its composer wants it. */
export interface Deployment extends PlaceSettings {
  /** The providers of models for which there are keys. Absent: none. */
  models?: ModelSettings | undefined;
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
  /** Null where no model is asked. */
  readonly models: TieredModels | null;
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
    const keys = deployment.models ?? { openai: null, gigachat: null };
    const thinking = await openThinking(keys, configuration, { directUrl: place.directUrl ?? place.url }, log);
    releases.push(thinking.close);
    const orchestrator = createOrchestrator({
      databaseUrl: place.url,
      databaseDirectUrl: place.directUrl,
      configuration,
      transporters: createTransporters(configuration, isolate?.(place.url), thinking.models),
      provider: thinking.provider,
      prices: priceTables,
      log,
      ...(channels && { channels }),
      ...numbersOf(deployment),
    });
    releases.push(() => orchestrator.stop());
    await bringUpToDate(place);
    const closing = (release: () => Promise<void>) => void releases.splice(1, 0, release);
    return { orchestrator, models: thinking.models, closing, close };
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
