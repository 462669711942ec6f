/** A whole deployment that thinks with a played OpenAI: briefs on the sample site, a database of its own, one operator. */
import { type Baton, composeBaton } from '../../../src/compose.ts';
import type { Configuration } from '../../../src/contracts/config.ts';
import type { Verb } from '../../../src/contracts/escalation.ts';
import type { Event, EventOf } from '../../../src/contracts/event.ts';
import type { Json } from '../../../src/contracts/json.ts';
import { briefs } from '../../support/briefs.ts';
import { testDatabase } from '../../support/database.ts';
import { begin, eventsOf, until } from '../../support/follow.ts';
import { type ProviderOptions, playProviders } from '../../support/providers.ts';
import { createShop, operator, silent } from '../../support/world.ts';

export interface HouseOptions extends ProviderOptions {
  configuration?: Partial<Configuration>;
  /** One that is there already, and stays. */
  database?: { url: string };
}

export type House = Awaited<ReturnType<typeof house>>;

export async function house(options: HouseOptions = {}) {
  const { configuration = {} } = options;
  const providers = await playProviders(options);
  const own = options.database ? null : await testDatabase();
  const database = options.database ?? own!;
  const { store, process } = briefs(database.url, 'editors');
  const shop = createShop();
  const baton: Baton = await composeBaton({
    databaseUrl: database.url,
    databaseDirectUrl: undefined,
    home: '.baton',
    configure: async () => ({
      ...process,
      routes: [...process.routes, ...shop.routes],
      people: { operator: { roles: ['editors', 'finance'] }, anna: {}, boris: {} },
      ...configuration,
    }),
    log: silent,
    models: providers.keys,
  });
  const { orchestrator } = baton;
  await orchestrator.start();
  return {
    server: providers.openai,
    gigachat: providers.gigachat,
    mind: providers.mind,
    shop,
    database,
    store,
    baton,
    world: orchestrator,
    begin: (text: string, key?: string) => begin(orchestrator, text, operator, key),
    events: (run: string) => eventsOf(orchestrator, run),
    asked: (run: string, nth = 1): Promise<EventOf<'asked'>> => until(orchestrator, run, 'asked', { nth }),
    decide: (code: string, verb: Verb, value?: Json) =>
      orchestrator.desk.vote(code, { actor: operator, verb, ...(value !== undefined && { value }) }),
    ended: (run: string): Promise<EventOf<'finished'>> => until(orchestrator, run, 'finished'),
    async [Symbol.asyncDispose]() {
      await baton.close();
      await providers[Symbol.asyncDispose]();
      await own?.[Symbol.asyncDispose]();
    },
  };
}

export const typesOf = (events: readonly Event[]): string[] => events.map(({ type }) => type);

export const callsIn = (events: readonly Event[]) =>
  events.flatMap((event) => (event.type === 'model_called' ? [event.call] : []));
