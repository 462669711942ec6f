/** Updates pushed to a URL: one at a time for each chat, again and again until it answers with 2xx. */
import type { WebhookInfo } from 'telegraf/types';
import { nowInSeconds } from './chats.ts';
import { badContent, conflict } from './refusal.ts';
import type { ParamsOf } from './shapes.ts';
import type { Pending, Updates } from './updates.ts';

/** One POST of an update; without status nobody answered. */
export interface Delivery {
  update_id: number;
  status: number | null;
  at: number;
}

interface Options {
  retryMs: number;
  timeoutMs: number;
  changed(): void;
  /** Methods in answers are results that nobody learns. */
  replied(body: string): void;
}

interface Hook {
  url: string;
  secret: string | undefined;
  connections: number;
  stop: AbortController;
  lastError: { last_error_date: number; last_error_message: string } | null;
}

export type Webhook = ReturnType<typeof createWebhook>;

export function createWebhook(updates: Updates, { retryMs, timeoutMs, changed, replied }: Options) {
  const deliveries: Delivery[] = [];
  let hook: Hook | null = null;
  let busy = new Set<number>();

  const pump = () => {
    if (!hook) return;
    const claimed = new Set(busy);
    for (const entry of updates.live()) {
      if (claimed.size >= hook.connections) return;
      if (claimed.has(entry.chat)) continue;
      claimed.add(entry.chat);
      void deliver(hook, entry, busy);
    }
  };

  const deliver = async (to: Hook, entry: Pending, queues: Set<number>) => {
    queues.add(entry.chat);
    while (!to.stop.signal.aborted && entry.expiresAt > performance.now()) {
      const { isTaken, waitMs } = await post(to, entry);
      if (isTaken) {
        updates.remove(entry);
        break;
      }
      await pause(waitMs, to.stop.signal);
    }
    queues.delete(entry.chat);
    changed();
    if (hook === to) pump();
  };

  const post = async (to: Hook, entry: Pending): Promise<{ isTaken: boolean; waitMs: number }> => {
    const headers: Record<string, string> = { 'content-type': 'application/json' };
    if (to.secret !== undefined) headers['x-telegram-bot-api-secret-token'] = to.secret;
    const delivery: Delivery = { update_id: entry.update.update_id, status: null, at: Date.now() };
    let wait: string | null = null;
    try {
      const response = await fetch(to.url, {
        method: 'POST',
        headers,
        body: JSON.stringify(entry.update),
        redirect: 'manual',
        signal: AbortSignal.any([to.stop.signal, AbortSignal.timeout(timeoutMs)]),
      });
      const body = await response.text();
      delivery.status = response.status;
      wait = response.headers.get('retry-after');
      if (response.ok && /"method"\s*:/.test(body)) replied(body);
      if (!response.ok) fault(to, `Wrong response from the webhook: ${response.status} ${response.statusText}`);
    } catch (error) {
      if (!to.stop.signal.aborted) fault(to, `Connection failed: ${(error as Error).message}`);
    }
    deliveries.push(delivery);
    changed();
    const isTaken = delivery.status !== null && delivery.status >= 200 && delivery.status < 300;
    return { isTaken, waitMs: wait === null ? retryMs : Number(wait) * 1000 };
  };

  const fault = (to: Hook, message: string) => {
    to.lastError = { last_error_date: nowInSeconds(), last_error_message: message };
  };

  const stop = () => {
    hook?.stop.abort();
    hook = null;
    busy = new Set();
  };

  updates.listen(pump);

  return {
    deliveries,
    stop,
    isSet: () => hook !== null,
    set: (params: ParamsOf<'setWebhook'>) => {
      checkHook(params);
      stop();
      if (params.drop_pending_updates) updates.drop();
      if (params.allowed_updates) updates.allow(params.allowed_updates);
      if (params.url !== '') {
        const { url, secret_token: secret, max_connections: connections = 40 } = params;
        updates.abortPoll(conflict('terminated by setWebhook request'));
        hook = { url, secret, connections, stop: new AbortController(), lastError: null };
        pump();
      }
      return true;
    },
    remove: ({ drop_pending_updates }: ParamsOf<'deleteWebhook'>) => {
      stop();
      if (drop_pending_updates) updates.drop();
      return true;
    },
    info: (): WebhookInfo => ({
      url: hook?.url ?? '',
      has_custom_certificate: false,
      pending_update_count: updates.live().length,
      ...(hook && { max_connections: hook.connections, ...hook.lastError }),
      ...(updates.allowed().length > 0 && { allowed_updates: updates.allowed() }),
    }),
  };
}

/** For tests plain http will do as well. */
function checkHook({ url, secret_token }: ParamsOf<'setWebhook'>) {
  if (url !== '' && !/^https?:$/.test(URL.parse(url)?.protocol ?? '')) {
    throw badContent('bad webhook: An HTTPS URL must be provided for webhook');
  }
  if (secret_token === undefined) return;
  if (secret_token.length < 1 || secret_token.length > 256) throw badContent('secret token has a wrong length');
  if (!/^[A-Za-z0-9_-]+$/.test(secret_token)) throw badContent('secret token contains unallowed characters');
}

function pause(ms: number, stopped: AbortSignal): Promise<void> {
  if (stopped.aborted) return Promise.resolve();
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  stopped.addEventListener('abort', () => {
    clearTimeout(timer);
    resolve();
  });
  return promise;
}
