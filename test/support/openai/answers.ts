/** Answers for a test to script: what the service says, and how it comes over the wire. */
import type { ErrorBody } from './refusal.ts';

/** A part of the message; none at all is an answer whose tokens went into reasoning. */
export type Part = { type: 'output_text'; text: string } | { type: 'refusal'; refusal: string };

/** In tokens; what is not said is reckoned. */
export interface Tokens {
  input?: number;
  cached?: number;
  output?: number;
  reasoning?: number;
}

export interface Spoken {
  status: 'completed' | 'incomplete' | 'failed';
  parts: Part[];
  reason?: string;
  error?: { code: string; message: string };
  tokens?: Tokens;
  /** Said before the answer, as newer models do. */
  commentary?: string;
}

/** As a whole; byte by byte; reset in place of an answer, or in the middle of the body; never. */
export type Way = 'whole' | 'drip' | 'reset' | 'cut' | 'hang';

export interface Answer {
  way: Way;
  status: number;
  headers: Record<string, string>;
  content: { spoken: Spoken } | { error: ErrorBody } | { raw: string };
  /** Between two bytes of a drip. */
  everyMs?: number;
}

const speak = (spoken: Spoken): Answer => ({ way: 'whole', status: 200, headers: {}, content: { spoken } });
const text = (of: string): Part => ({ type: 'output_text', text: of });

function refuse(status: number, body: Partial<ErrorBody>, headers: Record<string, string> = {}): Answer {
  const error = { message: 'An error of the test.', type: 'invalid_request_error', param: null, code: null, ...body };
  return { way: 'whole', status, headers, content: { error } };
}

interface RetryHeaders {
  retryAfter?: string | number;
  retryAfterMs?: number;
}

const retryHeaders = ({ retryAfter, retryAfterMs }: RetryHeaders): Record<string, string> => ({
  ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
  ...(retryAfterMs !== undefined && { 'retry-after-ms': String(retryAfterMs) }),
});

export const answer = {
  output: (value: unknown, more: { tokens?: Tokens; commentary?: string } = {}) =>
    speak({ status: 'completed', parts: [text(JSON.stringify(value))], ...more }),
  /** Text that may not be JSON. */
  text: (of: string) => speak({ status: 'completed', parts: [text(of)] }),
  /** Completed, and nothing is in it. */
  nothing: () => speak({ status: 'completed', parts: [] }),
  refusal: (of: string, tokens?: Tokens) =>
    speak({ status: 'completed', parts: [{ type: 'refusal', refusal: of }], ...(tokens && { tokens }) }),
  truncated: (so: string | null = '{"answer":"cut o', tokens?: Tokens) =>
    speak({
      ...{ status: 'incomplete', reason: 'max_output_tokens', parts: so === null ? [] : [text(so)] },
      ...(tokens && { tokens }),
    }),
  filtered: () => speak({ status: 'incomplete', reason: 'content_filter', parts: [text('{"answer":"')] }),
  incomplete: (reason: string) => speak({ status: 'incomplete', reason, parts: [text('{"answer":"')] }),
  failed: (code: string) =>
    speak({ status: 'failed', parts: [], error: { code, message: 'It failed, says the test.' } }),
  error: refuse,
  unauthorised: () => refuse(401, { code: 'invalid_api_key', message: 'Incorrect API key provided: sk-wr***ng.' }),
  rateLimited: (retry: RetryHeaders = {}) =>
    refuse(
      429,
      { code: 'rate_limit_exceeded', type: 'requests', message: 'Rate limit reached for the model.' },
      {
        'x-ratelimit-limit-requests': '500',
        'x-ratelimit-remaining-requests': '0',
        'x-ratelimit-reset-requests': '120ms',
        ...retryHeaders(retry),
      },
    ),
  quota: () =>
    refuse(429, {
      ...{ code: 'insufficient_quota', type: 'insufficient_quota' },
      message: 'You exceeded your current quota, please check your plan and billing details.',
    }),
  serverError: (status = 500, retry: RetryHeaders = {}) =>
    refuse(status, { type: 'server_error', message: 'The server had an error.' }, retryHeaders(retry)),
  /** Whatever a gateway may send. */
  raw: (raw: string, status = 200, headers: Record<string, string> = {}): Answer => ({
    ...{ way: 'whole', status, content: { raw } },
    headers: { 'content-type': 'application/json', ...headers },
  }),
  /** The headers at once, the body byte by byte. */
  slowly: (whole: Answer, everyMs = 5): Answer => ({ ...whole, way: 'drip', everyMs }),
  /** The connection is cut in the middle of the body. */
  cut: (whole: Answer): Answer => ({ ...whole, way: 'cut' }),
  /** The connection is cut when the request has arrived. */
  reset: (): Answer => ({ ...speak({ status: 'completed', parts: [] }), way: 'reset' }),
  /** No answer ever. */
  hang: (): Answer => ({ ...speak({ status: 'completed', parts: [] }), way: 'hang' }),
};
