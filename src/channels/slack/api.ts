/**
 * The Web API: no retries within the client, since core repeats what may be repeated, and no call before the end of a
 * wait that Slack asked for. The defaults of the client would wait and repeat by themselves, ambiguous time-outs of
 * chat.postMessage included (slackapi/node-slack-sdk packages/web-api/src/WebClient.ts).
 */
import type { Logger, webApi } from '@slack/bolt';
import { type Bolt, pause } from './bolt.ts';

/** How a call failed. `unsent`: nothing can have arrived. `ambiguous`: it may have been done. */
export type Failure =
  | { kind: 'limited'; ms: number }
  | { kind: 'refused'; error: string }
  | { kind: 'unsent' }
  | { kind: 'ambiguous' };

export type Result = { ok: true; data: Record<string, unknown> } | { ok: false; failure: Failure };

export interface Api {
  /** Calls a method; never throws. With `patient` a short wait that Slack asks for is waited out, once. */
  call(method: string, args: Record<string, unknown>, patient?: boolean): Promise<Result>;
  /** Uploads a text as a file; false when it is not known to be there. */
  upload(args: { channel_id: string; thread_ts?: string; filename: string; content: string }): Promise<boolean>;
}

const timeoutMs = 10_000;
const longestPatienceMs = 30_000;
/** Where Slack does not say how long. */
const limitedMs = 1_000;
const neverSent = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH', 'UND_ERR_CONNECT_TIMEOUT'];

export const clientOptions = (apiUrl: string | undefined, logger: Logger): webApi.WebClientOptions => ({
  ...(apiUrl !== undefined && { slackApiUrl: apiUrl }),
  retryConfig: { retries: 0 },
  rejectRateLimitedCalls: true,
  timeout: timeoutMs,
  maxRequestConcurrency: 10,
  logger,
});

/** What was asked to be left alone, shared by all who call in the name of one token. */
export type Quiet = Map<string, number>;

export function createApi(bolt: Bolt, client: webApi.WebClient, quiet: Quiet): Api {
  const { webApi } = bolt;
  const call = async (method: string, args: Record<string, unknown>, patient = false): Promise<Result> => {
    // New messages are limited by channel, everything else by method.
    const bucket = method === 'chat.postMessage' ? `${method} ${String(args.channel)}` : method;
    const waitMs = (quiet.get(bucket) ?? 0) - performance.now();
    if (waitMs > 0) {
      if (!patient || waitMs > longestPatienceMs) return { ok: false, failure: { kind: 'limited', ms: waitMs } };
      await pause(waitMs);
      return call(method, args);
    }
    try {
      return { ok: true, data: { ...(await client.apiCall(method, args)) } };
    } catch (error) {
      const failure = failureOf(webApi, error);
      if (failure.kind !== 'limited') return { ok: false, failure };
      const now = performance.now();
      for (const [one, until] of quiet) if (until <= now) quiet.delete(one);
      quiet.set(bucket, now + failure.ms);
      return patient ? call(method, args, patient && failure.ms <= longestPatienceMs) : { ok: false, failure };
    }
  };
  return {
    call,
    upload: (args) =>
      client.files.uploadV2(args as webApi.FilesUploadV2Arguments).then(
        () => true,
        () => false,
      ),
  };
}

function failureOf(errors: Bolt['webApi'], error: unknown): Failure {
  if (error instanceof errors.WebAPIRateLimitedError)
    return { kind: 'limited', ms: Math.max(error.retryAfter, 0) * 1000 };
  if (error instanceof errors.WebAPIPlatformError) {
    const said = String(error.data.error);
    // An answer that is not JSON comes as an "error" as well, with the text of some gateway.
    return /^[a-z0-9_]{1,80}$/.test(said) ? refusal(said) : { kind: 'ambiguous' };
  }
  if (error instanceof errors.WebAPIHTTPError) return { kind: error.statusCode === 503 ? 'unsent' : 'ambiguous' };
  if (error instanceof errors.WebAPIRequestError) {
    const { code } = (error.original.cause ?? {}) as { code?: unknown };
    return neverSent.includes(String(code)) ? { kind: 'unsent' } : { kind: 'ambiguous' };
  }
  return { kind: 'ambiguous' };
}

/**
 * Of two errors Slack says that part of what was asked may have happened
 * (https://docs.slack.dev/reference/methods/chat.postMessage), of some that it was too busy to look.
 */
function refusal(error: string): Failure {
  if (error === 'internal_error' || error === 'fatal_error') return { kind: 'ambiguous' };
  if (error === 'service_unavailable') return { kind: 'unsent' };
  if (error === 'ratelimited' || error === 'rate_limited') return { kind: 'limited', ms: limitedMs };
  return { kind: 'refused', error };
}

export const isRefusal = (result: Result, errors: readonly string[]): boolean =>
  !result.ok && result.failure.kind === 'refused' && errors.includes(result.failure.error);
