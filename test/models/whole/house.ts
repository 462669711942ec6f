/** A whole deployment that thinks with a played OpenAI: briefs on the sample site, a database of its own, one operator. */

import { createBriefAgents } from '../../../processes/brief/agents.ts';
import { createBriefRoute } from '../../../processes/brief/route.ts';
import { createSampleSite } from '../../../processes/brief/sample.ts';
import { openBriefs } from '../../../processes/brief/store.ts';
import { type Baton, composeBaton } from '../../../src/compose.ts';
import type { Configuration } from '../../../src/contracts/config.ts';
import type { Verb } from '../../../src/contracts/escalation.ts';
import type { Event, EventOf } from '../../../src/contracts/event.ts';
import type { Json } from '../../../src/contracts/json.ts';
import { testDatabase } from '../../support/database.ts';
import { begin, eventsOf, until } from '../../support/follow.ts';
import { createGigachatServer } from '../../support/gigachat/server.ts';
import { briefThoughts, createMind, type Thought } from '../../support/mind.ts';
import { type Answer, answer } from '../../support/openai/answers.ts';
import { createOpenaiServer } from '../../support/openai/server.ts';
import { createShop, operator, silent } from '../../support/world.ts';

export interface HouseOptions {
  thoughts?: Record<string, Thought>;
  /** Goes wrong in place of an answer of OpenAI. */
  trouble?: (name: string, nth: number) => Answer | null;
  /** There is a GigaChat as well, of the same mind. */
  withGigachat?: boolean;
  configuration?: Partial<Configuration>;
  /** One that is there already, and stays. */
  database?: { url: string };
}

export type House = Awaited<ReturnType<typeof house>>;

export async function house(options: HouseOptions = {}) {
  const { thoughts = {}, trouble = () => null, withGigachat = false, configuration = {} } = options;
  const mind = createMind({ ...briefThoughts, ...thoughts });
  const asked = new Map<string, number>();
  const server = await createOpenaiServer({
    handler: ({ body }) => {
      const { name } = body.text!.format as { name: string };
      const nth = (asked.get(name) ?? 0) + 1;
      asked.set(name, nth);
      const request = { name, instructions: body.instructions ?? '', input: String(body.input) };
      return trouble(name, nth) ?? answer.output(mind.think(request));
    },
  });
  const gigachat = withGigachat ? await createGigachatServer({ formatModels: [] }) : null;
  gigachat?.always(({ function_call: call, messages }) => {
    const name = (call as { name: string }).name;
    const [first, last] = [messages[0]!.content, messages.at(-1)!.content];
    return { json: mind.think({ name, instructions: first, input: last }) };
  });
  const own = options.database ? null : await testDatabase();
  const database = options.database ?? own!;
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
    models: {
      openai: { apiKey: server.apiKey, baseUrl: server.baseUrl },
      gigachat: gigachat && {
        authKey: gigachat.authKey,
        scope: 'GIGACHAT_API_PERS',
        authUrl: gigachat.authUrl,
        baseUrl: gigachat.baseUrl,
        caFile: gigachat.caFile,
        streams: 1,
      },
    },
  });
  const { orchestrator } = baton;
  await orchestrator.start();
  return {
    server,
    gigachat,
    mind,
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
      await Promise.all([server[Symbol.asyncDispose](), gigachat?.[Symbol.asyncDispose]()]);
      await own?.[Symbol.asyncDispose]();
    },
  };
}

export const typesOf = (events: readonly Event[]): string[] => events.map(({ type }) => type);

export const callsIn = (events: readonly Event[]) =>
  events.flatMap((event) => (event.type === 'model_called' ? [event.call] : []));
