/**
 * Makes an agent's output of an HTTP answer, or its reason for refusing.
 *
 * An API may send back what it was sent, so the secrets of the request are struck out of everything that is kept.
 */
import type { IncomingMessage } from 'node:http';
import type { AgentCall, CallResult } from '../contracts/agent.ts';
import { type AnyHttp, secretsIn } from '../contracts/http.ts';
import type { Json, JsonObject } from '../contracts/json.ts';
import type { Mapping } from '../contracts/plan.ts';
import { toMapping, tree } from '../contracts/refs.ts';
import { resolve, type Scope } from '../contracts/resolve.ts';
import { readJson, readPlain } from './http-body.ts';
import type { Secrets } from './http-request.ts';
import { endByStatus } from './http-status.ts';
import { done, malformed } from './output.ts';

/** What is said of a refusal is a sentence; more of its body than this is not read. */
const maxReasonBytes = 64_000;
/** Nor is it waited for any longer: the status has ended the attempt, and a slow body must not make that doubtful. */
const maxReasonMs = 1_000;

/** Ends the call by the answer. Rejects only if the connection breaks before the body of a result is whole. */
export async function readHttpAnswer(
  http: AnyHttp,
  call: AgentCall,
  answer: IncomingMessage,
  secrets: Secrets,
): Promise<CallResult> {
  const hidden = hiddenIn(http, secrets);
  const ended = endByStatus(call, answer, http.statuses);
  if (ended) {
    if (!http.reason) return ended;
    const said = await readReason(http, { ...call, maxOutputBytes: maxReasonBytes }, answer);
    return said === null ? ended : { ...ended, error: { ...ended.error, said: hide(said, hidden) as string } };
  }
  const body = await readBody(http, call, answer);
  if (body.end !== 'done') return body;
  const whole = answerOf(answer, body.output as Json);
  const mapping: Mapping = http.output
    ? toMapping(http.output({ input: tree('input'), output: tree('output') as never }))
    : { $ref: 'output.body' };
  const output = resolve(mapping, scopeOf(call, whole));
  if (!output.ok) return malformed(call, `nothing at ${output.missing}`);
  return done(call, hide(output.value, hidden));
}

function readBody(http: AnyHttp, call: AgentCall, answer: IncomingMessage): Promise<CallResult> {
  if (http.method === 'HEAD' || answer.statusCode === 204) return Promise.resolve({ end: 'done', output: null });
  return http.reads === 'text' ? readPlain(call, answer) : readJson(call, answer);
}

/** A reason that cannot be read is none: the status has said what matters. */
async function readReason(http: AnyHttp, call: AgentCall, answer: IncomingMessage): Promise<string | null> {
  const timer = setTimeout(() => answer.destroy(), maxReasonMs);
  try {
    const body = await readBody(http, call, answer);
    if (body.end !== 'done') return null;
    const mapping = toMapping(http.reason!({ output: tree('output') as never }));
    const reason = resolve(mapping, scopeOf(call, answerOf(answer, body.output as Json)));
    if (!reason.ok || typeof reason.value !== 'string') return null;
    const text = reason.value.toWellFormed().replaceAll('\u0000', '\uFFFD').trim().slice(0, 300);
    return text === '' ? null : text;
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

const scopeOf =
  (call: AgentCall, output: Json): Scope =>
  (root) =>
    root === 'output' ? output : root === 'input' ? call.input : undefined;

const answerOf = (answer: IncomingMessage, body: Json): JsonObject => ({
  status: answer.statusCode ?? 0,
  headers: Object.fromEntries(
    Object.entries(answer.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  ),
  body,
});

/** The secrets that the request carries, the longest first, since one may be a part of another. */
const hiddenIn = (http: AnyHttp, secrets: Secrets): string[] =>
  Object.values(http.headers ?? {})
    .flatMap(secretsIn)
    .map((name) => secrets(name) ?? '')
    .flatMap((secret) => [secret, encodeURIComponent(secret)])
    .filter((secret) => secret !== '')
    .sort((a, b) => b.length - a.length);

function hide(value: Json, hidden: readonly string[]): Json {
  if (hidden.length === 0) return value;
  if (typeof value === 'string') return hidden.reduce((text, secret) => text.replaceAll(secret, '[secret]'), value);
  if (Array.isArray(value)) return value.map((one) => hide(one, hidden));
  if (value === null || typeof value !== 'object') return value;
  const shown = Object.entries(value).map(([key, one]) => [hide(key, hidden) as string, hide(one, hidden)] as const);
  return Object.fromEntries(shown);
}
