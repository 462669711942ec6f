/**
 * What a response says. A gateway in front of a model may leave out what the API promises, so that only what an answer
 * cannot be without is demanded.
 */
import { z } from 'zod';
import type { Usage } from '../../contracts/usage.ts';

const count = z.int().nonnegative();
const usage = z.object({
  input_tokens: count,
  output_tokens: count,
  input_tokens_details: z
    .object({ cached_tokens: count.catch(0) })
    .nullish()
    .catch(null),
  output_tokens_details: z
    .object({ reasoning_tokens: count.catch(0) })
    .nullish()
    .catch(null),
});

const part = z.union([
  z.object({ type: z.literal('output_text'), text: z.string() }),
  z.object({ type: z.literal('refusal'), refusal: z.string() }),
  z.object({ type: z.string() }).transform(() => null),
]);

const item = z.union([
  z.object({ type: z.literal('message'), phase: z.string().nullish(), content: z.array(part) }),
  // Reasoning, and whatever else is no message.
  z.object({ type: z.string() }).transform(() => null),
]);

const response = z.object({
  id: z.string().optional().catch(undefined),
  status: z.string().nullish(),
  error: z.object({ code: z.string().nullish() }).nullish().catch({}),
  incomplete_details: z.object({ reason: z.string().nullish() }).nullish(),
  output: z.array(item).nullish(),
  usage: usage.nullish().catch(null),
});

/** The one thing that a response is, and its bill. */
export interface Told {
  status: string;
  /** Why it is incomplete, or failed. */
  reason: string | null;
  text: string;
  refusal: string | null;
  usage: Usage | null;
  id: string | null;
}

/** Reads the body of an answer; null if it is no response. */
export function readAnswer(body: string | null): Told | null {
  const read = response.safeParse(body === null ? undefined : parseJson(body));
  if (!read.success) return null;
  const { id, status, error, incomplete_details: incomplete, output, usage: billed } = read.data;
  const messages = (output ?? []).flatMap((one) => (one && one.phase !== 'commentary' ? [one] : []));
  const parts = messages.flatMap(({ content }) => content);
  const refusals = parts.flatMap((one) => (one?.type === 'refusal' ? [one.refusal] : []));
  // What newer models say on their way comes in messages of its own; the answer is the last one.
  const last = messages.at(-1)?.content ?? [];
  return {
    status: status ?? 'completed',
    reason: incomplete?.reason ?? error?.code ?? null,
    text: last.map((one) => (one?.type === 'output_text' ? one.text : '')).join(''),
    refusal: refusals.length === 0 ? null : refusals.join('\n'),
    usage: billed ? usageOf(billed) : null,
    id: id ?? null,
  };
}

/** No answer has so many bytes: the longest has half a million characters. */
const maxBytes = 16 * 1024 * 1024;

/** The body as text; null when there is no end to it. */
export async function readBody({ body }: Response): Promise<string | null> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    // Leaving the loop closes the connection.
    if (bytes > maxBytes) return null;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** Undefined when it is not JSON, which no JSON is. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const usageOf = (billed: z.infer<typeof usage>): Usage => ({
  input: billed.input_tokens,
  cachedInput: Math.min(billed.input_tokens_details?.cached_tokens ?? 0, billed.input_tokens),
  output: billed.output_tokens,
  reasoning: Math.min(billed.output_tokens_details?.reasoning_tokens ?? 0, billed.output_tokens),
});
