/** Delivering to the app: events again and again, everything else once. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Answer, Json, Kind, Signing } from './types.ts';
import type { Workspace } from './workspace.ts';

/** What came of one delivery. `reason` is there when nothing was answered or it was no success. */
export interface Outcome {
  acked: boolean;
  status?: number;
  body?: unknown;
  reason?: string;
  /** The app asked not to be told again. */
  final?: boolean;
}

export interface Again {
  num: number;
  reason: string;
}

export type Transport = (kind: Kind, payload: Json, again: Again | undefined, signing: Signing) => Promise<Outcome>;

const usualRetries = [0, 20, 60];

export function createDelivery(workspace: Workspace, transport: Transport, signal: AbortSignal) {
  return async (kind: Kind, payload: Json, signing: Signing = 'right'): Promise<Answer> => {
    const attempts: Answer['attempts'] = [];
    const attempt = async (again?: Again) => {
      const outcome = await transport(kind, payload, again, signing);
      attempts.push(outcome.status ?? outcome.reason ?? 'acked');
      return outcome;
    };
    let outcome = await attempt();
    const retries = kind === 'events_api' ? (workspace.options.retryDelaysMs ?? usualRetries) : [];
    for (const [index, delay] of retries.entries()) {
      if (outcome.acked || outcome.final || signal.aborted) break;
      await wait(delay, undefined, { signal }).catch(() => {});
      if (!signal.aborted) outcome = await attempt({ num: index + 1, reason: outcome.reason ?? 'unknown_error' });
    }
    if (kind !== 'events_api' && outcome.status === undefined && !outcome.acked) {
      const type = String(payload.type ?? payload.command);
      workspace.timeouts.push({ kind, type, reason: outcome.reason ?? 'unknown', payload });
    }
    workspace.changed();
    return { acked: outcome.acked, status: outcome.status, body: outcome.body, attempts, payload };
  };
}
