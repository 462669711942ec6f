/** Faults that a test asks for, and Slack’s limits of how often it may be called. */
import type { Call, Json, Limits } from './types.ts';

export interface Fault {
  /** `{ok: false, error}`. */
  error?: string;
  /** An HTTP status without an answer of the Web API. */
  status?: number;
  /** 429 with Retry-After of so many seconds; calls before that are refused as well, and recorded. */
  retryAfter?: number;
  /** No answer at all, until the caller gives up or the server closes; or the connection is cut. */
  fault?: 'hang' | 'reset';
  /** Whether the call does its work all the same. */
  performed?: boolean;
  times?: number;
  channel?: string;
  /** Which calls of the method; all of them by default. */
  matches?: (args: Json) => boolean;
}

export interface Failing {
  readonly used: number;
  stop(): void;
}

export interface Outcome {
  kind: 'error' | 'status' | 'limited' | 'hang' | 'reset';
  error: string;
  status: number;
  retryAfter: number;
  performed: boolean;
}

const usual: Limits = { postMs: 1000, updates: 50, perMs: 60_000 };

const channelOf = (args: Json) => String(args.channel ?? args.channel_id ?? '');

function outcomeOf(fault: Fault): Outcome {
  const { error = 'internal_error', status, retryAfter, performed = false } = fault;
  const limited = retryAfter !== undefined || status === 429;
  const kind = fault.fault ?? (limited ? 'limited' : status !== undefined ? 'status' : 'error');
  return { kind, error, status: status ?? (limited ? 429 : 200), retryAfter: retryAfter ?? 1, performed };
}

export function createFaults(now: () => number, limits: boolean | Partial<Limits>) {
  const scripts: { method: string; fault: Fault; left: number; used: number }[] = [];
  const closedUntil = new Map<string, number>();
  const calledTooEarly: Call[] = [];
  const lastPost = new Map<string, number>();
  const updates: number[] = [];
  let allowed: Limits | undefined;
  const setLimits = (wanted: boolean | Partial<Limits>) => {
    allowed = wanted === false ? undefined : { ...usual, ...(wanted === true ? {} : wanted) };
  };
  setLimits(limits);

  const limited = (waitMs: number): Outcome => outcomeOf({ retryAfter: Math.max(1, Math.ceil(waitMs / 1000)) });

  function beyondLimits(method: string, channel: string): Outcome | undefined {
    if (!allowed) return undefined;
    const at = now();
    if (method === 'chat.postMessage') {
      const wait = (lastPost.get(channel) ?? Number.NEGATIVE_INFINITY) + allowed.postMs - at;
      if (wait > 0) return limited(wait);
      lastPost.set(channel, at);
    }
    if (method === 'chat.update') {
      while (updates[0] !== undefined && updates[0] <= at - allowed.perMs) updates.shift();
      if (updates.length >= allowed.updates) return limited((updates[0] ?? at) + allowed.perMs - at);
      updates.push(at);
    }
    return undefined;
  }

  function close(method: string, channel: string | undefined, seconds: number) {
    closedUntil.set(channel === undefined ? method : `${method} ${channel}`, now() + seconds * 1000);
  }

  return {
    calledTooEarly,
    setLimits,

    fail(method: string, fault: Fault): Failing {
      const script = { method, fault, left: fault.times ?? 1, used: 0 };
      scripts.push(script);
      return {
        get used() {
          return script.used;
        },
        stop() {
          script.left = 0;
        },
      };
    },

    /** What happens to this call in place of its answer. */
    next(call: Call): Outcome | undefined {
      const { method, args } = call;
      const channel = channelOf(args);
      const open = Math.max(closedUntil.get(method) ?? 0, closedUntil.get(`${method} ${channel}`) ?? 0);
      if (open > now()) {
        calledTooEarly.push(call);
        return limited(open - now());
      }
      const script = scripts.find(
        ({ method: name, fault, left }) =>
          left > 0 &&
          name === method &&
          (fault.channel === undefined || fault.channel === channel) &&
          (fault.matches?.(args) ?? true),
      );
      if (script) {
        script.left -= 1;
        script.used += 1;
        const outcome = outcomeOf(script.fault);
        if (outcome.kind === 'limited') close(method, script.fault.channel, outcome.retryAfter);
        return outcome;
      }
      const outcome = beyondLimits(method, channel);
      if (outcome) close(method, method === 'chat.postMessage' ? channel : undefined, outcome.retryAfter);
      return outcome;
    },
  };
}
