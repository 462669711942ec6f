/** A whole deployment that thinks with a played OpenAI: briefs on the sample site, a database of its own, one operator. */

import { createBriefAgents } from '../../../processes/brief/agents.ts';
import { createBriefRoute } from '../../../processes/brief/route.ts';
import { createSampleSite } from '../../../processes/brief/sample.ts';
import { openBriefs } from '../../../processes/brief/store.ts';
import { type Baton, composeBaton } from '../../../src/compose.ts';
import type { Configuration } from '../../../src/contracts/config.ts';
import type { Event, EventOf } from '../../../src/contracts/event.ts';
import { testDatabase } from '../../support/database.ts';
import { begin, eventsOf, until } from '../../support/follow.ts';
import { briefThoughts, createMind, type Thought } from '../../support/mind.ts';
import { answer } from '../../support/openai/answers.ts';
import { createOpenaiServer, type FakeOpenai } from '../../support/openai/server.ts';
import { createShop, operator, silent } from '../../support/world.ts';

export interface HouseOptions {
  thoughts?: Record<string, Thought>;
  /** In place of the played server’s own answers. */
  openai?: FakeOpenai;
  configuration?: Partial<Configuration>;
  models?: Partial<Parameters<typeof composeBaton>[0]['models']>;
}

export type House = Awaited<ReturnType<typeof house>>;

export async function house({ thoughts = {}, openai, configuration = {}, models = {} }: HouseOptions = {}) {
  const mind = createMind({ ...briefThoughts, ...thoughts });
  const server =
    openai ??
    (await createOpenaiServer({
      handler: ({ body }) => {
        const { name } = body.text!.format as { name: string };
        return answer.output(mind.think({ name, instructions: body.instructions ?? '', input: String(body.input) }));
      },
    }));
  const database = await testDatabase();
  const store = openBriefs(database.url);
  const sample = createSampleSite(database.url);
  const network = { allow: [sample.entry] };
  const shop = createShop();
  const configure = async (): Promise<Configuration> => ({
    routes: [
      createBriefRoute(createBriefAgents({ network, sites: [sample.site], store }), { editors: 'editors' }),
      ...shop.routes,
    ],
    network,
    people: { operator: { roles: ['editors', 'finance'] }, anna: {}, boris: {} },
    prepare: () => store.prepare(),
    close: async () => {
      await Promise.all([store.close(), sample.close()]);
    },
    ...configuration,
  });
  const baton: Baton = await composeBaton({
    databaseUrl: database.url,
    databaseDirectUrl: undefined,
    home: '.baton',
    configure,
    log: silent,
    models: { openai: { apiKey: server.apiKey, baseUrl: server.baseUrl }, gigachat: null, ...models },
  });
  const { orchestrator } = baton;
  await orchestrator.start();
  return {
    server,
    mind,
    shop,
    database,
    store,
    baton,
    world: orchestrator,
    begin: (text: string, key?: string) => begin(orchestrator, text, operator, key),
    events: (run: string) => eventsOf(orchestrator, run),
    asked: (run: string, nth = 1): Promise<EventOf<'asked'>> => until(orchestrator, run, 'asked', { nth }),
    decide: (code: string, verb: 'approve' | 'reject' | 'edit' | 'retry' | 'stop' | 'give', value?: never) =>
      orchestrator.desk.vote(code, { actor: operator, verb, ...(value !== undefined && { value }) }),
    ended: (run: string): Promise<EventOf<'finished'>> => until(orchestrator, run, 'finished'),
    async [Symbol.asyncDispose]() {
      await baton.close();
      if (!openai) await server[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

export const typesOf = (events: readonly Event[]): string[] => events.map(({ type }) => type);

export const callsIn = (events: readonly Event[]) =>
  events.flatMap((event) => (event.type === 'model_called' ? [event.call] : []));
