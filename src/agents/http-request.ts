/**
 * Makes the request of an HTTP agent: address and headers from their templates, query and body from their mappings.
 *
 * What comes from an input is text from outside. It may fill a segment of the path or a value of the query, always
 * percent-encoded, and nothing else: a value that is no segment is not sent. Secrets go into headers alone.
 */
import type { AgentCall } from '../contracts/agent.ts';
import { type AnyHttp, isSafeMethod, parseHttpAddress, reservedHeaders, secretNameOf } from '../contracts/http.ts';
import type { Json, JsonObject } from '../contracts/json.ts';
import { templateParts } from '../contracts/plan.ts';
import { toMapping, tree } from '../contracts/refs.ts';
import { lookUp, resolve, type Scope } from '../contracts/resolve.ts';
import { areHeaders, type HttpRequest, userAgent } from './http-exchange.ts';

export type Secrets = (name: string) => string | undefined;

/** What keeps a request from being made; said of the agent, without any value. */
class Unsendable extends Error {}

/** The request, or why there is none. */
export function buildRequest(http: AnyHttp, call: AgentCall, secrets: Secrets): HttpRequest | { flaw: string } {
  const scope: Scope = (root) => (root === 'input' ? call.input : undefined);
  try {
    const url = buildUrl(http, scope);
    const { type, body } = buildBody(http, scope);
    const headers = buildHeaders(http, call, scope, secrets);
    const own = { 'user-agent': userAgent, accept: http.reads === 'text' ? '*/*' : 'application/json' };
    const all = { ...own, ...(type !== null && { 'content-type': type }), ...headers, 'accept-encoding': 'identity' };
    if (!areHeaders(all)) return { flaw: 'has a header with a name or a value that HTTP does not allow' };
    return { method: http.method, url, headers: all, body };
  } catch (error) {
    if (error instanceof Unsendable) return { flaw: error.message };
    // A lone surrogate, which cannot be encoded.
    if (error instanceof URIError) return { flaw: 'has an input that is not text of Unicode' };
    throw error;
  }
}

function buildUrl(http: AnyHttp, scope: Scope): URL {
  const address = parseHttpAddress(http.url);
  if ('hint' in address) throw new Unsendable(`has an address that cannot be used: ${address.hint}`);
  const segments = address.path.map((parts) => segmentOf(parts, scope));
  const query = [fill(address.query, scope, (value) => encode(value)), encodePairs(queryOf(http, scope))];
  const search = query.filter((part) => part !== '').join('&');
  const path = `/${segments.join('/')}`;
  const url = URL.parse(`${address.origin}${path}${search === '' ? '' : `?${search}`}`);
  // What was put together must be what is understood: the same place, with as many segments.
  const isSame = url?.origin === address.origin && url.pathname.split('/').length === path.split('/').length;
  if (!url || !isSame) throw new Unsendable('has an address that its input would change');
  return url;
}

type Part = { text: string } | { ref: string };

function fill(parts: Part[], scope: Scope, write: (value: string, ref: string) => string): string {
  return parts.map((part) => ('text' in part ? part.text : write(scalarAt(part.ref, scope), part.ref))).join('');
}

function scalarAt(ref: string, scope: Scope): string {
  const value = lookUp(ref, scope);
  if (value === undefined || value === null || typeof value === 'object')
    throw new Unsendable(`has no text, number or boolean at ${ref} to send`);
  return String(value);
}

const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);

/**
 * A slash and a backslash are refused although they could be encoded: there are servers and proxies that decode them
 * before they look at the path. So are characters that some of them copy into headers, and nothing, which would make
 * another path.
 */
function segmentOf(parts: Part[], scope: Scope): string {
  let raw = '';
  const written = fill(parts, scope, (value, ref) => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is meant
    if (value === '' || /[/\\\u0000-\u001f\u007f]|%(2f|5c|2e)/i.test(value))
      throw new Unsendable(`has a value at ${ref} that is not one segment of a path`);
    raw += value;
    return encode(value);
  });
  const literal = parts.map((part) => ('text' in part ? part.text : '')).join('');
  if (raw !== '' && /^\.{1,2}$/.test(literal + raw))
    throw new Unsendable('has a value that would lead to another path');
  return written;
}

function queryOf(http: AnyHttp, scope: Scope): [string, string][] {
  return http.query ? pairsOf(mappedValue(http.query, scope), 'query') : [];
}

function mappedValue(map: NonNullable<AnyHttp['body']>, scope: Scope): Json {
  const resolved = resolve(toMapping(map({ input: tree('input') })), scope);
  if (!resolved.ok) throw new Unsendable(`has nothing at ${resolved.missing} to send`);
  return resolved.value;
}

/** Names and values of a flat object. A list gives a pair for each element; null gives none. */
function pairsOf(value: Json, what: string): [string, string][] {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw new Unsendable(`has a ${what} that is not an object`);
  return Object.entries(value as JsonObject).flatMap(([name, given]) =>
    (Array.isArray(given) ? given : [given])
      .filter((one) => one !== null)
      .map((one): [string, string] => {
        if (typeof one === 'object') throw new Unsendable(`has a ${what} that is not flat`);
        return [name, String(one)];
      }),
  );
}

const encodePairs = (pairs: [string, string][]): string =>
  pairs.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');

function buildBody(http: AnyHttp, scope: Scope): { type: string | null; body: Buffer | null } {
  if (http.body) {
    return { type: 'application/json', body: Buffer.from(JSON.stringify(mappedValue(http.body, scope))) };
  }
  if (http.form) {
    const body = new URLSearchParams(pairsOf(mappedValue(http.form, scope), 'form')).toString();
    return { type: 'application/x-www-form-urlencoded', body: Buffer.from(body) };
  }
  if (http.text !== undefined) {
    const body = fill(templateParts(http.text), scope, (value) => value);
    return { type: 'text/plain; charset=utf-8', body: Buffer.from(body) };
  }
  const mayHaveBody = http.method === 'POST' || http.method === 'PUT' || http.method === 'PATCH';
  return { type: null, body: mayHaveBody ? Buffer.alloc(0) : null };
}

function buildHeaders(http: AnyHttp, call: AgentCall, scope: Scope, secrets: Secrets): Record<string, string> {
  const { keyHeader = isSafeMethod(http.method) ? null : 'idempotency-key' } = http;
  const headers: Record<string, string> = {};
  // As it is, unlike a webhook's: most APIs that take a key are older than its draft, and compare it letter by letter.
  if (keyHeader !== null) headers[keyHeader.toLowerCase()] = call.context.key;
  for (const [name, template] of Object.entries(http.headers ?? {})) {
    if (reservedHeaders.includes(name.toLowerCase()))
      throw new Unsendable('has a header that is not its own to choose');
    headers[name.toLowerCase()] = templateParts(template)
      .map((part) => ('text' in part ? part.text : headerValueOf(part.ref, scope, secrets)))
      .join('');
  }
  return headers;
}

function headerValueOf(ref: string, scope: Scope, secrets: Secrets): string {
  const name = secretNameOf(ref);
  if (name === null) return scalarAt(ref, scope);
  const secret = secrets(name);
  if (!secret) throw new Unsendable(`has no value for the secret ${name}`);
  return secret;
}
