/**
 * Agents behind an URL: one POST of JSON, answered with JSON.
 *
 * The request is `{ agent, run, step, attempt, key, input }`; the answer's body is the output. Nothing is repeated here,
 * and no redirect is followed. The address is a line of the configuration that no input can touch, so it is not guarded:
 * agents of one's own are on private addresses as a rule.
 */
import type { IncomingMessage } from 'node:http';
import type { AgentCall, CallResult, Transporter, Webhook } from '../contracts/agent.ts';
import { fail } from '../contracts/error.ts';
import { readJson } from './http-body.ts';
import { areHeaders, exchange, framingHeaders, type HttpRequest, userAgent } from './http-exchange.ts';
import { endByStatus } from './http-status.ts';
import { deadlineOf, stopped } from './stopped.ts';

export interface WebhookOptions {
  /** Sent with every call to every agent, unless the agent itself has a header of that name. */
  requestHeaders?: Record<string, string>;
  /** Certificates (PEM) to trust instead of the well-known authorities. */
  ca?: string;
}

/** Reaches agents with `webhook`. */
export function createWebhookTransporter(options: WebhookOptions = {}): Transporter {
  return {
    handles: (agent) => 'webhook' in agent.definition,
    call: (call) => callWebhook(call, options),
  };
}

async function callWebhook(call: AgentCall, options: WebhookOptions): Promise<CallResult> {
  using deadline = deadlineOf(call);
  if (deadline.cause) return stopped(call, deadline.cause, false);
  const { definition } = call.agent;
  if (!('webhook' in definition)) {
    return { end: 'not_sent', error: fail('agent_missing', `${call.agent.id} is not a webhook`) };
  }
  const request = requestOf(definition.webhook, call, options);
  if (typeof request === 'string') {
    return { end: 'not_sent', error: fail('agent_unreachable', `${call.agent.id} ${request}`, { retryable: false }) };
  }
  // Awaited here: the deadline is disposed of at the end of this function.
  return await exchange(call, request, { deadline, options }, (answer) => readAnswer(call, answer));
}

async function readAnswer(call: AgentCall, answer: IncomingMessage): Promise<CallResult> {
  const ended = endByStatus(call, answer);
  if (ended) return ended;
  return answer.statusCode === 204 ? { end: 'done', output: null } : readJson(call, answer);
}

/** The request, or what is wrong with the address or the headers. An address may hold secrets, so it is not repeated. */
function requestOf(webhook: Webhook, call: AgentCall, options: WebhookOptions): HttpRequest | string {
  const url = URL.parse(webhook.url);
  if (!url || !/^https?:$/.test(url.protocol)) return 'has an address that is not an http or https URL';
  const headers: Record<string, string> = { 'user-agent': userAgent };
  const given = { ...options.requestHeaders, ...webhook.headers };
  for (const [name, value] of Object.entries(given)) headers[name.toLowerCase()] = value;
  const all = { ...headers, ...ownHeaders(call) };
  if (framingHeaders.some((name) => name in all)) return 'has a header that is not its own to choose';
  const auth = authOf(url);
  if (auth === undefined || !areHeaders(all)) return 'has a header with a name or a value that HTTP does not allow';
  return { method: 'POST', url, auth, headers: all, body: bodyOf(call) };
}

/** Name and password of the address; undefined if they are not encoded as they must be. */
function authOf(url: URL): string | null | undefined {
  try {
    return url.username ? decodeURIComponent(`${url.username}:${url.password}`) : null;
  } catch {
    return undefined;
  }
}

/**
 * Headers that an agent cannot choose. The key is a quoted string, as a structured field is
 * (https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/, RFC 9651).
 */
const ownHeaders = (call: AgentCall): Record<string, string> => ({
  'content-type': 'application/json',
  accept: 'application/json',
  'accept-encoding': 'identity',
  'idempotency-key': `"${call.context.key.replace(/["\\]/g, '\\$&')}"`,
});

function bodyOf({ agent, input, context }: AgentCall): Buffer {
  const { run, step, attempt, key } = context;
  return Buffer.from(JSON.stringify({ agent: agent.id, run, step, attempt, key, input }));
}
