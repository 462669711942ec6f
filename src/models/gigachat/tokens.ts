/**
 * The access token, which is good for half an hour: one at a time, asked for by one request however many wait for it,
 * and two minutes before its end. How long it lives is counted by the answer's own clock where that tells the time.
 */
import { randomUUID } from 'node:crypto';
import type { SecureContext } from 'node:tls';
import { z } from 'zod';
import { type Failure, fail } from '../../contracts/error.ts';
import { startDeadline } from '../../core/deadline.ts';
import { type Answer, post } from './exchange.ts';
import { grantFailureOf } from './status.ts';
import { parseJson } from './text.ts';

export interface Token {
  value: string;
  /** On the monotonic clock. */
  endsAt: number;
  error?: undefined;
}

export interface Tokens {
  take(): Promise<Token | { error: Failure }>;
  /** Another one than this, which was not accepted. */
  insteadOf(refused: Token): Promise<Token | { error: Failure }>;
  close(): void;
}

export interface Account {
  authKey: string;
  scope: string;
  authUrl: URL;
  trust: SecureContext | undefined;
}

const earlyMs = 2 * 60_000;
const limitMs = 15_000;

export function createTokens(account: Account): Tokens {
  let current: Token | null = null;
  let asking: Promise<Token | { error: Failure }> | null = null;
  const closing = new AbortController();

  /** Not stopped by who waits for it: others may, too. */
  const ask = async () => {
    const granted = await grant(account, closing.signal);
    asking = null;
    if (!granted.error) current = granted;
    return granted;
  };

  const renew = () => {
    asking ??= ask();
    return asking;
  };

  return {
    take: async () => {
      const known = current;
      if (known && performance.now() < known.endsAt - earlyMs) return known;
      const granted = await renew();
      // An old one that is still good is better than none.
      return granted.error && known && known === current && performance.now() < known.endsAt ? known : granted;
    },
    insteadOf: async (refused) => {
      if (current && current.value !== refused.value) return current;
      current = null;
      return renew();
    },
    close: () => closing.abort(),
  };
}

const granted = z.object({
  access_token: z.string().regex(/^[\x21-\x7e]+$/),
  expires_at: z.number().positive(),
});

async function grant(
  { authKey, scope, authUrl, trust }: Account,
  signal: AbortSignal,
): Promise<Token | { error: Failure }> {
  using deadline = startDeadline(limitMs, signal);
  const headers = {
    authorization: `Basic ${authKey}`,
    rquid: randomUUID(),
    'content-type': 'application/x-www-form-urlencoded',
  };
  const answer = await post(
    { url: authUrl, headers, body: new URLSearchParams({ scope }).toString() },
    trust,
    deadline,
  );
  return answer.error ? answer : readGrant(answer);
}

function readGrant(answer: Answer): Token | { error: Failure } {
  if (answer.status !== 200) return { error: grantFailureOf(answer) };
  const read = granted.safeParse(parseJson(answer.text));
  if (!read.success) return { error: fail('model_malformed', 'GigaChat gave something else than a token') };
  const { access_token: value, expires_at: at } = read.data;
  // Milliseconds, and seconds in the examples of the reference.
  const endsAtMs = at < 100_000_000_000 ? at * 1_000 : at;
  const livesMs = endsAtMs - (Date.parse(answer.headers.date ?? '') || Date.now());
  return { value, endsAt: performance.now() + livesMs };
}
