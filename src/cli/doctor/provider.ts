/** Asks a provider of models which models it has: the cheapest sign that it is there and takes the key. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type RequestOptions, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { rootCertificates } from 'node:tls';
import type { GigachatSettings, OpenaiSettings } from '../../model-settings.ts';

const limitMs = 5_000;
const maxBytes = 2_000_000;

/** The models by name; or the status with which it said no, or why there was no answer at all. */
export type Listing = { models: string[] } | { status: number } | { trouble: 'unreachable' | 'certificate' };

export const openaiModels = ({ apiKey, baseUrl = 'https://api.openai.com/v1' }: OpenaiSettings): Promise<Listing> =>
  list(baseUrl, apiKey);

export async function gigachatModels(settings: GigachatSettings): Promise<Listing> {
  const { authKey, scope, caFile } = settings;
  const { authUrl = 'https://ngw.devices.sberbank.ru:9443/api/v2/oauth' } = settings;
  const { baseUrl = 'https://gigachat.devices.sberbank.ru/api/v1' } = settings;
  // For this provider alone, beside the authorities that everybody trusts.
  const ca = caFile === undefined ? undefined : [...rootCertificates, readFileSync(caFile, 'utf8')];
  const headers = {
    authorization: `Basic ${authKey}`,
    rquid: randomUUID(),
    'content-type': 'application/x-www-form-urlencoded',
  };
  const answer = await ask(authUrl, { method: 'POST', headers, ca }, `scope=${scope}`);
  if ('trouble' in answer) return answer;
  const { access_token: token } = (answer.body ?? {}) as { access_token?: unknown };
  return typeof token === 'string' ? list(baseUrl, token, ca) : { status: answer.status };
}

async function list(baseUrl: string, token: string, ca?: string[]): Promise<Listing> {
  const url = `${baseUrl.replace(/\/+$/, '')}/models`;
  const answer = await ask(url, { headers: { authorization: `Bearer ${token}` }, ca });
  if ('trouble' in answer) return answer;
  const { data } = (answer.body ?? {}) as { data?: unknown };
  if (answer.status !== 200 || !Array.isArray(data)) return { status: answer.status };
  return { models: data.flatMap((one: { id?: unknown } | null) => (typeof one?.id === 'string' ? [one.id] : [])) };
}

type Answer = { status: number; body: unknown } | { trouble: 'unreachable' | 'certificate' };

/** Nothing of an error is told: it may quote what was sent. No redirect is followed. */
function ask(url: string, options: RequestOptions & { ca?: string[] | undefined }, body = ''): Promise<Answer> {
  const send = url.startsWith('https:') ? requestHttps : requestHttp;
  return new Promise((resolve) => {
    const lost = ({ code = '' }: NodeJS.ErrnoException) =>
      resolve({ trouble: /CERT|ISSUER|ALTNAME/.test(code) ? 'certificate' : 'unreachable' });
    const signal = AbortSignal.timeout(limitMs);
    const sent = send(url, { ...options, agent: false, signal }, (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > maxBytes) sent.destroy();
        else chunks.push(chunk);
      });
      response.on('error', lost);
      response.on('close', () => resolve({ trouble: 'unreachable' }));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: parsed(Buffer.concat(chunks)) }));
    });
    sent.on('error', lost);
    sent.end(body);
  });
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
}
