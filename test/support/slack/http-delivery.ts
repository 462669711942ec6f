/** Deliveries over HTTP: signed requests as Slack sends them. */
import { createHmac } from 'node:crypto';
import type { Transport } from './delivery.ts';
import type { HttpTarget, Json, Kind, Signing } from './types.ts';

function bodyOf(kind: Kind, payload: Json): { type: string; body: string } {
  if (kind === 'events_api') return { type: 'application/json', body: JSON.stringify(payload) };
  const type = 'application/x-www-form-urlencoded';
  const fields = kind === 'interactive' ? { payload: JSON.stringify(payload) } : (payload as Record<string, string>);
  return { type, body: new URLSearchParams(fields).toString() };
}

export function signed(body: string, secret: string, signing: Signing): Record<string, string> {
  if (signing === 'none') return {};
  // What lies ahead comes nearer until it is read, which what lies back does not.
  const shift = { right: 0, wrong: 0, stale: -301, future: 600 }[signing];
  const timestamp = String(Math.floor(Date.now() / 1000) + shift);
  const key = signing === 'wrong' ? `${secret}, not` : secret;
  const digest = createHmac('sha256', key).update(`v0:${timestamp}:${body}`).digest('hex');
  return { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': `v0=${digest}` };
}

/** JSON when it is, else the text; undefined when empty. */
export function readBody(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export const createHttpTransport =
  ({ url, signingSecret }: HttpTarget, ackMs: number, closed: AbortSignal): Transport =>
  async (kind, payload, again, signing) => {
    const { type, body } = bodyOf(kind, payload);
    const headers = {
      'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
      'content-type': type,
      ...signed(body, signingSecret, signing),
      ...(again ? { 'x-slack-retry-num': String(again.num), 'x-slack-retry-reason': again.reason } : {}),
    };
    const stop = new AbortController();
    const abort = () => stop.abort();
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      stop.abort();
    }, ackMs);
    closed.addEventListener('abort', abort);
    try {
      const answer = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal: stop.signal });
      const text = await answer.text();
      const final = answer.headers.get('x-slack-no-retry') === '1';
      const outcome = { acked: answer.ok, status: answer.status, body: readBody(text), final };
      return answer.ok ? outcome : { ...outcome, reason: 'http_error' };
    } catch {
      return { acked: false, reason: late ? 'http_timeout' : 'connection_failed' };
    } finally {
      clearTimeout(timer);
      closed.removeEventListener('abort', abort);
    }
  };
