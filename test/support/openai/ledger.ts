/** What the server saw, and waiting for it: everything that happens is a look, and nobody sleeps. */
import type { IncomingHttpHeaders } from 'node:http';
import type { RequestBody } from './request.ts';

/** A request that the service would have worked on. */
export interface Accepted {
  body: RequestBody;
  headers: IncomingHttpHeaders;
  /** What the answer's header `x-request-id` says. */
  requestId: string;
  /** Tokens of the prompt that were kept. */
  cached: number;
  /** Bytes that a drip has sent. */
  sent: number;
  /** Whether the whole answer left, or the connection broke before, on whichever side; null until then. */
  end: 'answered' | 'broken' | null;
}

/** A request that no caller should ever send. */
export interface Refused {
  path: string;
  status: number;
  code: string | null;
  reason: string;
}

export function createWaiting(dump: () => string) {
  const looks = new Set<() => void>();
  const ends = new Set<(why: Error) => void>();

  return {
    changed: () => {
      for (const look of looks) look();
    },
    close: () => {
      for (const end of ends) end(new Error('The server was closed'));
    },
    /** What `find` finds, as soon as it does. */
    until: <T>(find: () => T, ms: number): Promise<NonNullable<T>> => {
      const { promise, resolve, reject } = Promise.withResolvers<NonNullable<T>>();
      // The server may close before anybody awaits this.
      promise.catch(() => {});
      const end = () => {
        clearTimeout(timer);
        looks.delete(look);
        ends.delete(fail);
      };
      const fail = (why: Error) => {
        end();
        reject(why);
      };
      const look = () => {
        const found = find();
        if (!found) return;
        end();
        resolve(found as NonNullable<T>);
      };
      const timer = setTimeout(() => fail(new Error(`Not within ${ms} ms: ${find}\n${dump()}`)), ms);
      looks.add(look);
      ends.add(fail);
      look();
      return promise;
    },
  };
}
