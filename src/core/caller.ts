/**
 * Calls an agent through its contract: the input is checked before, the output after. A mismatch is an error at the step
 * where it happened, with the place and the types. The transport is somebody else's; the four ends are decided there.
 */
import type { AttemptContext, Transporter } from '../contracts/agent.ts';
import { type Failure, fail } from '../contracts/error.ts';
import type { Json } from '../contracts/json.ts';
import type { AttemptEnd } from '../contracts/run.ts';
import { crossing } from './crossing.ts';
import type { Registry } from './registry.ts';
import { checkZod } from './schema/check.ts';
import { scrub } from './scrub.ts';

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
      if (result.end !== 'done') return result;
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

const notSent = (error: Failure): AttemptResult => ({ end: 'not_sent', error });
