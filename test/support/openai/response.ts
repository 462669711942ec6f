/** The response object, with its tokens counted and its prompt kept. */
import { randomBytes } from 'node:crypto';
import type { Spoken } from './answers.ts';
import type { RequestBody } from './request.ts';

export const idOf = (kind: 'resp' | 'msg' | 'rs' | 'req'): string => `${kind}_${randomBytes(16).toString('hex')}`;

/** Prompts of 1024 tokens and more are kept, in steps of 128 (https://developers.openai.com/api/docs/guides/prompt-caching). */
const kept = { from: 1024, step: 128 };

const count = (text: string): number => Math.ceil(text.length / 4);
const inputOf = ({ input }: RequestBody): string =>
  typeof input === 'string' ? input : input.map(({ content }) => content).join('');

/** Knows which instructions came before under which key. */
export function createCache(from = kept.from) {
  const seen = new Set<string>();
  return {
    /** Tokens of the request that were kept; it is kept from now on. */
    meet(body: RequestBody): number {
      const prompt = JSON.stringify([body.model, body.prompt_cache_key ?? null, body.instructions ?? '']);
      const tokens = count(body.instructions ?? '');
      const isKnown = seen.has(prompt);
      seen.add(prompt);
      if (!isKnown || tokens < from) return 0;
      return tokens < kept.step ? tokens : tokens - (tokens % kept.step);
    },
  };
}

/** What the service answers with. */
export function buildResponse(body: RequestBody, spoken: Spoken, cached: number) {
  const { status, parts, reason, error, commentary } = spoken;
  return {
    id: idOf('resp'),
    object: 'response',
    created_at: Math.floor(Date.now() / 1000),
    status,
    background: false,
    error: error ?? null,
    incomplete_details: reason === undefined ? null : { reason },
    instructions: body.instructions ?? null,
    max_output_tokens: body.max_output_tokens ?? null,
    model: body.model,
    output: [
      { id: idOf('rs'), type: 'reasoning', summary: [] },
      ...(commentary === undefined ? [] : [message('commentary', [{ type: 'output_text', text: commentary }], status)]),
      ...(parts.length === 0 ? [] : [message('final_answer', parts, status)]),
    ],
    parallel_tool_calls: true,
    previous_response_id: null,
    prompt_cache_key: body.prompt_cache_key ?? null,
    reasoning: { effort: body.reasoning?.effort ?? null, summary: null },
    safety_identifier: body.safety_identifier ?? null,
    service_tier: 'default',
    store: body.store ?? true,
    temperature: 1,
    text: body.text ?? { format: { type: 'text' } },
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
    truncation: 'disabled',
    usage: status === 'failed' ? null : usageOf(body, spoken, cached),
    metadata: body.metadata ?? {},
  };
}

function message(phase: string, parts: Spoken['parts'], status: Spoken['status']) {
  const content = parts.map((part) => (part.type === 'refusal' ? part : { ...part, annotations: [], logprobs: [] }));
  return { id: idOf('msg'), type: 'message', status, role: 'assistant', phase, content };
}

function usageOf(body: RequestBody, { parts, tokens = {} }: Spoken, cached: number) {
  const asked = `${body.instructions ?? ''}${inputOf(body)}${JSON.stringify(body.text ?? '')}`;
  const said = parts.map((part) => (part.type === 'refusal' ? part.refusal : part.text)).join('');
  const reasoning = tokens.reasoning ?? 64;
  const input = tokens.input ?? count(asked);
  const output = tokens.output ?? count(said) + reasoning;
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: tokens.cached ?? cached, cache_write_tokens: 0 },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: reasoning },
    total_tokens: input + output,
  };
}
