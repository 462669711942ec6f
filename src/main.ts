/**
 * Composes Baton: the only place that knows both the core and the ways in and out of it. Whoever opens it closes it;
 * what was opened on the way to a failure is closed before the failure is told.
 */
import { createFunctionTransporter } from './agents/function.ts';
import { createWebhookTransporter } from './agents/webhook.ts';
import { isolatedEnvironment, processEnvironment, type Settings } from './config.ts';
import { BatonError } from './contracts/error.ts';
import { createOrchestrator, type Orchestrator } from './core/orchestrator.ts';
import { assertUsable, isConnectionLoss, openDatabase, reasonOf } from './core/store/database.ts';
import { migrate } from './core/store/migrate.ts';
import { loadConfiguration } from './load.ts';
import { createLog } from './log.ts';
import { createRules } from './models/rules.ts';

export interface OpenOptions {
  /** Take runs and drive them. Without it, the process only looks and writes down what people say. */
  work: boolean;
  /** Hears, in a line for people, what takes longer than a moment. */
  onProgress?: (line: string) => void;
}

export interface Baton {
  readonly orchestrator: Orchestrator;
  /** Finishes what runs, lets go of everything, and stops the embedded database when nobody else uses it. */
  close(): Promise<void>;
}

interface Place {
  url: string;
  directUrl: string | undefined;
  release(): Promise<void>;
}

/** Longer than this is worth a word. */
const momentMs = 700;

/** Opens the deployment of these settings. Throws `config_…` and `database_…` errors, with nothing left open. */
export async function openBaton(settings: Settings, { work, onProgress = () => {} }: OpenOptions): Promise<Baton> {
  const place = await findDatabase(settings, onProgress);
  const releases = [place.release];
  const close = async () => {
    for (const release of releases.splice(0).reverse()) await release();
  };
  try {
    const orchestrator = await compose(settings, place);
    releases.push(() => orchestrator.stop());
    await bringUpToDate(place);
    if (work) await orchestrator.start();
    return { orchestrator, close };
  } catch (error) {
    await close().catch(() => {});
    throw error;
  }
}

/** Brings the tables to this version and says how many migrations that took. */
export async function migrateDatabase(settings: Settings, onProgress: (line: string) => void = () => {}) {
  const place = await findDatabase(settings, onProgress);
  try {
    return await bringUpToDate(place);
  } finally {
    await place.release();
  }
}

async function compose(settings: Settings, { url, directUrl }: Place): Promise<Orchestrator> {
  const env = processEnvironment();
  const configuration = await loadConfiguration(settings.configFile, { databaseUrl: url, env });
  const isolated = {
    isolateEntry: new URL('./isolated.ts', import.meta.url),
    isolateArgs: [settings.configFile],
    isolateEnv: isolatedEnvironment(env, url),
  };
  return createOrchestrator({
    databaseUrl: url,
    databaseDirectUrl: directUrl,
    configuration,
    transporters: [createFunctionTransporter(isolated), createWebhookTransporter({})],
    provider: createRules(),
    log: createLog(settings.logLevel, env),
    concurrency: settings.concurrency,
    leaseMs: settings.leaseMs,
  });
}

/** The database that the settings name, or else one of our own below the home. */
async function findDatabase(settings: Settings, onProgress: (line: string) => void): Promise<Place> {
  const { databaseUrl, databaseDirectUrl, home } = settings;
  if (databaseUrl !== undefined) return { url: databaseUrl, directUrl: databaseDirectUrl, release: async () => {} };
  const { EmbeddedPostgresError, startEmbedded, toUrl } = await import('./postgres/index.ts');
  let step = `Joining the database in ${home}`;
  const wait = setTimeout(() => onProgress(`${step} …`), momentMs);
  try {
    const server = await startEmbedded({
      home,
      onProgress: (line) => {
        step = line;
      },
    });
    return { url: toUrl(server.address), directUrl: undefined, release: () => server.stop() };
  } catch (cause) {
    if (!(cause instanceof EmbeddedPostgresError)) throw cause;
    throw new BatonError('database_unreachable', cause.message, { cause });
  } finally {
    clearTimeout(wait);
  }
}

/** Whoever cannot be reached, or is not what we need, is told as such before the tables are touched. */
async function bringUpToDate({ url, directUrl = url }: Place): Promise<number> {
  const db = openDatabase({ url: directUrl });
  try {
    await assertUsable(db.sql);
    return await migrate({ url: directUrl });
  } catch (error) {
    if (!isConnectionLoss(error)) throw error;
    throw new BatonError('database_unreachable', `Postgres went away (${reasonOf(error)}).`, { cause: error });
  } finally {
    await db.close();
  }
}
