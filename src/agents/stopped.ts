/** How an attempt ends that its agent did not end: at the time limit, or by an abort from this side. */
import type { AgentCall, CallFailure } from '../contracts/agent.ts';
import { fail } from '../contracts/error.ts';
import { type Cause, type Deadline, startDeadline } from '../core/deadline.ts';

/** Starts the clock of a call. */
export const deadlineOf = ({ timeoutMs, context }: AgentCall): Deadline => startDeadline(timeoutMs, context.signal);

/** How a call ends that its deadline ended. Nothing happened only if nothing had left. */
export function stopped(call: AgentCall, cause: Cause, left: boolean): CallFailure {
  const id = call.agent.id;
  if (cause === 'aborted') {
    const message = left ? `${id} was stopped while it ran` : `${id} was stopped before it was called`;
    return { end: left ? 'unknown' : 'not_sent', error: fail('aborted', message) };
  }
  return left
    ? { end: 'unknown', error: fail('timed_out', `${id} gave no answer within ${call.timeoutMs} ms`) }
    : { end: 'not_sent', error: fail('agent_unreachable', `${id} could not be reached within ${call.timeoutMs} ms`) };
}
