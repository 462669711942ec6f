/** What `POST /v1/responses` takes (https://developers.openai.com/api/docs/api-reference/responses/create). */
import { z } from 'zod';
import { bad } from './refusal.ts';
import { complaintOf } from './strict-rules.ts';

const format = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text') }),
  z.strictObject({ type: z.literal('json_object') }),
  z.strictObject({
    type: z.literal('json_schema'),
    name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/),
    description: z.string().optional(),
    schema: z.record(z.string(), z.unknown()),
    strict: z.boolean().nullish(),
  }),
]);

/** Tools, streams, conversations and what belongs to them are not played: they are as unknown as a misspelling. */
const body = z.strictObject({
  model: z.string(),
  input: z.union([z.string(), z.array(z.strictObject({ role: z.string(), content: z.string() }))]),
  instructions: z.string().nullish(),
  max_output_tokens: z.int().min(16).nullish(),
  text: z
    .strictObject({ format: format.optional(), verbosity: z.enum(['low', 'medium', 'high']).nullish() })
    .optional(),
  reasoning: z.strictObject({ effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh']) }).nullish(),
  store: z.boolean().nullish(),
  stream: z.literal(false).nullish(),
  prompt_cache_key: z.string().max(64).nullish(),
  safety_identifier: z.string().max(128).nullish(),
  service_tier: z.enum(['auto', 'default', 'flex', 'priority']).nullish(),
  metadata: z.record(z.string().max(64), z.string().max(512)).nullish(),
});
export type RequestBody = z.infer<typeof body>;

/** The request, or a `Refusal` in the words of the service. */
export function parseRequest(text: string): RequestBody {
  const value = parseJson(text);
  const read = body.safeParse(value);
  if (!read.success) throw refusalOf(read.error.issues[0]!, value);
  const { format: asked } = read.data.text ?? {};
  if (asked?.type === 'json_schema') {
    const complaint = asked.strict ? complaintOf(asked.schema) : looseComplaint(asked.schema);
    if (complaint) {
      const message = `Invalid schema for response_format '${asked.name}': ${complaint}`;
      throw bad(message, 'text.format.schema', 'invalid_json_schema');
    }
  }
  return read.data;
}

/** Without `strict` nothing of the schema is enforced, but it describes an object. */
const looseComplaint = ({ type }: Record<string, unknown>): string | null =>
  type === 'object' ? null : `schema must be a JSON Schema of 'type: "object"', got 'type: "${type ?? 'None'}"'.`;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw bad('We could not parse the JSON body of your request.', null, null);
  }
}

function refusalOf(issue: z.core.$ZodIssue, value: unknown) {
  const at = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    const param = [at, issue.keys[0]].filter(Boolean).join('.');
    return bad(`Unknown parameter: '${param}'.`, param, 'unknown_parameter');
  }
  const given = issue.path.reduce<unknown>((of, key) => Object(of)[key], value);
  if (given === undefined) {
    return bad(`Missing required parameter: '${at}'.`, at, 'missing_required_parameter');
  }
  if (issue.code === 'too_big') {
    const message = `Invalid '${at}': string too long. Expected a string with maximum length ${issue.maximum}.`;
    return bad(message, at, 'string_above_max_length');
  }
  return bad(`Invalid '${at}': ${issue.message}.`, at, issue.code === 'invalid_type' ? 'invalid_type' : undefined);
}
