/**
 * A time limit on every statement. A connection whose peer is gone without a word never answers and never breaks, and
 * postgres.js would wait on it, and hand it out again, for ever.
 */
import type postgres from 'postgres';
import { timer } from '../crossing.ts';
import { reasonOf } from './failure.ts';

type Client = postgres.Sql;
/** Sends the statement once it is called, and resolves with its answer. */
type Send = () => Promise<unknown>;
type Supervisor = (send: Send, client: Client) => Promise<unknown>;
/** A query of postgres.js: sent by `handle`, which every way of waiting for it calls. */
type Query = Promise<unknown> & { handle(): unknown };

/** A handle that stays while the clients behind it change; `supervise` sends every statement that is waited for. */
export function supervised(client: () => Client, supervise: Supervisor): Client {
  const watch = (query: Query, of: Client): Query => {
    const handle = query.handle.bind(query);
    let answer: Promise<unknown> | null = null;
    const send = () => {
      handle();
      return new Promise<unknown>((resolve, reject) => Promise.prototype.then.call(query, resolve, reject));
    };
    const ask = () => {
      answer ??= supervise(send, of);
      return answer;
    };
    // The query itself stays: as a part of another statement it is recognised by its class, and is never waited for.
    // biome-ignore lint/suspicious/noThenProperty: a query is a promise that is sent when it is waited for
    return Object.assign(query, { handle: ask, then: (...on: Parameters<Query['then']>) => ask().then(...on) });
  };
  return new Proxy(client(), {
    apply: (_target, _self, args) => {
      const of = client();
      const made: unknown = Reflect.apply(of, undefined, args);
      return made instanceof Promise ? watch(made as Query, of) : made;
    },
    get: (_target, key) => {
      const of = client();
      if (key !== 'unsafe') return Reflect.get(of, key);
      return (...args: Parameters<Client['unsafe']>) => watch(of.unsafe(...args) as unknown as Query, of);
    },
  });
}

/** Rejects as a connection loss when nothing answers in time. */
export function inTime<T>(ms: number, act: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const silent = () => reject(Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' }));
    // A process that was frozen finds its timers due before it has read what came meanwhile: that is read first.
    const stop = timer('statement_limit', ms, () => setImmediate(silent));
    act.then(resolve, reject).finally(stop);
  });
}

/**
 * A pool for single statements. There is no way to close one connection of a postgres.js client, so after a silence all
 * are replaced: what is on its way on the others may still end, what comes goes to new ones.
 */
export function createPool(open: () => Client, limitMs: number): { sql: Client; close(): Promise<void> } {
  let current = open();
  const replace = (silent: Client) => {
    if (current !== silent) return;
    current = open();
    void silent.end({ timeout: 1 });
  };
  const sql = supervised(
    () => current,
    (send, client) =>
      inTime(limitMs, send()).catch((error: unknown) => {
        if (reasonOf(error) === 'ETIMEDOUT') replace(client);
        throw error;
      }),
  );
  // A connection that broke in the middle of a statement is waited for until this time is over.
  return { sql, close: () => current.end({ timeout: 1 }) };
}
