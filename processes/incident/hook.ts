/** Calls the hook that restarts a service: one POST with the key of the effect, so that a repeat is the same restart. */
import { request as requestPlain } from 'node:http';
import { request as requestSecure } from 'node:https';
import { type AddressGuard, Refusal } from 'baton';
import { portOf } from './targets.ts';

export interface HookCall {
  key: string;
  body: { service: string; evidence: string };
  guard: AddressGuard;
  ca?: string | undefined;
  signal: AbortSignal;
}

/** Resolves to the status of an answer that says yes. A plain no is a Refusal; anything else leaves it open. */
export async function callHook(url: URL, call: HookCall): Promise<number> {
  call.guard.check(url.hostname, portOf(url));
  const { status, retryAfterMs } = await post(url, call);
  if (status >= 200 && status < 300) return status;
  if (status === 429) throw new Refusal(`The hook asks to be called later (${status}).`, retryAfterMs);
  if (status >= 400 && status < 500 && status !== 408) throw new Refusal(`The hook says no (${status}).`);
  throw new Error('The hook did not say whether it did it.');
}

const defaultRetryMs = 5_000;

function post(url: URL, { key, body, guard, ca, signal }: HookCall): Promise<{ status: number; retryAfterMs: number }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; retryAfterMs: number }>();
  const text = Buffer.from(JSON.stringify(body));
  const request = (url.protocol === 'https:' ? requestSecure : requestPlain)(url, {
    method: 'POST',
    agent: false,
    headers: {
      'content-type': 'application/json',
      'content-length': text.length,
      'idempotency-key': key,
      'user-agent': 'baton-incident',
      connection: 'close',
    },
    lookup: guard.lookup(portOf(url)),
    signal,
    ...(ca !== undefined && { ca }),
  });
  request.on('error', reject);
  request.once('response', (response) => {
    const asked = Number(response.headers['retry-after']) * 1_000;
    resolve({ status: response.statusCode ?? 0, retryAfterMs: Number.isFinite(asked) ? asked : defaultRetryMs });
    response.on('error', () => {});
    response.resume();
  });
  request.end(text);
  return promise;
}
