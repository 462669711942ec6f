/**
 * `http`: an agent that is somebody's HTTP API, declared and not programmed.
 *
 * The address and the headers are templates (`https://api.example/orders/{{input.order}}`); query, body and output are
 * mappings in the language of plans. What comes from an input can fill a place of the address and never make another
 * one; secrets are named (`{{secrets.SHOP_TOKEN}}`), and only in headers.
 */
import { z } from 'zod';
import { templateParts } from './plan.ts';
import type { Given, Ref, Tree } from './refs.ts';

export const httpMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
export type HttpMethod = (typeof httpMethods)[number];

/** They change nothing, so that they may be sent again, and elsewhere, when the API says so (RFC 9110, 9.2.1). */
export const isSafeMethod = (method: HttpMethod): boolean => method === 'GET' || method === 'HEAD';

/** Headers that are Baton's to write: with others in their place it would be another request. */
export const reservedHeaders: readonly string[] = [
  'host',
  'connection',
  'content-length',
  'accept-encoding',
  'transfer-encoding',
  'trailer',
  'expect',
  'upgrade',
];

/**
 * What a mapping of the answer may read. What is in the body only the API's own documents tell, so the compiler knows
 * nothing of it; what its references lead to is checked on every call.
 */
export interface HttpAnswer {
  status: Ref<number>;
  /** Names in lower case. */
  // biome-ignore lint/suspicious/noExplicitAny: a reference, of which nobody knows whether it leads anywhere
  headers: { readonly [name: string]: any };
  /** The parsed JSON, or the text. */
  // biome-ignore lint/suspicious/noExplicitAny: references into a value of any shape
  body: any;
}

export interface Http<I, O> {
  method: HttpMethod;
  /**
   * `https://api.example/orders/{{input.order}}?expand={{input.expand}}`. Values are percent-encoded; one that would
   * leave its segment of the path (`..`, a slash, nothing at all) is not sent.
   */
  url: string;
  /** Templates over `input` and `secrets`: `{ authorization: 'Bearer {{secrets.SHOP_TOKEN}}' }`. */
  headers?: Record<string, string>;
  /** Added to the address: texts, numbers, booleans, and lists of them. What is absent or null is left out. */
  query?: (from: { input: Tree<I> }) => Given<unknown>;
  /** Sent as JSON. */
  body?: (from: { input: Tree<I> }) => Given<unknown>;
  /** Sent as `application/x-www-form-urlencoded`. */
  form?: (from: { input: Tree<I> }) => Given<unknown>;
  /** A template, sent as plain text. */
  text?: string;
  /** What the API answers with. Default `json`. */
  reads?: 'json' | 'text';
  /** The agent's output. Default: the body. Either way it must have the output's schema. */
  output?: (from: { input: Tree<I>; output: HttpAnswer }) => Given<NoInfer<O>>;
  /** Where an answer that refuses says why, for people: `({ output }) => output.body.error.message`. */
  reason?: (from: { output: HttpAnswer }) => Given<string>;
  /**
   * Statuses that mean something else here than usual. Usually 2xx is done; 4xx refuses, with nothing done; 425 and 429
   * ask to come later, with nothing done; after 408, 5xx and the rest nobody knows.
   */
  statuses?: { done?: number[]; refused?: number[]; later?: number[] };
  /** The header with the key that is the same for every repeat. Default `idempotency-key`, but for GET and HEAD none. */
  keyHeader?: string | null;
  /**
   * How many redirects are followed. Default: 5 for GET and HEAD, else 0. Other methods follow only 307 and 308, which
   * say that nothing was done, and within their origin. To another origin no header goes along; never to plain http.
   */
  redirects?: number;
}

// biome-ignore lint/suspicious/noExplicitAny: of any agent
export type AnyHttp = Http<any, any>;

const mapped = z.custom((given) => typeof given === 'function', 'must be a function that builds a mapping').optional();
const statuses = z.array(z.int().min(100).max(599)).optional();
/** What a header may be called (RFC 9110, 5.1). */
export const headerName = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;

/** What a declaration must look like; what its templates and mappings say is checked by the registry. */
export const httpShape = z.strictObject({
  method: z.enum(httpMethods),
  url: z.string().max(2_000),
  headers: z.record(z.string(), z.string()).optional(),
  query: mapped,
  body: mapped,
  form: mapped,
  text: z.string().optional(),
  reads: z.enum(['json', 'text']).optional(),
  output: mapped,
  reason: mapped,
  statuses: z.strictObject({ done: statuses, refused: statuses, later: statuses }).optional(),
  keyHeader: z.string().regex(headerName, 'is not a name of a header').nullable().optional(),
  redirects: z.int().min(0).max(10).optional(),
});

type Part = ReturnType<typeof templateParts>[number];

/** An address template, taken apart. */
export interface HttpAddress {
  /** Scheme, host and port: literal, so that no value can change them. */
  origin: string;
  /** The segments of the path, each of literal text and references. */
  path: Part[][];
  query: Part[];
}

/** Takes an address template apart, or says what is wrong with it. The text itself is not repeated. */
export function parseHttpAddress(template: string): HttpAddress | { hint: string } {
  const [, origin, path = '', query = ''] = /^(https?:\/\/[^/?#]*)(\/[^?#]*)?(?:\?([^#]*))?$/i.exec(template) ?? [];
  if (origin === undefined) return { hint: 'write a whole http(s) address without a fragment' };
  if (/[{}]/.test(origin)) return { hint: 'scheme, host and port are literal: no value may choose where to send' };
  const url = URL.parse(origin);
  if (!url) return { hint: 'write a whole http(s) address' };
  if (url.username !== '' || url.password !== '') return { hint: 'no name or password: name a secret in a header' };
  if (/\\/.test(path)) return { hint: 'a path has no backslash' };
  const segments = path.split('/').slice(1).map(templateParts);
  return { origin: url.origin, path: segments, query: templateParts(query) };
}

/** The names of secrets in a template of a header. */
export const secretsIn = (template: string): string[] =>
  templateParts(template).flatMap((part) => ('ref' in part ? (secretNameOf(part.ref) ?? []) : []));

/** The name in `secrets.NAME`, or null for another reference. */
export const secretNameOf = (ref: string): string | null => /^secrets\.([A-Za-z_]\w*)$/.exec(ref)?.[1] ?? null;
