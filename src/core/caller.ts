/**
 * Calls an agent through its contract: the input is checked before, the output after. A mismatch is an error at the step
 * where it happened, with the place and the types. The transport is somebody else's; the four ends are decided there.
 */
import type { AttemptContext, CallResult, Transporter } from '../contracts/agent.ts';
import { type Failure, fail, failure } from '../contracts/error.ts';
import type { Json } from '../contracts/json.ts';
import type { AttemptEnd } from '../contracts/run.ts';
import { crossing } from './crossing.ts';
import type { Registry } from './registry.ts';
import { checkZod } from './schema/check.ts';
import { scrub, scrubText } from './scrub.ts';

export interface AttemptResult {
  end: AttemptEnd;
  output?: Json;
  error?: Failure;
}

export interface Caller {
  /** Never throws. `contract` is the digest that the run is pinned to. */
  call(agent: string, contract: string, input: Json, context: AttemptContext): Promise<AttemptResult>;
}

export function createCaller(registry: Registry, transporters: readonly Transporter[]): Caller {
  return {
    call: async (id, pinned, input, context) => {
      const registered = registry.agents.get(id);
      if (!registered) return notSent(fail('agent_missing', `${id} is not registered on this worker.`));
      const { agent, contract, digest } = registered;
      if (digest !== pinned) {
        return notSent(fail('contract_drift', `${id} has another contract than the run was planned with.`));
      }
      const given = checkZod(agent.definition.input, input);
      if (!given.ok) {
        const more = { side: 'input', mismatches: given.mismatches } as const;
        return notSent(fail('contract_violation', `The input does not fit the contract of ${id}.`, more));
      }
      const transporter = transporters.find((one) => one.handles(agent));
      if (!transporter) return notSent(fail('agent_missing', `Nothing on this worker can reach ${id}.`));
      const { timeoutMs, maxOutputBytes } = contract;
      const result = await crossing('call', () =>
        transporter.call({ agent, input, context, timeoutMs, maxOutputBytes }),
      );
      if (result.end !== 'done') return failed(id, result);
      const output = scrub(result.output as Json);
      const answered = checkZod(agent.definition.output, output);
      if (answered.ok) return { end: 'done', output };
      const more = { side: 'output', mismatches: answered.mismatches } as const;
      return {
        end: 'unknown',
        error: fail('contract_violation', `The output does not fit the contract of ${id}.`, more),
      };
    },
  };
}

type Failed = Exclude<CallResult, { end: 'done' }>;

const failedEnds: readonly Failed['end'][] = ['not_sent', 'refused', 'unknown'];

/**
 * How a transport says that it failed, cut to what the journal can hold: an event that its own schema refuses could
 * never be read again. What is no failure says nothing, so the effect may have happened.
 */
function failed(id: string, { end, error }: Failed): AttemptResult {
  const parsed = failure.safeParse(cut(error));
  if (parsed.success && failedEnds.includes(end)) return { end, error: parsed.data };
  return { end: 'unknown', error: fail('unexpected', `What calls ${id} ended in a way that is none.`) };
}

const cutText = (of: unknown, max: number): unknown => (typeof of === 'string' ? scrubText(of.slice(0, max)) : of);

/** Only lengths are cut; whatever else is wrong stays so. */
function cut(given: unknown): unknown {
  if (typeof given !== 'object' || given === null) return given;
  const { message, said, mismatches, ...rest } = given as Record<string, unknown>;
  return {
    ...rest,
    message: cutText(message, 500),
    ...(said !== undefined && { said: cutText(said, 300) }),
    ...(mismatches !== undefined && { mismatches: Array.isArray(mismatches) ? mismatches.slice(0, 20) : mismatches }),
  };
}

const notSent = (error: Failure): AttemptResult => ({ end: 'not_sent', error });
