/** Access tokens for an authorization key, as `POST /api/v2/oauth` gives them. */
import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { Refusal } from './refusal.ts';

const uuid4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;
const scopes = ['GIGACHAT_API_PERS', 'GIGACHAT_API_B2B', 'GIGACHAT_API_CORP'];

export interface OauthOptions {
  authKey: string;
  /** What the key is good for. */
  scope: string;
  /** How long a token lives. */
  tokenMs: number;
}

export function createOauth(options: OauthOptions) {
  const live = new Map<string, number>();
  return {
    /** Tokens from now on live so long. */
    set tokenMs(ms: number) {
      options.tokenMs = ms;
    },
    /** Ends all tokens at once. */
    revoke: () => live.clear(),
    isLive: (header: string | undefined): boolean => {
      const [, token] = /^Bearer (\S+)$/.exec(header ?? '') ?? [];
      return token !== undefined && (live.get(token) ?? 0) > Date.now();
    },
    grant: (headers: IncomingHttpHeaders, body: string) => {
      if (headers['content-type'] !== 'application/x-www-form-urlencoded') {
        throw new Refusal(400, 'content type must be application/x-www-form-urlencoded');
      }
      if (!uuid4.test(String(headers.rquid ?? ''))) throw new Refusal(400, 'RqUID header is incorrect');
      if (headers.authorization !== `Basic ${options.authKey}`) {
        throw new Refusal(401, 'Authorization error: header is incorrect');
      }
      const form = new URLSearchParams(body);
      const scope = form.get('scope');
      if ([...form.keys()].join() !== 'scope' || !scopes.includes(scope!)) throw new Refusal(400, 'scope is incorrect');
      if (scope !== options.scope) throw new Refusal(400, 'scope from db not fully includes consumed scope');
      const token = `token-${randomUUID()}`;
      const expiresAt = Date.now() + options.tokenMs;
      live.set(token, expiresAt);
      return { access_token: token, expires_at: expiresAt };
    },
  };
}
