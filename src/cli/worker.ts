/** `worker` and `migrate`: what a deployment runs, and what it may run before. */
import { once } from 'node:events';
import { migrateDatabase } from '../main.ts';
import type { Call } from './call.ts';
import { exit } from './exit.ts';
import { staySmall } from './memory.ts';
import { withBaton } from './open.ts';

/** Works until a signal comes, and ends what runs before it goes. */
export const work = (call: Call): Promise<number> => {
  if (call.settings.telegram || call.settings.slack) staySmall();
  return withBaton(
    call,
    true,
    async () => {
      const { signal, terminal, settings } = call;
      const { telegram, slack, http } = settings;
      const places = [telegram && 'Telegram', slack && 'Slack', http && `HTTP on port ${http.port}`].filter(Boolean);
      terminal.err(`Working${places.length === 0 ? '' : `, with ${places.join(', ')}`}. Ctrl-C to stop.`);
      // A signal handler alone does not keep the process; the timers of the worker do.
      if (!signal.aborted) await once(signal, 'abort');
      terminal.err('Letting what runs end …');
      return exit.completed;
    },
    true,
  );
};

export async function migrateTables({ settings, terminal }: Call): Promise<number> {
  const count = await migrateDatabase(settings, terminal.err);
  terminal.out(count === 0 ? 'The tables are up to date.' : `Applied ${count} migration${count === 1 ? '' : 's'}.`);
  return exit.completed;
}
