/** What a deployment in the chats thinks with: an OpenAI and a GigaChat that are played, of one mind. */

import { createBriefAgents } from '../../processes/brief/agents.ts';
import { createBriefRoute } from '../../processes/brief/route.ts';
import { createSampleSite } from '../../processes/brief/sample.ts';
import { openBriefs } from '../../processes/brief/store.ts';
import type { Configuration } from '../../src/contracts/config.ts';
import { openThinking } from '../../src/thinking.ts';
import { testDatabase } from '../support/database.ts';
import { createGigachatServer } from '../support/gigachat/server.ts';
import { briefThoughts, createMind, type Thought } from '../support/mind.ts';
import { type Answer, answer } from '../support/openai/answers.ts';
import { createOpenaiServer } from '../support/openai/server.ts';
import { silent } from '../support/world.ts';

export interface HeadOptions {
  thoughts?: Record<string, Thought>;
  /** Goes wrong in place of an answer of OpenAI. */
  trouble?: (name: string) => Answer | null;
}

/** Two providers, and the provider of Baton over them. */
export async function head({ thoughts = {}, trouble = () => null }: HeadOptions = {}) {
  await using ending = new AsyncDisposableStack();
  const mind = createMind({ ...briefThoughts, ...thoughts });
  const openai = ending.use(
    await createOpenaiServer({
      handler: ({ body }) => {
        const { name } = body.text!.format as { name: string };
        const request = { name, instructions: body.instructions ?? '', input: String(body.input) };
        return trouble(name) ?? answer.output(mind.think(request));
      },
    }),
  );
  const gigachat = ending.use(await createGigachatServer({ formatModels: [] }));
  gigachat.always(({ function_call: call, messages }) => {
    const { name } = call as { name: string };
    return { json: mind.think({ name, instructions: messages[0]!.content, input: messages.at(-1)!.content }) };
  });
  // Streams are counted on a database, which need not be that of the deployment.
  const { url } = ending.use(await testDatabase());
  const { authKey, authUrl, baseUrl, caFile } = gigachat;
  const keys = {
    openai: { apiKey: openai.apiKey, baseUrl: openai.baseUrl },
    gigachat: { authKey, scope: 'GIGACHAT_API_PERS' as const, authUrl, baseUrl, caFile, streams: 2 },
  };
  const { provider, models, close } = await openThinking(keys, {} as Configuration, { directUrl: url }, silent);
  ending.defer(close);
  const all = ending.move();
  return {
    openai,
    gigachat,
    mind,
    thinking: { provider, models: models! },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

/** The process of briefs, on the sample site. */
export function briefs(databaseUrl: string): Pick<Configuration, 'routes' | 'network' | 'prepare' | 'close'> {
  const store = openBriefs(databaseUrl);
  const sample = createSampleSite(databaseUrl);
  const network = { allow: [sample.entry] };
  const agents = createBriefAgents({ network, sites: [sample.site], store });
  return {
    routes: [createBriefRoute(agents, { editors: 'finance' })],
    network,
    prepare: () => store.prepare(),
    close: async () => {
      await Promise.all([store.close(), sample.close()]);
    },
  };
}
