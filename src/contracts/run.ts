/** The words for where a run, a step and an attempt stand. */
import { z } from 'zod';

export const runStatuses = [
  'received',
  'planning',
  'running',
  'waiting',
  'compensating',
  'completed',
  'failed',
  'cancelled',
] as const;
export type RunStatus = (typeof runStatuses)[number];

export const finalStatuses = ['completed', 'failed', 'cancelled'] as const;
export type FinalStatus = (typeof finalStatuses)[number];
export const isFinal = (status: RunStatus): status is FinalStatus =>
  (finalStatuses as readonly string[]).includes(status);

export type StepStatus = 'pending' | 'running' | 'waiting' | 'completed' | 'failed' | 'skipped' | 'compensated';

/**
 * - `not_sent`: it never reached the agent; nothing happened.
 * - `done`: it answered as its contract says.
 * - `refused`: it said no and did nothing.
 * - `unknown`: nobody can tell whether it happened: a time-out, a broken connection, a crash, a malformed answer.
 */
export const attemptEnds = ['not_sent', 'done', 'refused', 'unknown'] as const;
export const attemptEnd = z.enum(attemptEnds);
export type AttemptEnd = z.infer<typeof attemptEnd>;

/** The newest journal format this code writes; a worker claims only runs whose format it can read. */
export const engineFormat = 1;

export const maxEventsPerRun = 10_000;
export const maxBytesPerRun = 64_000_000;
