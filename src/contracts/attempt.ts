/** Which attempt, and how it ended: shared by the journal and by what a worker that lost a run sends after it. */
import { z } from 'zod';
import { failure } from './error.ts';
import { value } from './json.ts';
import { attemptEnd } from './run.ts';

/** Names one attempt of a run. `ref` is a step or an item of one: `lookup`, `probe[3]`. */
export const attemptName = {
  ref: z.string(),
  /** Counts the inputs that people gave the step; part of the idempotency key. */
  revision: z.int().nonnegative(),
  attempt: z.int().min(1),
  /** It takes back what the step did. */
  undo: z.boolean(),
};

export const attemptResult = {
  ...attemptName,
  end: attemptEnd,
  output: value.optional(),
  error: failure.optional(),
};
