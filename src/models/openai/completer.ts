/**
 * OpenAI by its Responses API. It asks once and says how that ended: the client's own retries are off, for they wait as
 * they please, and a request that timed out may have been billed.
 */
import type { OpenAI } from 'openai';
import type { Completer, Completion, CompletionRequest } from '../../contracts/completion.ts';
import { type Failure, fail } from '../../contracts/error.ts';
import type { Json } from '../../contracts/json.ts';
import type { Usage } from '../../contracts/usage.ts';
import { type Cause, type Deadline, startDeadline } from '../../core/deadline.ts';
import { inTime } from '../../core/in-time.ts';
import { parseJson, readAnswer, readBody, type Told } from './answer.ts';
import { failedWith, failureOf } from './failures.ts';
import { type Form, formOf } from './form.ts';
import { buildRequest } from './request.ts';

export interface OpenaiOptions {
  apiKey: string;
  /** Default: `https://api.openai.com/v1`. Any gateway that speaks the Responses API. */
  baseUrl?: string;
  organization?: string;
  project?: string;
}

/** Asks OpenAI, or a gateway in front of it. */
export function createOpenai(options: OpenaiOptions): Completer {
  let client: Promise<OpenAI> | null = null;
  const load = () => {
    client ??= createClient(options);
    return client;
  };
  return { provider: 'openai', complete: (request, signal) => complete(load, request, signal) };
}

/**
 * Loaded when it is first needed, for it takes a quarter of a second. It is given what it would read from the environment
 * by itself, its log too, which prints requests; only OPENAI_CUSTOM_HEADERS has no option that overrules it.
 */
async function createClient({ apiKey, baseUrl, organization, project }: OpenaiOptions): Promise<OpenAI> {
  const { OpenAI } = await import('openai');
  return new OpenAI({
    ...{ apiKey, adminAPIKey: null, webhookSecret: null },
    ...{ organization: organization ?? null, project: project ?? null },
    baseURL: baseUrl ?? 'https://api.openai.com/v1',
    maxRetries: 0,
    logLevel: 'off',
    // A redirect would carry the prompt to an address that nobody configured.
    fetchOptions: { redirect: 'manual' },
  });
}

type Billed = { usage: Usage | null; requestId: string | null };

async function complete(
  load: () => Promise<OpenAI>,
  request: CompletionRequest,
  signal: AbortSignal,
): Promise<Completion> {
  using deadline = startDeadline(request.timeoutMs, signal);
  if (deadline.cause) return { error: stopped(deadline.cause, request), usage: null, requestId: null };
  let answer: Response | null = null;
  try {
    const form = formOf(request.schema.body);
    const client = await inTime(load(), deadline.signal);
    answer = await ask(client, request, form, deadline);
    const told = readAnswer(await inTime(readBody(answer), deadline.signal));
    const requestId = nameOf(answer.headers.get('x-request-id') || told?.id);
    return { ...endOf(told, form, answer.headers), usage: told?.usage ?? null, requestId };
  } catch (error) {
    const headers = answer?.headers ?? headersOf(error);
    const billed: Billed = { usage: null, requestId: nameOf(headers?.get('x-request-id')) };
    if (deadline.cause) return { error: stopped(deadline.cause, request), ...billed };
    return { error: failureOf(error, answer !== null), ...billed };
  }
}

function ask(client: OpenAI, request: CompletionRequest, form: Form, deadline: Deadline): Promise<Response> {
  // Ours is the limit that counts; the client's is behind it.
  const timeout = request.timeoutMs + 60_000;
  const asked = client.responses.create(buildRequest(request, form), { signal: deadline.signal, timeout });
  return inTime(asked.asResponse(), deadline.signal);
}

const headersOf = (error: unknown): Headers | null => {
  const { headers } = Object(error) as { headers?: unknown };
  return headers instanceof Headers ? headers : null;
};

/** As the journal keeps it. */
const nameOf = (id: string | null | undefined): string | null => (id ? id.slice(0, 200) : null);

function stopped(cause: Cause, { timeoutMs }: CompletionRequest): Failure {
  if (cause === 'aborted') return fail('aborted', 'The request to OpenAI was stopped from this side');
  return fail('timed_out', `OpenAI gave no answer within ${timeoutMs} ms`);
}

type End = { output: Json; error?: undefined } | { output?: undefined; error: Failure };

function endOf(told: Told | null, form: Form, headers: Headers): End {
  if (!told) return { error: fail('model_malformed', 'The answer is no response of the Responses API') };
  if (told.refusal !== null) {
    return { error: fail('model_refused', 'The model declined to answer', { said: told.refusal.slice(0, 300) }) };
  }
  if (told.status === 'incomplete') return { error: incompleteBy(told.reason) };
  if (told.status !== 'completed') return { error: failedWith(told.reason, headers) };
  const output = parseJson(told.text);
  if (output === undefined) return { error: fail('model_malformed', 'The answer is not JSON') };
  return { output: form.takeBack(output as Json) };
}

function incompleteBy(reason: string | null): Failure {
  if (reason === 'content_filter') return fail('model_filtered', 'A filter of OpenAI held the answer back');
  if (reason === 'max_output_tokens') return fail('model_truncated', 'The answer was cut off at its limit of tokens');
  return fail('model_unavailable', 'OpenAI left the answer incomplete');
}
