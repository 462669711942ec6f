/** What a completion says: the answer, or why there is none, and what it took. */
import { z } from 'zod';
import type { Completion } from '../../contracts/completion.ts';
import { fail } from '../../contracts/error.ts';
import type { Json } from '../../contracts/json.ts';
import type { Usage } from '../../contracts/usage.ts';
import type { Answer } from './exchange.ts';
import type { Form } from './forms.ts';
import { failureOf } from './status.ts';
import { parseJson, sayable } from './text.ts';

const message = z.object({
  content: z.string().nullish(),
  function_call: z.object({ name: z.string(), arguments: z.unknown() }).nullish(),
});
type Message = z.infer<typeof message>;

const completion = z.object({
  choices: z.array(z.object({ message, finish_reason: z.string().nullish() })).min(1),
});

const count = z.int().nonnegative();
const told = z.object({
  usage: z.object({
    prompt_tokens: count,
    completion_tokens: count,
    total_tokens: count.nullish(),
    precached_prompt_tokens: count.nullish(),
  }),
});

/** `secrets` are struck out of what the provider says. */
export function readCompletion(answer: Answer, form: Form, secrets: readonly string[]): Completion {
  const { headers, text } = answer;
  const requestId = String(headers['x-request-id'] ?? '').slice(0, 200) || null;
  const failure = failureOf(answer, secrets);
  if (failure) return { error: failure, usage: null, requestId };
  const body = parseJson(text);
  const common = { usage: usageOf(body), requestId };
  const read = completion.safeParse(body);
  if (!read.success) {
    return { error: fail('model_malformed', 'GigaChat answered with something else than a completion'), ...common };
  }
  const [{ message: own, finish_reason: end }] = read.data.choices as [z.infer<typeof completion>['choices'][0]];
  return { ...endOf(own, end ?? 'stop', form), ...common };
}

type End = Pick<Completion & { error: undefined }, 'output'> | Pick<Completion & { output: undefined }, 'error'>;

function endOf(own: Message, reason: string, form: Form): End {
  if (reason === 'blacklist') {
    const said = sayable(own.content ?? '');
    return { error: fail('model_refused', 'GigaChat does not speak of this', said === null ? {} : { said }) };
  }
  if (reason === 'length') return { error: fail('model_truncated', 'The answer reached its limit of tokens') };
  if (reason === 'error') return { error: fail('model_unavailable', 'GigaChat ended its answer with an error') };
  const output = outputOf(own, form);
  if (output === undefined)
    return { error: fail('model_malformed', 'GigaChat answered with something else than JSON') };
  return { output };
}

/** The arguments of the function are an object, and with some models its text. A forced call may come as content. */
function outputOf({ content, function_call: call }: Message, form: Form): Json | undefined {
  if (form === 'function_call' && call) {
    const { arguments: given } = call;
    if (typeof given === 'string') return parseJson(given);
    return given === undefined ? undefined : (given as Json);
  }
  return parseJson(content ?? '');
}

/**
 * The total is what is billed, after what was kept has been taken off it (developers.sber.ru, counting tokens). Whether
 * the prompt's tokens count what was kept differs between the examples there, so they are reckoned from the total.
 */
function usageOf(body: unknown): Usage | null {
  const read = told.safeParse(body);
  if (!read.success) return null;
  const { prompt_tokens: prompt, completion_tokens: output, total_tokens: total, ...more } = read.data.usage;
  const cachedInput = more.precached_prompt_tokens ?? 0;
  const billed = total == null || total < output ? Math.max(prompt - cachedInput, 0) : total - output;
  return { input: billed + cachedInput, cachedInput, output, reasoning: 0 };
}
