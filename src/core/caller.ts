/**
 * Calls an agent through its contract: the input is checked before, the output after. A mismatch is an error at the step
 * where it happened, with the place and the types. The transport is somebody else's; the four ends are decided there.
 */
import type { AnyAgent, AttemptContext, CallResult, Transporter } from '../contracts/agent.ts';
import type { Contract } from '../contracts/contract.ts';
import { BatonError, type Failure, fail, failure } from '../contracts/error.ts';
import type { Json } from '../contracts/json.ts';
import type { AttemptEnd } from '../contracts/run.ts';
import type { Cost } from '../contracts/usage.ts';
import { crossing } from './crossing.ts';
import type { OpenMeter } from './meter.ts';
import type { Registry } from './registry.ts';
import { checkZod } from './schema/check.ts';
import { scrub, scrubText } from './scrub.ts';

export interface AttemptResult {
  end: AttemptEnd;
  output?: Json;
  error?: Failure;
  /** What the agent's own price says that it cost. */
  cost?: Cost;
}

/** What pays for a call, and for whom it is made. */
export interface Purse {
  meter: OpenMeter;
  user: string;
}

export interface Caller {
  /** Never throws. `contract` is the digest that the run is pinned to. */
  call(agent: string, contract: string, input: Json, context: AttemptContext, purse: Purse): Promise<AttemptResult>;
}

export function createCaller(registry: Registry, transporters: readonly Transporter[]): Caller {
  return {
    call: async (id, pinned, input, context, purse) => {
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
      const bill = await paid(contract, purse);
      if ('end' in bill) return bill;
      const { timeoutMs, maxOutputBytes } = contract;
      const result = await crossing('call', () =>
        transporter.call({ agent, input, context, timeoutMs, maxOutputBytes, ...purse }),
      );
      return { ...judged(id, agent, result), ...(await bill.settle(result)) };
    },
  };
}

function judged(id: string, { definition }: AnyAgent, result: CallResult): AttemptResult {
  if (result.end !== 'done') return failed(id, result);
  const output = scrub(result.output as Json);
  const answered = checkZod(definition.output, output);
  if (answered.ok) return { end: 'done', output };
  const more = { side: 'output', mismatches: answered.mismatches } as const;
  return { end: 'unknown', error: fail('contract_violation', `The output does not fit the contract of ${id}.`, more) };
}

interface Bill {
  /** What it came to: nothing, when nothing was done. */
  settle(result: CallResult): Promise<{ cost?: Cost }>;
}

/** Books what the agent itself costs, if it costs something; a limit that is in the way keeps it from being called. */
async function paid({ price }: Contract, { meter }: Purse): Promise<Bill | AttemptResult> {
  if (!price) return { settle: async () => ({}) };
  try {
    const settle = await meter.pay(price);
    return {
      settle: async ({ end }) => {
        const isOwed = end === 'done' || end === 'unknown';
        await settle(isOwed);
        return isOwed ? { cost: { ...price, prices: today() } } : {};
      },
    };
  } catch (error) {
    if (error instanceof BatonError) return notSent(error.failure);
    throw error;
  }
}

/** The price is the contract's, which has no date of its own. */
const today = (): string => new Date().toISOString().slice(0, 10);

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
