/** What a person asked for, and who that person is to Baton. */
import { z } from 'zod';

/** What is wrong is said after the name of the field: whoever sent the task reads it. */
const tooLong = (most: number): string => `has more than ${most} characters`;
const words = (most: number, text = z.string()) => text.min(1, 'is empty').max(most, tooLong(most));

/** A person of the configuration, and the channel through which they were authenticated. */
export const actor = z.strictObject({ person: words(100), via: words(40) });
export type Actor = z.infer<typeof actor>;

export const maxTaskCharacters = 4_000;

export const task = z.strictObject({
  text: words(maxTaskCharacters, z.string().trim()),
  requester: actor,
  /** Where the answer goes: an opaque address that its channel made, or null for a client that follows by itself. */
  conversation: z.string().max(200, tooLong(200)).nullable(),
});
export type Task = z.infer<typeof task>;

/** A task on its way in. `source` and `key` identify the message: the same pair is the same run, however often it comes. */
export const submission = z.strictObject({ source: words(40), key: words(200), task });
export type Submission = z.infer<typeof submission>;

/** What lists call a task: the first line of its text. */
export function titleOf(text: string): string {
  const line = text.split('\n', 1)[0]!;
  return line.length > 100 ? `${line.slice(0, 99)}…` : line;
}
