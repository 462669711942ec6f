/**
 * GigaChat by its HTTP API: OAuth tokens, two ways to a structured answer, and a number of requests at once that all
 * processes keep to. One call is one request; it is sent again only when the first was refused before any work: for an
 * old token, and for a form of answer that the model does not have.
 */
import { validateHeaderValue } from 'node:http';
import type { SecureContext } from 'node:tls';
import type { Completer, Completion, CompletionRequest, Streams } from '../../contracts/completion.ts';
import { BatonError, type Failure, fail } from '../../contracts/error.ts';
import { type Deadline, startDeadline } from '../../core/deadline.ts';
import { readCompletion } from './answer.ts';
import { bodyOf, sessionOf } from './body.ts';
import { post } from './exchange.ts';
import { createForms, type Form, type Forms } from './forms.ts';
import { refusesFormat } from './status.ts';
import { stopped, withinTime } from './stopped.ts';
import { createTokens, type Tokens } from './tokens.ts';
import { trustOf } from './trust.ts';

export interface GigachatOptions {
  /** The authorization key, as the account's page shows it: base64 of id and secret. */
  authKey: string;
  scope: 'GIGACHAT_API_PERS' | 'GIGACHAT_API_B2B' | 'GIGACHAT_API_CORP';
  authUrl?: string | undefined;
  baseUrl?: string | undefined;
  /** Certificates (PEM) to trust beside the well-known ones. */
  caFile?: string | undefined;
  streams: Streams;
  /** Requests at once. Default: what the tariff gives, one to a person and ten to a company. */
  streamLimit?: number | undefined;
  /** How models are made to answer in a form, where that is known. Others are tried. */
  forms?: Readonly<Record<string, Form>> | undefined;
}

interface Client {
  authKey: string;
  url: URL;
  trust: SecureContext | undefined;
  tokens: Tokens;
  forms: Forms;
  streams: Streams;
  streamLimit: number;
}

const defaultAuthUrl = 'https://ngw.devices.sberbank.ru:9443/api/v2/oauth';
const defaultBaseUrl = 'https://gigachat.devices.sberbank.ru/api/v1';

/** Throws `config_invalid` when key, addresses or file cannot be used; connects when somebody first asks. */
export function createGigachat(options: GigachatOptions): Completer {
  const { scope, streams, caFile, forms } = options;
  const authKey = usableKey(options.authKey);
  const trust = trustOf(caFile);
  const authUrl = usableUrl('GIGACHAT_AUTH_URL', options.authUrl ?? defaultAuthUrl);
  const base = usableUrl('GIGACHAT_BASE_URL', options.baseUrl ?? defaultBaseUrl);
  const client: Client = {
    authKey,
    url: new URL(`${base.href.replace(/\/+$/, '')}/chat/completions`),
    trust,
    tokens: createTokens({ authKey, scope, authUrl, trust }),
    forms: createForms(forms),
    streams,
    streamLimit: options.streamLimit ?? (scope === 'GIGACHAT_API_PERS' ? 1 : 10),
  };
  return {
    provider: 'gigachat',
    complete: (request, signal) =>
      complete(client, request, signal).catch((error: unknown) => {
        const name = error instanceof Error ? error.name : typeof error;
        return { error: fail('model_unavailable', `The request to GigaChat failed here (${name})`), ...nothing };
      }),
    close: async () => client.tokens.close(),
  };
}

const nothing = { usage: null, requestId: null };

async function complete(client: Client, request: CompletionRequest, signal: AbortSignal): Promise<Completion> {
  const turn = await takeTurn(client, request.timeoutMs, signal);
  if ('error' in turn) return { error: turn.error, ...nothing };
  try {
    // Its own time begins now: the others' answers are not this one's.
    using deadline = startDeadline(request.timeoutMs, signal);
    return await ask(client, request, deadline);
  } finally {
    await turn.leave();
  }
}

/** Waits for a stream, no longer than for an answer. */
async function takeTurn({ streams, streamLimit }: Client, limitMs: number, signal: AbortSignal) {
  using deadline = startDeadline(limitMs, signal);
  try {
    return await streams.enter('gigachat', streamLimit, deadline.signal);
  } catch (error) {
    if (deadline.cause === 'aborted') return { error: stopped(deadline) };
    if (deadline.cause === null) throw error;
    return {
      error: fail('model_throttled', `For ${limitMs} ms no stream to GigaChat was free (limit ${streamLimit})`),
    };
  }
}

async function ask(client: Client, request: CompletionRequest, deadline: Deadline): Promise<Completion> {
  const { tokens, forms, trust, url, authKey } = client;
  let form = forms.of(request.model);
  let isRenewed = false;
  let token = await withinTime(deadline, tokens.take());
  for (;;) {
    if (token.error) return { error: token.error, ...nothing };
    const answer = await post({ url, ...wordsOf(request, form, token.value) }, trust, deadline);
    if (answer.error) return { error: answer.error, ...nothing };
    if (answer.status === 401 && !isRenewed) {
      isRenewed = true;
      token = await withinTime(deadline, tokens.insteadOf(token));
    } else if (form === 'response_format' && refusesFormat(answer)) {
      forms.refused(request.model);
      form = 'function_call';
    } else {
      const completion = readCompletion(answer, form, [authKey, token.value]);
      if (form === 'response_format') learn(forms, request.model, completion);
      return completion;
    }
  }
}

const wordsOf = (request: CompletionRequest, form: Form, token: string) => ({
  headers: {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'x-session-id': sessionOf(request.cacheKey),
  },
  body: JSON.stringify(bodyOf(request, form)),
});

function learn(forms: Forms, model: string, { error }: { error?: Failure | undefined }): void {
  if (!error) forms.kept(model);
  else if (error.code === 'model_malformed') forms.ignored(model);
}

function usableKey(given: string): string {
  const key = given.trim();
  try {
    if (key === '') throw new Error('empty');
    validateHeaderValue('authorization', key);
    return key;
  } catch {
    throw misconfigured('GIGACHAT_AUTH_KEY', 'is no authorization key: copy it from the page of your account');
  }
}

/** A token must not travel in the open. */
function usableUrl(name: string, given: string): URL {
  const url = URL.parse(given);
  if (url?.protocol === 'https:' && !url.username && !url.password) return url;
  throw misconfigured(name, 'is not an https address');
}

const misconfigured = (path: string, hint: string): BatonError =>
  new BatonError('config_invalid', `${path} ${hint}`, { problems: [{ code: 'gigachat_unusable', path, hint }] });
