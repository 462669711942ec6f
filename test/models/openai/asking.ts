/** OpenAI by way of its strict stand-in, and one request to ask it. */
import type { Completer, Completion, CompletionRequest } from '../../../src/contracts/completion.ts';
import { createOpenai, type OpenaiOptions } from '../../../src/models/openai/completer.ts';
import type { Answer } from '../../support/openai/answers.ts';
import { createOpenaiServer } from '../../support/openai/server.ts';

export const secret = 'sk-test-7f3a9c5e1b';

export const request = (more: Partial<CompletionRequest> = {}): CompletionRequest => ({
  model: 'gpt-6-luna',
  instructions: 'Answer the question of the private prompt.',
  input: 'Whose private prompt is this?',
  schema: {
    name: 'owner',
    body: {
      type: 'object',
      properties: { owner: { type: 'string' }, age: { type: 'integer' } },
      required: ['owner'],
      additionalProperties: false,
    },
  },
  maxOutputTokens: 500,
  timeoutMs: 10_000,
  cacheKey: 'owner-1',
  user: null,
  ...more,
});

export const ask = (completer: Completer, more: Partial<CompletionRequest> = {}): Promise<Completion> =>
  completer.complete(request(more), new AbortController().signal);

/** The stand-in, asked through the completer that is tested. */
export async function world(options: Partial<OpenaiOptions> = {}) {
  const fake = await createOpenaiServer({ apiKey: secret });
  const completer = createOpenai({ apiKey: secret, baseUrl: fake.baseUrl, ...options });
  return {
    fake,
    completer,
    ask: (more: Partial<CompletionRequest> = {}) => ask(completer, more),
    /** How a request ends that is answered so. */
    endOf: async (answer: Answer, more: Partial<CompletionRequest> = {}) => {
      fake.next(answer);
      return ask(completer, more);
    },
    [Symbol.asyncDispose]: () => fake[Symbol.asyncDispose](),
  };
}
