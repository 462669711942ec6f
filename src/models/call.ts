/**
 * One call of one model: booked before it is made, checked, and settled whatever became of it. Nothing is repeated here.
 */
import { randomUUID } from 'node:crypto';
import type { Completer, Completion, CompletionRequest } from '../contracts/completion.ts';
import { type Failure, fail, failure } from '../contracts/error.ts';
import type { Json } from '../contracts/json.ts';
import type { Enquiry, Thinking } from '../contracts/model.ts';
import { type ModelCall, type Usage, usage } from '../contracts/usage.ts';
import { digest } from '../core/digest.ts';
import { inTime } from '../core/in-time.ts';
import { checkJson } from '../core/schema/check.ts';
import { scrub, scrubText } from '../core/scrub.ts';
import { costOf, dayOf, priceOn, worstInput } from './money.ts';
import type { PriceTable } from './prices/table.ts';
import type { Seat } from './tiers.ts';

/** One way to ask: what of it changes from call to call. */
export interface Asking {
  question: Enquiry;
  thinking: Thinking;
  seat: Seat;
  input: string;
  maxOutputTokens: number;
  instead?: NonNullable<ModelCall['instead']> | undefined;
}

/** `answer` beside an error: what it said instead of what was asked for. */
export type Answer = { output: Json; error?: undefined } | { output?: undefined; error: Failure; answer?: Json };

export interface CallTools {
  prices: readonly PriceTable[];
  now: () => number;
}

/** Rejects only as the meter does. `onEnd` hears how the call itself went, before it is settled. */
export async function callModel(
  completer: Completer,
  asking: Asking,
  { prices, now }: CallTools,
  onEnd: (answer: Answer) => void,
): Promise<Answer> {
  const { question, thinking, seat } = asking;
  const request = requestOf(asking);
  const price = priceOn(prices, seat, dayOf(now()));
  const id = randomUUID();
  const who = { id, purpose: question.purpose, tier: question.tier, provider: seat.provider, model: seat.model };
  await thinking.meter.book({ ...who, ...worst(request, price) });
  const begun = now();
  const completion = await complete(completer, request, thinking.signal);
  const answer = judge(completion, question);
  onEnd(answer);
  const used = usageOf(completion);
  await thinking.meter.settle({
    ...who,
    prompt: digest(question.instructions),
    error: answer.error ?? null,
    usage: used,
    cost: used && price && costOf(price, used),
    requestId: completion.requestId?.slice(0, 200) ?? null,
    durationMs: Math.max(0, Math.round(now() - begun)),
    ...(asking.instead && { instead: asking.instead }),
  });
  return answer;
}

function requestOf({ question, thinking, seat, input, maxOutputTokens }: Asking): CompletionRequest {
  const { purpose, name, instructions, schema } = question;
  return {
    model: seat.model,
    instructions,
    input,
    schema: { name, body: schema },
    maxOutputTokens,
    timeoutMs: seat.timeoutMs,
    cacheKey: `${purpose}-${digest(instructions).slice(0, 32)}`,
    user: thinking.user,
  };
}

function worst(request: CompletionRequest, price: ReturnType<typeof priceOn>) {
  const [input, output] = [worstInput(request), request.maxOutputTokens];
  const cost = price && costOf(price, { input, cachedInput: 0, output, reasoning: 0 });
  return { tokens: input + output, money: cost && { micros: cost.micros, currency: cost.currency } };
}

/** Ends with the signal, also where the completer does not heed it; and a defect of the completer is a failure. */
async function complete(completer: Completer, request: CompletionRequest, signal: AbortSignal): Promise<Completion> {
  const by = `${completer.provider} ${request.model}`;
  const failed = (error: Failure): Completion => ({ error, usage: null, requestId: null });
  if (signal.aborted) return failed(fail('aborted', `${by} was stopped before it was asked`));
  try {
    return await inTime(completer.complete(request, signal), signal);
  } catch {
    if (signal.aborted) return failed(fail('aborted', `${by} was stopped while it was asked`));
    return failed(fail('unexpected', `what asks ${by} threw`));
  }
}

/** Whatever the provider promised, the answer is checked against the schema here. */
function judge(completion: Completion, { schema }: Enquiry): Answer {
  if (completion.error) {
    const known =
      failure.safeParse(completion.error).data ?? fail('unexpected', 'the call ended in a way that is none');
    return { error: known.said === undefined ? known : { ...known, said: scrubText(known.said) } };
  }
  const checked = checkJson(schema, scrub(completion.output));
  if (checked.ok) return { output: checked.value };
  const more = { side: 'output', mismatches: checked.mismatches } as const;
  return {
    error: fail('model_malformed', 'the answer does not have the form that was asked for', more),
    answer: completion.output,
  };
}

/** What is no usage is not counted as one. */
const usageOf = ({ usage: told }: Completion): Usage | null => usage.safeParse(told).data ?? null;
