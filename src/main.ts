/** Opens the deployment that the settings of this process name: what every command of the command line begins with. */
import { type Baton, composeBaton, isolateWith } from './compose.ts';
import { processEnvironment, type Settings } from './config.ts';
import { loadConfiguration } from './load.ts';
import { createLog } from './log.ts';

export type { Baton } from './compose.ts';
export { migrateDatabase } from './place.ts';

export interface OpenOptions {
  /** Take runs and drive them. Without it, the process only looks and writes down what people say. */
  work: boolean;
  /** Hears, in a line for people, what takes longer than a moment. */
  onProgress?: (line: string) => void;
  /** Takes the lines of the log; stderr by default. */
  onLog?: (line: string) => void;
}

/** Opens the deployment of these settings. Throws `config_…` and `database_…` errors, with nothing left open. */
export async function openBaton(settings: Settings, { work, onProgress, onLog }: OpenOptions): Promise<Baton> {
  const env = processEnvironment();
  const { configFile, logLevel } = settings;
  const baton = await composeBaton({
    ...settings,
    configure: (databaseUrl) => loadConfiguration(configFile, { databaseUrl, env }),
    isolate: isolateWith(configFile, env),
    log: createLog(logLevel, env, onLog),
    onProgress,
  });
  try {
    if (work) await baton.orchestrator.start();
    return baton;
  } catch (error) {
    await baton.close().catch(() => {});
    throw error;
  }
}
