/** A task on its way in, as it is kept: without what the database cannot hold, and within its limits. */
import { BatonError } from '../contracts/error.ts';
import { type Submission, submission } from '../contracts/task.ts';
import { scrubText } from './scrub.ts';

/** Throws `usage` for what is no task, and says what is wrong with it. */
export function readSubmission(given: Submission): Submission {
  const task = { ...given.task, text: scrubText(given.task.text) };
  const parsed = submission.safeParse({ source: scrubText(given.source), key: scrubText(given.key), task });
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  throw new BatonError('usage', `This is no task: ${[...path.slice(-1), message].join(' ')}.`);
}
