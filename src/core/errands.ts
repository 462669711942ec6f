/**
 * What a run's driver has going on outside: attempts, resources to take, questions to close. Each is launched once; what
 * comes of it arrives as an event, or as a signal to the next owner when the run was lost in between.
 */
import { fail } from '../contracts/error.ts';
import type { Event, EventOf } from '../contracts/event.ts';
import type { Value } from '../contracts/json.ts';
import { eventOf } from './arrivals.ts';
import { openMeter, userOf } from './meter.ts';
import { type Call, callKey, type Known } from './move.ts';
import type { RunState } from './state.ts';
import { patiently, reasonOf } from './store/database.ts';
import { closeQuestion } from './store/escalations.ts';
import { holdResource } from './store/reservations.ts';
import { unreadSignals } from './store/runs.ts';
import { signalRun } from './store/signals.ts';
import { type Thinkable, think } from './think.ts';
import type { Tools } from './tools.ts';
import type { Values } from './values.ts';

type AttemptCall = Extract<Call, { kind: 'attempt' }>;
type HoldCall = Extract<Call, { kind: 'hold' }>;
type CloseCall = Extract<Call, { kind: 'close' }>;

export interface Errands {
  /** The calls that are not under way and not put off. */
  due(calls: readonly Call[]): Call[];
  launch(call: Call): void;
  running(): number;
  /** The earlier of a wake-up time and the end of what was put off. */
  nextAt(wakeAt: number | null): number | null;
  /** Understands or plans, here and now, by a provider of this process. */
  think(call: Thinkable, state: RunState): Promise<Event[]>;
  /** Tells the next owner of the run what was learned of attempts and could not be recorded here. */
  report(facts: readonly Event[]): Promise<void>;
  /** Ends everything that is under way. */
  abort(): void;
  /** Ends what only reads; an effect that has begun is better waited for. */
  abortReads(): void;
}

interface Desk {
  run: string;
  epoch: number;
  tools: Tools;
  values: Values;
  known: Known;
  state: () => RunState;
  arrive: (events: readonly Event[]) => void;
}

/** What could not be done, or not yet, is left alone for a second, and twice as long each time after. */
const firstPutOffMs = 1_000;
const longestPutOffMs = 60_000;

/** What comes of an errand: events, or null when it must be tried again. */
type Result = Event[] | null;

export function createErrands(desk: Desk): Errands {
  const { tools, state, arrive } = desk;
  const inFlight = new Map<string, { call: Call; controller: AbortController; reads: boolean }>();
  /** Attempts are called once, whatever the state says while their end is on its way into the journal. */
  const begun = new Set<string>();
  const putOff = new Map<string, { until: number; ms: number }>();

  const report = async (facts: readonly Event[]): Promise<void> => {
    for (const fact of facts) if (fact.type === 'attempt_ended') await reportLate(desk, fact);
  };

  const perform = async (call: Call, signal: AbortSignal): Promise<Result> => {
    switch (call.kind) {
      case 'attempt':
        return attempt(desk, call, signal);
      case 'hold':
        return hold(desk, call);
      case 'close':
        return close(desk, call);
      default:
        return think(desk, call, state(), signal);
    }
  };

  const launch = async (call: Call, key: string, signal: AbortSignal): Promise<void> => {
    const result: Result = await perform(call, signal).catch((error: unknown) => {
      tools.log.warn({ runId: desk.run, errand: call.kind, reason: reasonOf(error) }, 'errand failed');
      // Whatever broke around an attempt, the agent may have been called: it is never simply called again.
      return call.kind === 'attempt' ? [broken(call)] : null;
    });
    inFlight.delete(key);
    if (result) putOff.delete(key);
    else {
      const ms = Math.min((putOff.get(key)?.ms ?? firstPutOffMs / 2) * 2, longestPutOffMs);
      putOff.set(key, { until: tools.clock.now() + ms, ms });
    }
    arrive(result ?? []);
  };

  return {
    due: (calls) => {
      if (calls.length === 0) return [];
      const now = tools.clock.now();
      const holding = new Set<string | null>();
      for (const { call } of inFlight.values()) if (call.kind === 'hold') holding.add(resourceKey(call));
      return calls.filter((call) => {
        const key = callKey(call);
        if (begun.has(key) || inFlight.has(key) || (putOff.get(key)?.until ?? 0) > now) return false;
        if (call.kind !== 'hold') return true;
        // Of two steps that want one resource the second waits until the first has it.
        const free = !holding.has(resourceKey(call));
        holding.add(resourceKey(call));
        return free;
      });
    },
    launch: (call) => {
      const key = callKey(call);
      const controller = new AbortController();
      inFlight.set(key, { call, controller, reads: reads(desk, call) });
      if (call.kind === 'attempt') begun.add(key);
      void launch(call, key, controller.signal);
    },
    running: () => inFlight.size,
    nextAt: (wakeAt) => {
      if (putOff.size === 0) return wakeAt;
      const now = tools.clock.now();
      const ahead = [...putOff.values()].map(({ until }) => until).filter((until) => until > now);
      const times = [...ahead, ...(wakeAt === null ? [] : [wakeAt])];
      return times.length === 0 ? null : Math.min(...times);
    },
    think: (call, at) => think(desk, call, at),
    report,
    abort: () => {
      for (const { controller } of inFlight.values()) controller.abort();
    },
    abortReads: () => {
      for (const { controller, reads } of inFlight.values()) if (reads) controller.abort();
    },
  };
}

const resourceKey = (call: Call): string | null => (call.kind === 'hold' ? `${call.agent} ${call.resource}` : null);

function reads({ tools, state }: Desk, call: Call): boolean {
  if (call.kind === 'intake' || call.kind === 'plan' || call.kind === 'word') return true;
  if (call.kind !== 'attempt' || call.undo) return false;
  const agent = state().steps[call.ref]!.attempts.at(-1)!.agent;
  return tools.definitions.contract(state().contracts[agent]!).effect === 'read';
}

/**
 * Closed by us, by a person a moment before, or open for longer: the row has spoken, and its signal is there to read.
 * Without one its time is not over by the database's clock.
 */
async function close({ run, tools }: Desk, { escalation, as }: CloseCall): Promise<Result> {
  await closeQuestion(tools.db, run, escalation, as);
  const signals = await unreadSignals(tools.db.sql, run);
  return signals.length > 0 ? signals.map(eventOf) : null;
}

async function hold(desk: Desk, call: HoldCall): Promise<Result> {
  const { run, epoch, tools } = desk;
  const { ref, agent, resource, windowMs, seen } = call;
  const others = await holdResource(tools.db.sql, {
    run,
    epoch,
    ref,
    agent,
    resource,
    windowMs,
    seen: seen ?? [],
  }).catch((error: unknown) => {
    // Two at the same instant: the index let one of them have it, and the other one looks again.
    if (reasonOf(error) === '23505') return null;
    throw error;
  });
  if (others === null || others === 'lost') return null;
  if (others.length === 0) return [{ type: 'held', v: 1, ref, resource }];
  // What is only in another run's hand is waited for, once a person has allowed this effect; what has happened is shown.
  const news = seen === null || others.some(({ state }) => state === 'done');
  return news ? [{ type: 'contended', v: 1, ref, resource, evidence: others }] : null;
}

async function attempt(desk: Desk, call: AttemptCall, signal: AbortSignal): Promise<Event[]> {
  const { run, epoch, tools, values, state } = desk;
  const { ref, revision, undo } = call;
  const step = state().steps[ref]!;
  const list = undo ? step.undo.attempts : step.attempts;
  const started = list.find((one) => one.attempt === call.attempt && one.revision === revision)!;
  const context = { run, step: ref, attempt: call.attempt, key: started.key, signal };
  const since = performance.now();
  const contract = state().contracts[started.agent]!;
  const payer = { ref, agent: started.agent };
  const meter = openMeter({ sql: tools.db.sql, epoch, limits: tools.limits, state: state(), payer });
  const purse = { meter, user: userOf(state()) };
  const result = await tools.caller.call(started.agent, contract, values.content(started.input), context, purse);
  return [
    ...meter.events,
    ...(meter.reached ? [meter.reached] : []),
    {
      type: 'attempt_ended' as const,
      v: 1 as const,
      ref,
      revision,
      attempt: call.attempt,
      undo,
      end: result.end,
      ...(result.output !== undefined && { output: { inline: result.output } as Value }),
      ...(result.error && { error: result.error }),
      ...(result.cost && { cost: result.cost }),
      durationMs: Math.round(performance.now() - since),
    },
  ];
}

const broken = ({ ref, revision, attempt, undo }: AttemptCall): Event => ({
  type: 'attempt_ended',
  v: 1,
  ref,
  revision,
  attempt,
  undo,
  end: 'unknown',
  error: fail('unexpected', 'What calls the agent broke.'),
  durationMs: 0,
});

/** What an attempt did, or that it did nothing, settles the doubt of the run's next owner. */
async function reportLate({ run, tools, values }: Desk, fact: EventOf<'attempt_ended'>): Promise<void> {
  if (fact.end !== 'done' && fact.end !== 'refused') return;
  const { type: _, v: __, durationMs: ___, ...ended } = fact;
  const where = { runId: run, step: fact.ref, attempt: fact.attempt };
  try {
    const output = ended.output && (await values.sealValue(ended.output));
    await patiently(() => signalRun(tools.db, run, { kind: 'late_result', ...ended, ...(output && { output }) }));
    tools.log.warn(where, 'result came after the run was lost');
  } catch (error) {
    tools.log.error({ ...where, reason: reasonOf(error) }, 'result of a lost run could not be told');
  }
}
