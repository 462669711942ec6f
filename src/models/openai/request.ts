/** A request in the form of the Responses API (https://developers.openai.com/api/docs/api-reference/responses/create). */
import { createHash } from 'node:crypto';
import type { ResponseCreateParamsNonStreaming } from 'openai/resources/responses/responses';
import type { CompletionRequest } from '../../contracts/completion.ts';
import type { Form } from './form.ts';

/** Nothing of it stays with the provider, beyond what its own watch over abuse keeps. */
export function buildRequest(request: CompletionRequest, { body, isStrict }: Form): ResponseCreateParamsNonStreaming {
  const { model, instructions, input, schema, maxOutputTokens, cacheKey, user } = request;
  return {
    model,
    instructions,
    input,
    max_output_tokens: maxOutputTokens,
    text: { format: { type: 'json_schema', name: schema.name, schema: body, strict: isStrict } },
    store: false,
    prompt_cache_key: brief(cacheKey),
    ...(user !== null && { safety_identifier: brief(user) }),
  };
}

/**
 * More than 64 characters of a cache key refuse the whole request ("string_above_max_length"); of a person, no more are
 * ever needed.
 */
const brief = (text: string): string => (text.length <= 64 ? text : createHash('sha256').update(text).digest('hex'));
