/** How a request ends that GigaChat did not end: at the time limit, or by an abort from this side. */
import { type Failure, fail } from '../../contracts/error.ts';
import type { Deadline } from '../../core/deadline.ts';

export const stopped = ({ cause, limitMs }: Deadline): Failure =>
  cause === 'aborted'
    ? fail('aborted', 'The request to GigaChat was stopped')
    : fail('timed_out', `GigaChat gave no answer within ${limitMs} ms`);

/** What `work` gives, or how the request ends if its end comes first. */
export const withinTime = <T>(deadline: Deadline, work: Promise<T>): Promise<T | { error: Failure }> =>
  Promise.race([work, deadline.ended.then(() => ({ error: stopped(deadline) }))]);
