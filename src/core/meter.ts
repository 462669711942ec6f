/**
 * What stands between a run and whatever costs money: every call is booked before it is made, and what became of it is
 * an event of the run and a row of the ledger.
 */
import { randomUUID } from 'node:crypto';
import { BatonError } from '../contracts/error.ts';
import type { Event } from '../contracts/event.ts';
import type { Booking, Meter } from '../contracts/model.ts';
import type { ModelCall } from '../contracts/usage.ts';
import { digest } from './digest.ts';
import type { RunState } from './state.ts';
import { patiently, type Sql } from './store/database.ts';
import { bookCall, type Charge, type Limit, settleCall, settlePrice } from './store/ledger.ts';

/** The agent of the step that a call is made for. */
export interface Payer {
  ref: string;
  agent: string;
}

export interface OpenMeter extends Meter {
  /** What has happened so far, as events. */
  readonly events: readonly Event[];
  /** A limit was in the way. */
  readonly reached: Extract<Event, { type: 'budget_reached' }> | null;
  /** Books what the agent itself costs; what comes back settles it. Rejects as `book` does. */
  pay(price: { micros: number; currency: string }): Promise<(isOwed: boolean) => Promise<void>>;
}

export interface Account {
  sql: Sql;
  epoch: number;
  limits: readonly Limit[];
  state: RunState;
  payer: Payer | null;
}

/** Soft limits count once there is a route whose people can be asked, and until they have let it pass. */
export function openMeter({ sql, epoch, limits, state, payer }: Account): OpenMeter {
  const { run, route, thought } = state;
  const binding = limits.filter(({ scope, limit }) => limit === 'hard' || (route && !thought.allowed.includes(scope)));
  const events: Event[] = [];
  let reached: OpenMeter['reached'] = null;
  const enter = async (charge: Omit<Charge, 'run' | 'epoch' | 'route' | 'agent'>): Promise<void> => {
    const whole = { ...charge, run, epoch, route: route?.name ?? null, agent: payer?.agent ?? null };
    const answer = await patiently(() => bookCall(sql, whole, binding));
    if (answer === 'booked') return;
    if (answer === 'lost') throw new BatonError('aborted', 'The run has another writer.');
    reached = { type: 'budget_reached', v: 1, ...answer };
    const code = answer.limit === 'hard' ? 'budget_exceeded' : 'budget_soft';
    throw new BatonError(code, `The ${answer.limit} limit of ${answer.unit} for a ${answer.scope} is reached.`);
  };
  return {
    events,
    get reached() {
      return reached;
    },
    book: ({ money, ...booking }: Booking) =>
      enter({ ...booking, micros: money?.micros ?? null, currency: money?.currency ?? null }),
    settle: async (call: ModelCall) => {
      events.push({ type: 'model_called', v: 1, call, ...(payer && { ref: payer.ref }) });
      await patiently(() => settleCall(sql, call.id, call));
    },
    pay: async ({ micros, currency }) => {
      const id = randomUUID();
      const nobody = { tier: null, provider: null, model: null };
      await enter({ id, purpose: 'agent', ...nobody, tokens: 0, micros, currency });
      return (isOwed) => patiently(() => settlePrice(sql, id, isOwed));
    },
  };
}

/** Tells requesters apart to a provider, and not who they are. */
export const userOf = ({ task }: RunState): string => digest(`requester ${task.requester.person}`).slice(0, 32);
