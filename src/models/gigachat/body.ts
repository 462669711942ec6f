/** A request as GigaChat takes it (developers.sber.ru, POST /chat/completions). */
import { createHash } from 'node:crypto';
import type { CompletionRequest } from '../../contracts/completion.ts';
import type { JsonObject, JsonSchema } from '../../contracts/json.ts';
import type { Form } from './forms.ts';
import { forFormat, forParameters } from './schema.ts';

export function bodyOf(request: CompletionRequest, form: Form): JsonObject {
  const { model, input, maxOutputTokens, schema } = request;
  const { schema: own, isExact } = form === 'response_format' ? forFormat(schema.body) : forParameters(schema.body);
  // What is always the same comes first, for the provider to keep.
  const instructions = isExact ? request.instructions : `${request.instructions}\n\n${inWords(schema.body)}`;
  const messages = [
    { role: 'system', content: instructions },
    { role: 'user', content: input },
  ];
  const common = { model, messages, max_tokens: maxOutputTokens };
  // The schema is right below the format, and not below a `json_schema` as with others.
  if (form === 'response_format')
    return { ...common, response_format: { type: 'json_schema', schema: own, strict: true } };
  const { name } = schema;
  const description = 'Takes the answer. It is called once, with the whole answer.';
  return { ...common, functions: [{ name, description, parameters: own }], function_call: { name } };
}

const inWords = (schema: JsonSchema): string =>
  `The answer is JSON that fits this JSON Schema, and nothing else:\n${JSON.stringify(schema)}`;

/**
 * The name under which the provider keeps what requests have in common (X-Session-ID). A key may tell what it is made
 * of, so a digest goes out, in the form of a UUID of version 8 (RFC 9562, 5.8).
 */
export function sessionOf(cacheKey: string): string {
  const bytes = createHash('sha256').update(`baton ${cacheKey}`).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
