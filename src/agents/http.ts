/**
 * Agents that are HTTP APIs, declared with `http`.
 *
 * The four ends are those of a webhook: what fails before the request is written was not sent, a 4xx refuses, and what
 * breaks later leaves open what happened. Each connection, that of a redirect too, passes the guard of addresses.
 */
import type { IncomingMessage } from 'node:http';
import type { AgentCall, AnyAgent, CallFailure, CallResult, Transporter } from '../contracts/agent.ts';
import { fail, type Problem } from '../contracts/error.ts';
import { type AnyHttp, isSafeMethod, parseHttpAddress, secretsIn } from '../contracts/http.ts';
import { type AddressGuard, createAddressGuard } from './address-guard.ts';
import { readHttpAnswer } from './http-answer.ts';
import { areHeaders, exchange, type HttpRequest } from './http-exchange.ts';
import { buildRequest, type Secrets } from './http-request.ts';
import { deadlineOf, stopped } from './stopped.ts';

export interface HttpOptions {
  /** The value of a secret by its name, asked for at each call. Default: there are none. */
  secrets?: Secrets;
  /** Default: public addresses only. */
  guard?: AddressGuard;
  /** Certificates (PEM) to trust instead of the well-known authorities. */
  ca?: string;
}

/** Reaches agents with `http`. */
export function createHttpTransporter({ secrets = () => undefined, ...rest }: HttpOptions = {}): Transporter {
  const options = { secrets, ca: rest.ca, guard: rest.guard ?? createAddressGuard() };
  return {
    handles: (agent) => 'http' in agent.definition,
    problems: (agent) => problemsOf(agent, options),
    call: (call) => callHttp(call, options),
  };
}

type Options = { secrets: Secrets; guard: AddressGuard; ca: string | undefined };

async function callHttp(call: AgentCall, options: Options): Promise<CallResult> {
  using deadline = deadlineOf(call);
  if (deadline.cause) return stopped(call, deadline.cause, false);
  const { id, definition } = call.agent;
  if (!('http' in definition)) {
    return { end: 'not_sent', error: fail('agent_missing', `${id} is not an HTTP agent`) };
  }
  const { http } = definition;
  const built = buildRequest(http, call, options.secrets);
  if ('flaw' in built) {
    return { end: 'not_sent', error: fail('agent_unreachable', `${id} ${built.flaw}`, { retryable: false }) };
  }
  let request = built;
  for (let hop = 0; ; hop += 1) {
    const ended: CallResult | HttpRequest = await exchange(call, request, { deadline, options }, async (answer) => {
      const next = redirect(http, call, request, answer, hop);
      return next ?? readHttpAnswer(http, call, answer, options.secrets);
    });
    if ('end' in ended) return ended;
    request = ended;
  }
}

const defaultRedirects = 5;

/** The request that the answer asks for, or why it is not made; null if the answer is to be taken as it is. */
function redirect(
  http: AnyHttp,
  call: AgentCall,
  from: HttpRequest,
  answer: IncomingMessage,
  hop: number,
): HttpRequest | CallFailure | null {
  const { statusCode: status = 0, headers } = answer;
  const isSafe = isSafeMethod(http.method);
  const most = http.redirects ?? (isSafe ? defaultRedirects : 0);
  const statuses = isSafe ? [301, 302, 303, 307, 308] : [307, 308];
  if (most === 0 || !statuses.includes(status) || !headers.location) return null;
  // Nothing was done, whichever it is: a safe method changes nothing, and the others are asked for anew.
  const refused = (why: string): CallFailure => ({
    end: 'refused',
    error: fail('agent_refused', `${call.agent.id} was redirected ${why}`),
  });
  if (hop >= most) return refused(`more than ${most === 1 ? 'once' : `${most} times`}`);
  const url = URL.parse(headers.location, from.url.href);
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password) {
    return refused('to what is no plain http or https address');
  }
  if (from.url.protocol === 'https:' && url.protocol === 'http:') return refused('to an address without encryption');
  if (url.origin === from.url.origin) return { ...from, url };
  if (!isSafe) return refused('to another origin');
  const { 'user-agent': agent = '', accept = '' } = from.headers;
  return { ...from, url, headers: { 'user-agent': agent, accept, 'accept-encoding': 'identity' } };
}

/** Secrets that are not there or cannot be sent, and an address that could never be reached. No value is repeated. */
function problemsOf({ id, definition }: AnyAgent, { secrets, guard }: Options): Problem[] {
  if (!('http' in definition)) return [];
  const path = `agents.${id}.http`;
  const problems: Problem[] = [];
  for (const [header, template] of Object.entries(definition.http.headers ?? {})) {
    for (const name of secretsIn(template)) {
      const secret = secrets(name);
      const hint = !secret
        ? `the environment has no ${name}: set it where Baton is started`
        : `${name} has characters that a header cannot carry; is there a line break at its end?`;
      if (!secret || !areHeaders({ x: secret })) {
        problems.push({ code: secret ? 'secret_unusable' : 'secret_missing', path: `${path}.headers.${header}`, hint });
      }
    }
  }
  const address = parseHttpAddress(definition.http.url);
  if ('hint' in address) return problems;
  const { hostname, port, protocol } = new URL(address.origin);
  try {
    guard.check(hostname, Number(port || (protocol === 'https:' ? 443 : 80)));
  } catch (error) {
    problems.push({ code: 'address_refused', path: `${path}.url`, hint: (error as Error).message });
  }
  return problems;
}
