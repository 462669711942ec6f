/**
 * Agents that are functions of the configuration, called in this process or, with `isolate`, in a child of their own.
 *
 * An exception does not prove that nothing happened: only a `Refusal` says that. So whatever else is thrown ends the
 * attempt as `unknown`. What an exception says stays out of the failure, for it may quote the input.
 */
import { type AgentCall, type CallResult, Refusal, type Transporter } from '../contracts/agent.ts';
import { fail } from '../contracts/error.ts';
import { callIsolated, type IsolateOptions } from './isolate.ts';
import { done, maxRetryAfterMs } from './output.ts';
import { deadlineOf, stopped } from './stopped.ts';

export type { IsolateOptions } from './isolate.ts';

/** Reaches agents with `run`. Without `isolateEntry` an agent that wants a child process is not called at all. */
export function createFunctionTransporter(options: IsolateOptions = {}): Transporter {
  return {
    handles: (agent) => 'run' in agent.definition,
    call: async (call) => (isIsolated(call) ? callIsolated(call, options) : callFunction(call)),
  };
}

const isIsolated = ({ agent }: AgentCall): boolean => 'run' in agent.definition && agent.definition.isolate === true;

/**
 * Runs the function here and now. Never throws, and is over at the time limit even if the function is not: what the
 * function does or says later has no effect on the result.
 */
export async function callFunction(call: AgentCall): Promise<CallResult> {
  using deadline = deadlineOf(call);
  if (deadline.cause) return stopped(call, deadline.cause, false);
  const result = await Promise.race([run(call, deadline.signal), deadline.ended]);
  // An agent that heeds its signal may throw or return in the very turn in which the signal fires.
  if (deadline.cause) return stopped(call, deadline.cause, true);
  return result as CallResult;
}

async function run(call: AgentCall, signal: AbortSignal): Promise<CallResult> {
  const { definition, id } = call.agent;
  if (!('run' in definition)) return { end: 'not_sent', error: fail('agent_missing', `${id} is not a function`) };
  try {
    // A copy: the journal's value must not change under the agent's hands.
    const output: unknown = await definition.run(JSON.parse(JSON.stringify(call.input)), { ...call.context, signal });
    return done(call, output);
  } catch (error) {
    if (error instanceof Refusal) return refused(id, error);
    return { end: 'unknown', error: fail('agent_failed', `${id} threw ${nameOf(error)}`) };
  }
}

/** A refusal is made for people to read, unlike an exception: its message is kept, apart from the error's own words. */
function refused(id: string, { message, retryAfterMs }: Refusal): CallResult {
  const text = String(message).toWellFormed().replaceAll('\u0000', '\uFFFD').slice(0, 300);
  const said = text === '' ? {} : { said: text };
  if (retryAfterMs === undefined) return { end: 'refused', error: fail('agent_refused', `${id} refused`, said) };
  const bounded = Math.min(Math.max(Number(retryAfterMs) || 0, 0), maxRetryAfterMs);
  return {
    end: 'refused',
    error: fail('agent_throttled', `${id} asked to be called later`, { ...said, retryAfterMs: bounded }),
  };
}

/** The class of what was thrown. A name that is no identifier could be anything, so it is not repeated. */
function nameOf(error: unknown): string {
  try {
    if (!(error instanceof Error)) return 'something that is not an Error';
    return /^[A-Za-z_$][\w$]{0,60}$/.test(error.name) ? error.name : 'Error';
  } catch {
    return 'something that cannot be read';
  }
}
