/** An OpenAI and, where it is wanted, a GigaChat, played over HTTP by one mind. */
import type { ModelSettings } from '../../src/model-settings.ts';
import { createGigachatServer } from './gigachat/server.ts';
import { briefThoughts, createMind, type Thought } from './mind.ts';
import { type Answer, answer } from './openai/answers.ts';
import { createOpenaiServer } from './openai/server.ts';

export interface ProviderOptions {
  thoughts?: Record<string, Thought>;
  /** Goes wrong in place of an answer of OpenAI. */
  trouble?: (name: string) => Answer | null;
  withGigachat?: boolean;
}

export async function playProviders({ thoughts = {}, trouble = () => null, withGigachat = false }: ProviderOptions) {
  await using ending = new AsyncDisposableStack();
  const mind = createMind({ ...briefThoughts, ...thoughts });
  const openai = ending.use(
    await createOpenaiServer({
      handler: ({ body }) => {
        const { name } = body.text!.format as { name: string };
        const asked = { name, instructions: body.instructions ?? '', input: String(body.input) };
        return trouble(name) ?? answer.output(mind.think(asked));
      },
    }),
  );
  // Without `response_format` each form is a function, whose name says which it is.
  const gigachat = withGigachat ? ending.use(await createGigachatServer({ formatModels: [] })) : null;
  gigachat?.always(({ function_call: call, messages }) => {
    const { name } = call as { name: string };
    return { json: mind.think({ name, instructions: messages[0]!.content, input: messages.at(-1)!.content }) };
  });
  const keys: ModelSettings = {
    openai: { apiKey: openai.apiKey, baseUrl: openai.baseUrl },
    gigachat: gigachat && {
      authKey: gigachat.authKey,
      scope: 'GIGACHAT_API_PERS',
      authUrl: gigachat.authUrl,
      baseUrl: gigachat.baseUrl,
      caFile: gigachat.caFile,
      streams: 2,
    },
  };
  const all = ending.move();
  return { openai, gigachat, mind, keys, [Symbol.asyncDispose]: () => all.disposeAsync() };
}
