/**
 * What may be asked, as the reference has it (developers.sber.ru, GigaChat API: POST /chat/completions). A field that
 * it does not know is refused, so that a misspelt one shows.
 */
import { z } from 'zod';
import { invalid } from './refusal.ts';

const message = z.strictObject({
  role: z.enum(['system', 'user', 'assistant', 'function']),
  content: z.string(),
});

const schema = z.record(z.string(), z.unknown());

const customFunction = z.strictObject({
  name: z.string().regex(/^[A-Za-z][A-Za-z_]*$/, 'only Latin letters'),
  description: z.string().optional(),
  parameters: schema,
  few_shot_examples: z.array(z.strictObject({ request: z.string(), params: schema })).optional(),
  return_parameters: schema.optional(),
});

const chat = z.strictObject({
  model: z.string(),
  messages: z.array(message).min(1),
  response_format: z
    .strictObject({ type: z.literal('json_schema'), schema, strict: z.boolean().optional() })
    .optional(),
  functions: z.array(customFunction).optional(),
  function_call: z.union([z.enum(['auto', 'none']), z.strictObject({ name: z.string() })]).optional(),
  temperature: z.number().positive().optional(),
  top_p: z.number().min(0).max(1).optional(),
  stream: z.boolean().optional(),
  max_tokens: z.int().positive().optional(),
  repetition_penalty: z.number().positive().optional(),
  update_interval: z.number().optional(),
});
export type ChatRequest = z.infer<typeof chat>;

const count = z.strictObject({ model: z.string(), input: z.array(z.string()).min(1) });

export const parseCount = (body: unknown) => parse(count, body);

export function parseChat(body: unknown): ChatRequest {
  const request = parse(chat, body);
  if (request.messages.slice(1).some(({ role }) => role === 'system')) {
    throw invalid('system message must be the first message');
  }
  if (request.response_format) refuseKeywords(request.response_format.schema, ['$ref', '$defs', '$schema']);
  for (const { name, parameters } of request.functions ?? []) {
    refuseKeywords(parameters, ['$ref', '$defs', '$schema', 'anyOf', 'oneOf', 'allOf', 'const']);
    refuseBareObjects(parameters, name);
  }
  return request;
}

function parse<T>(of: z.ZodType<T>, body: unknown): T {
  const read = of.safeParse(body);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw invalid(`${issue!.path.join('.') || 'body'}: ${issue!.message}`);
}

/** Every schema within a schema, itself too. What is a value there, and not a schema, is left alone. */
function* schemasIn(of: unknown): Generator<Record<string, unknown>> {
  if (typeof of !== 'object' || of === null || Array.isArray(of)) return;
  const own = of as Record<string, unknown>;
  yield own;
  const maps = ['properties', 'patternProperties', '$defs'].flatMap((key) => Object.values(own[key] ?? {}));
  const lists = ['anyOf', 'oneOf', 'allOf', 'prefixItems'].flatMap((key) => (own[key] as unknown[] | undefined) ?? []);
  const single = ['items', 'additionalProperties', 'propertyNames', 'not'].map((key) => own[key]);
  for (const inner of [...maps, ...lists, ...single]) yield* schemasIn(inner);
}

function refuseKeywords(of: unknown, keywords: string[]): void {
  for (const one of schemasIn(of)) {
    const found = keywords.find((keyword) => keyword in one);
    if (found) throw invalid(`json schema: ${found} is not supported`);
  }
}

/** An object of which nothing is said is refused as a parameter. */
function refuseBareObjects(of: unknown, name: string): void {
  for (const one of schemasIn(of)) {
    if (Array.isArray(one.type)) throw invalid(`function ${name}: a type must be one`);
    if (one.type === 'object' && !('properties' in one)) throw invalid(`function ${name}: object without properties`);
  }
}
