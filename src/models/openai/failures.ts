/**
 * What went wrong with a call, as one of our codes. Of what the provider says only its own short code is repeated: its
 * messages quote the request and the key.
 */
import { type ErrorCode, type Failure, fail } from '../../contracts/error.ts';

/** Of an error of the client, as far as it is an answer of the provider. */
interface Refused {
  status: number;
  code?: unknown;
  type?: unknown;
  headers?: unknown;
}

const isRefused = (error: unknown): error is Refused =>
  error instanceof Error && typeof (error as Partial<Refused>).status === 'number';

/** The failure of a request that the provider answered with an error, or whose connection failed. */
export function failureOf(error: unknown, hasAnswered: boolean): Failure {
  return isRefused(error) ? refusedBy(error) : brokenBy(error, hasAnswered);
}

const quotaCodes = new Set(['insufficient_quota', 'billing_hard_limit_reached', 'billing_not_active']);
const filterCodes = new Set(['content_filter', 'content_policy_violation']);

function refusedBy({ status, code, type, headers }: Refused): Failure {
  const names = [code, type].flatMap((name) => nameOf(name) ?? []);
  const said = `OpenAI answered ${status}${names[0] ? ` (${names[0]})` : ''}`;
  const later = headers instanceof Headers ? retryAfter(headers) : {};
  if (status === 401 || status === 403) return fail('model_unauthorised', said);
  if (status === 402 || (status === 429 && names.some((name) => quotaCodes.has(name))))
    return fail('model_quota', said);
  if (status === 429) return fail('model_throttled', said, later);
  // 409 is a lock that was not had in time, 425 a server that did not want to begin yet (RFC 8470).
  if (status >= 500 || [408, 409, 425].includes(status)) return fail('model_unavailable', said, later);
  if (names.some((name) => filterCodes.has(name))) return fail('model_filtered', said);
  return fail('model_rejected', status < 400 ? `${said}, a redirect that is not followed` : said);
}

/** A response that came well and says that it failed. */
export function failedWith(reason: string | null, headers: Headers): Failure {
  const name = nameOf(reason);
  const said = `OpenAI could not complete the response${name ? ` (${name})` : ''}`;
  if (name === 'rate_limit_exceeded') return fail('model_throttled', said, retryAfter(headers));
  if (name && quotaCodes.has(name)) return fail('model_quota', said);
  const code: ErrorCode = name && /^(invalid|data_residency)_/.test(name) ? 'model_rejected' : 'model_unavailable';
  return name && (filterCodes.has(name) || name.endsWith('_policy') || name.endsWith('_policy_violation'))
    ? fail('model_filtered', said)
    : fail(code, said);
}

/** A name of the catalogue of errors is lower-case words; anything else may be somebody's text, or a key. */
const nameOf = (name: unknown): string | null =>
  typeof name === 'string' && /^[a-z]+(_[a-z]+)*$/.test(name) && name.length <= 64 ? name : null;

/**
 * How long to wait: milliseconds, seconds or a date (RFC 9110, 10.2.3), which is counted from the answer's own clock
 * where it tells the time.
 */
function retryAfter(headers: Headers): { retryAfterMs?: number } {
  const inMs = numberOf(headers.get('retry-after-ms'));
  if (inMs !== null) return { retryAfterMs: inMs };
  const text = headers.get('retry-after');
  const seconds = numberOf(text);
  if (seconds !== null) return { retryAfterMs: Math.round(seconds * 1_000) };
  const at = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(text ?? '') ? Date.parse(text!) : Number.NaN;
  if (Number.isNaN(at)) return {};
  return { retryAfterMs: Math.max(at - (Date.parse(headers.get('date') ?? '') || Date.now()), 0) };
}

const numberOf = (text: string | null): number | null =>
  text !== null && /^\d{1,12}(\.\d+)?$/.test(text.trim()) ? Number(text) : null;

const unreachable = new Set([
  ...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA', 'EAI_NONAME', 'EHOSTUNREACH', 'EHOSTDOWN'],
  ...['ENETUNREACH', 'ENETDOWN', 'EADDRNOTAVAIL', 'UND_ERR_CONNECT_TIMEOUT'],
]);
const isTls = (code: string): boolean => /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/.test(code);

/** The request never left, or what became of it is not known. */
function brokenBy(error: unknown, hasAnswered: boolean): Failure {
  const causes = causesOf(error);
  const codes = causes.flatMap(({ code }) =>
    typeof code === 'string' && /^[A-Z0-9_]{1,64}$/.test(code) ? [code] : [],
  );
  const code = codes[0];
  // These two are limits of the runtime's own fetch, of five minutes each.
  if (codes.some((one) => /^UND_ERR_(HEADERS|BODY)_TIMEOUT$/.test(one))) {
    return fail('timed_out', `OpenAI gave no answer in the time of a connection (${code})`);
  }
  const neverLeft = codes.find((one) => unreachable.has(one) || isTls(one));
  const atConnect = causes.some(({ syscall }) => syscall === 'connect' || syscall === 'getaddrinfo');
  if (!hasAnswered && (neverLeft || atConnect)) {
    return fail('model_unreachable', `OpenAI could not be reached (${neverLeft ?? code ?? 'no connection'})`);
  }
  // What the runtime's fetch throws has a cause; anything else was thrown before: by an address or a key that HTTP has
  // no form for, and so it will be the next time. A port of other protocols, which fetch blocks, has no code either.
  if (!hasAnswered && (causes.length === 1 || causes.some(({ message }) => message === 'bad port'))) {
    return fail('model_unreachable', 'OpenAI could not be asked: its address or its key cannot be used', {
      retryable: false,
    });
  }
  return fail('model_unavailable', `The connection to OpenAI broke${code ? ` (${code})` : ''}`);
}

interface Cause {
  message: string;
  code?: unknown;
  syscall?: unknown;
}

function causesOf(error: unknown, depth = 0): Cause[] {
  if (!(error instanceof Error) || depth > 8) return [];
  const inner = [error.cause, ...(error instanceof AggregateError ? error.errors : [])];
  return [error, ...inner.flatMap((one) => causesOf(one, depth + 1))];
}
