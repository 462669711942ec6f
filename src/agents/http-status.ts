/**
 * What the status of an HTTP answer means for the attempt (RFC 9110).
 *
 * Only a 4xx, a 307 and a 308 say that nothing was done; a 5xx and any other redirect do not.
 */
import type { IncomingMessage } from 'node:http';
import type { AgentCall, CallFailure } from '../contracts/agent.ts';
import { fail } from '../contracts/error.ts';
import type { AnyHttp } from '../contracts/http.ts';
import { maxRetryAfterMs } from './output.ts';

/** How the status ends the call; null if it says that the answer is a result. `special` statuses mean what they say. */
export function endByStatus(
  call: AgentCall,
  answer: IncomingMessage,
  special: AnyHttp['statuses'] = {},
): CallFailure | null {
  const status = answer.statusCode ?? 0;
  const said = `${call.agent.id} answered with status ${status}`;
  const retryAfterMs = readRetryAfter(answer.headers['retry-after'], answer.headers.date);
  const later = retryAfterMs === null ? {} : { retryAfterMs };
  const throttled = { end: 'refused', error: fail('agent_throttled', said, later) } as const;
  const refused = { end: 'refused', error: fail('agent_refused', said) } as const;
  if (special.done?.includes(status)) return null;
  if (special.refused?.includes(status)) return refused;
  if (special.later?.includes(status)) return throttled;
  if (status >= 200 && status < 300) return null;
  if (status >= 300 && status < 400) return redirected(status, `${said}, a redirect that is not followed`);
  // 425 (RFC 8470): the server did not want to begin yet.
  if (status === 429 || status === 425) return throttled;
  if (status >= 400 && status < 500 && status !== 408) return refused;
  return { end: 'unknown', error: fail('agent_unavailable', said, later) };
}

/**
 * A 307 or 308 asks to send the very same request elsewhere, so here it was not processed. After a POST, a 303 points to
 * the result of what was done, servers answer with 301 and 302 in that sense, and what the others mean nobody can tell.
 * They are answers, but none that an agent may give.
 */
const redirected = (status: number, said: string): CallFailure =>
  status === 307 || status === 308
    ? { end: 'refused', error: fail('agent_refused', said) }
    : { end: 'unknown', error: fail('output_malformed', said) };

/**
 * Milliseconds to wait, from seconds or from a date (RFC 9110, 10.2.3); null if it is neither. A date is counted from
 * the answer's own clock where it tells the time.
 */
export function readRetryAfter(header: string | undefined, date: string | undefined, now = Date.now()): number | null {
  const text = header?.trim() ?? '';
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1_000, maxRetryAfterMs);
  // Every form of an HTTP date begins with a day's name; the oldest one, of asctime, does not say that it is in GMT.
  if (!/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(text)) return null;
  const at = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`);
  if (Number.isNaN(at)) return null;
  return Math.min(Math.max(at - (Date.parse(date ?? '') || now), 0), maxRetryAfterMs);
}
