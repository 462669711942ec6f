/** Opens the deployment that the settings of this process name: what every command of the command line begins with. */
import { openChats } from './chats.ts';
import { type Baton, composeBaton, isolateWith } from './compose.ts';
import { processEnvironment, type Settings } from './config.ts';
import { loadConfiguration } from './load.ts';
import { createLog } from './log.ts';

export type { Baton } from './compose.ts';
export { migrateDatabase } from './place.ts';

export interface OpenOptions {
  /** Take runs and drive them. Without it, the process only looks and writes down what people say. */
  work: boolean;
  /** Be in the chats that the settings turn on, and listen where they say. */
  chats?: boolean;
  /** Hears, in a line for people, what takes longer than a moment. */
  onProgress?: (line: string) => void;
  /** Takes the lines of the log; stderr by default. */
  onLog?: (line: string) => void;
}

/** Opens the deployment of these settings. Throws `config_…` and `database_…` errors, with nothing left open. */
export async function openBaton(settings: Settings, options: OpenOptions): Promise<Baton> {
  const { work, chats = false, onProgress, onLog } = options;
  const env = processEnvironment();
  const { configFile, logLevel, http } = settings;
  const log = createLog(logLevel, env, onLog);
  const { channels, doors } = chats ? await openChats(settings, log) : { channels: [], doors: [] };
  const baton = await composeBaton({
    ...settings,
    models: { openai: settings.openai, gigachat: settings.gigachat },
    configure: (databaseUrl) => loadConfiguration(configFile, { databaseUrl, env }),
    isolate: isolateWith(configFile, env),
    log,
    channels,
    onProgress,
  });
  try {
    if (!work) return baton;
    const { orchestrator } = baton;
    // Whoever knocks before the channels have begun, or after they have ended, is asked to come again.
    if (chats && http) {
      const { models } = baton;
      const breakers = models ? () => models.breakers() : undefined;
      const { startServer } = await import('./server.ts');
      const server = await startServer({ ...http, doors, channels, orchestrator, log, breakers });
      log.info({ host: http.host, port: server.port }, 'listening');
      baton.closing(() => server.stop());
    }
    await orchestrator.start();
    return baton;
  } catch (error) {
    await baton.close().catch(() => {});
    throw error;
  }
}
