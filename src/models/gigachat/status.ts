/** What an answer other than 200 means (developers.sber.ru, GigaChat API, errors). */
import { type ErrorCode, type Failure, fail } from '../../contracts/error.ts';
import type { Answer } from './exchange.ts';
import { parseJson, sayable } from './text.ts';

/** The longest wait that is believed. */
const maxRetryAfterMs = 24 * 3_600_000;

/** Null if it is the answer that was asked for. */
export function failureOf(answer: Answer, secrets: readonly string[]): Failure | null {
  const { status } = answer;
  if (status === 200) return null;
  const code = codeOf(status);
  const message = `GigaChat answered with status ${status}`;
  if (code === 'model_unauthorised') return fail(code, `${message}: it does not accept the token`);
  const retryAfterMs = readRetryAfter(answer);
  const said = code === 'model_rejected' ? reasonOf(answer.text, secrets) : null;
  return fail(code, message, {
    ...(retryAfterMs !== null && { retryAfterMs }),
    ...(said !== null && { said }),
  });
}

function codeOf(status: number): ErrorCode {
  if (status === 401 || status === 403) return 'model_unauthorised';
  if (status === 402) return 'model_quota';
  if (status === 429) return 'model_throttled';
  if (status >= 500 || status === 408) return 'model_unavailable';
  return status >= 300 ? 'model_rejected' : 'model_malformed';
}

/** Why no token is given, when the answer is not one. */
export function grantFailureOf(answer: Answer): Failure {
  const { status } = answer;
  if (![400, 401, 403].includes(status)) {
    const failure = failureOf(answer, []) ?? fail('model_malformed', '');
    return { ...failure, message: `GigaChat gives no token (status ${status})` };
  }
  const hint = status === 400 ? 'is the scope the one that the key was made for?' : 'is the authorization key right?';
  return fail('model_unauthorised', `GigaChat gives no token (status ${status}): ${hint}`);
}

/** A 400 or 422 that is about the form of the answer: the model has no `response_format`. */
export const refusesFormat = ({ status, text }: Answer): boolean =>
  (status === 400 || status === 422) && text.includes('response_format');

/** Milliseconds to wait, from seconds or from a date (RFC 9110, 10.2.3); null if it is neither. */
function readRetryAfter({ headers }: Answer): number | null {
  const text = headers['retry-after']?.trim() ?? '';
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1_000, maxRetryAfterMs);
  const at = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), .* GMT$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) return null;
  return Math.min(Math.max(at - (Date.parse(headers.date ?? '') || Date.now()), 0), maxRetryAfterMs);
}

/** The provider's own reason for refusing a request, for people. */
function reasonOf(text: string, secrets: readonly string[]): string | null {
  const body = parseJson(text) as { message?: unknown } | null | undefined;
  if (typeof body?.message !== 'string') return null;
  return sayable(secrets.reduce((reason, secret) => reason.replaceAll(secret, '[secret]'), body.message));
}
