/** Facts that reach a run's writer from outside, as the events that record them. Pure. */
import { fail } from '../contracts/error.ts';
import type { Event } from '../contracts/event.ts';
import type { Signal } from '../contracts/signal.ts';
import { type RunState, runningAttempts } from './state.ts';

/** A signal is folded into exactly one event. */
export function eventOf({ id, data }: Signal): Event {
  switch (data.kind) {
    case 'decided':
      return { type: 'decided', v: 1, signal: id, decision: data.decision };
    case 'extended':
      return { type: 'extended', v: 1, signal: id, escalation: data.escalation, until: data.until };
    case 'cancel':
      return { type: 'cancel_requested', v: 1, signal: id, by: data.by };
    case 'late_result': {
      const { kind, ...result } = data;
      return { type: 'late_result', v: 1, signal: id, ...result };
    }
  }
}

/** The signal that an event folds. */
export const signalOf = (event: Event): string[] => ('signal' in event ? [event.signal] : []);

/**
 * What a worker that takes a run over knows of the attempts it finds running: they are not its own, so nobody can tell
 * how they ended.
 */
export const orphans = (state: RunState, now: number): Event[] =>
  runningAttempts(state).map(({ step, attempt, undo }) => ({
    type: 'attempt_ended',
    v: 1,
    ref: step.ref,
    revision: attempt.revision,
    attempt: attempt.attempt,
    undo,
    end: 'unknown',
    error: fail('worker_lost', 'The worker that ran it was lost.'),
    durationMs: Math.max(0, now - attempt.startedAt),
  }));

/**
 * The same facts without what the database would not take. An attempt's end keeps its place but loses its output: it is
 * an error at that step, and nobody knows what the attempt did.
 */
export const withoutCulprit = (facts: readonly Event[], reason: string): Event[] =>
  facts.map((event) => {
    if (event.type !== 'attempt_ended' || event.output === undefined) return event;
    const { output, ...rest } = event;
    return { ...rest, end: 'unknown', error: fail('change_rejected', `The database refused the output (${reason}).`) };
  });

/** What reached the run from outside, as against what was decided over it. That a row authorises nothing is such a fact. */
export const isFact = ({ type }: Event): boolean =>
  [
    'attempt_ended',
    'decided',
    'extended',
    'cancel_requested',
    'late_result',
    'held',
    'contended',
    'intake_failed',
    'voided',
    'model_called',
    'plan_refused',
    'plan_failed',
    'budget_reached',
    'worded',
  ].includes(type);

/** The approvals that turned out not to authorise what would have started. */
export const voids = (events: readonly Event[]): Event[] =>
  events.flatMap((event) =>
    event.type === 'attempt_started' && event.permission.kind === 'escalation'
      ? [{ type: 'voided', v: 1, ref: event.ref, escalation: event.permission.id } as const]
      : [],
  );
