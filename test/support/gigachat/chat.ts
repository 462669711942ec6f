/** Completions: what is refused, how many at once, and what is answered. */
import { badRequest, invalid, Refusal } from './refusal.ts';
import type { createScript, Turn, Usage } from './script.ts';
import { type ChatRequest, parseChat } from './shapes.ts';

export interface ChatOptions {
  models: string[];
  /** Those that take a `response_format`. */
  formatModels: string[];
  /** How a `response_format` is refused by the others; `ignore`: they answer in prose. */
  formatRefusal: 400 | 422 | 'ignore';
  /** Requests at once. */
  streams: number;
}

export type Answering = Extract<Turn, { json: unknown } | { content: string } | { call: unknown }>;

export const tokensOf = (text: string): number => Math.ceil(text.length / 4);

export function createChat(options: ChatOptions, script: ReturnType<typeof createScript>) {
  /** Instructions that are kept, by session. */
  const kept = new Map<string, string>();
  let open = 0;
  let busiest = 0;

  const check = (body: unknown): ChatRequest => {
    const request = parseChat(body);
    const { model, functions = [], function_call: call, response_format: format } = request;
    if (!options.models.includes(model)) throw new Refusal(404, 'No such model');
    if (format && functions.length > 0) throw invalid('response_format and functions exclude each other');
    if (typeof call === 'object' && !functions.some(({ name }) => name === call.name)) {
      throw badRequest('function_call names no function');
    }
    if (format && !options.formatModels.includes(model) && options.formatRefusal !== 'ignore') {
      throw new Refusal(options.formatRefusal, 'Invalid params: response_format is not available for this model');
    }
    return request;
  };

  /** What was kept of the session's last request costs nothing, and is no part of the prompt's tokens. */
  const count = (request: ChatRequest, session: string | undefined, said: string): Usage => {
    const [first] = request.messages;
    const texts = request.messages.map(({ content }) => tokensOf(content));
    const isKept = session !== undefined && first?.role === 'system' && kept.get(session) === first.content;
    if (session !== undefined && first?.role === 'system') kept.set(session, first.content);
    const precached = isKept ? texts[0]! : 0;
    const prompt = texts.reduce((sum, one) => sum + one, 0) - precached;
    const completion = tokensOf(said);
    const total = prompt + completion;
    return {
      prompt_tokens: prompt,
      completion_tokens: completion,
      precached_prompt_tokens: precached,
      total_tokens: total,
    };
  };

  return {
    /** Lets the request in, and says what to do with it; `done` when it is over. */
    enter: (body: unknown): { request: ChatRequest; turn: Turn; done(): void } => {
      const request = check(body);
      if (open >= options.streams) throw new Refusal(429, 'Too many requests');
      open += 1;
      busiest = Math.max(busiest, open);
      const done = () => {
        open -= 1;
      };
      return { request, turn: script.next(request), done };
    },
    completion: (request: ChatRequest, turn: Answering, session: string | undefined) => {
      const message = messageOf(request, turn, options.formatModels.includes(request.model));
      const finish = turn.finish ?? ('function_call' in message ? 'function_call' : 'stop');
      const usage = turn.usage === undefined ? count(request, session, JSON.stringify(message)) : turn.usage;
      return {
        choices: [{ message, index: 0, finish_reason: finish }],
        created: Math.floor(Date.now() / 1_000),
        model: `${request.model}:2.0.28.2`,
        object: 'chat.completion',
        ...(usage && { usage }),
      };
    },
    busiest: () => busiest,
    open: () => open,
  };
}

function messageOf(request: ChatRequest, turn: Answering, hasFormat: boolean) {
  const role = 'assistant';
  if ('content' in turn) return { role, content: turn.content };
  const call = request.function_call;
  const forced = typeof call === 'object' ? call.name : null;
  const functions_state_id = '0199e210-2f13-744c-8fe5-c9a19fe27db7';
  if ('call' in turn) {
    const name = turn.name ?? forced ?? 'unasked';
    return { role, content: '', function_call: { name, arguments: turn.call }, functions_state_id };
  }
  if (forced !== null) {
    return { role, content: '', function_call: { name: forced, arguments: turn.json }, functions_state_id };
  }
  const isTold = request.response_format && hasFormat;
  return { role, content: isTold ? JSON.stringify(turn.json) : 'Gladly! Here is what I think of it.' };
}
