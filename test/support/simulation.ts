/**
 * A world without a database: one run is driven by workers that crash and come back as zombies, agents answer or do not,
 * people vote when they like, and time is virtual. It drives the pure core exactly as the driver of `src/core/drive.ts`
 * does, against the same rules as the statements of `src/core/store`.
 */
import assert from 'node:assert/strict';
import type { Evidence, Question } from '../../src/contracts/escalation.ts';
import { type Entry, type Event, entry as entrySchema } from '../../src/contracts/event.ts';
import type { Json } from '../../src/contracts/json.ts';
import type { Signal, SignalData } from '../../src/contracts/signal.ts';
import { eventOf, isFact, orphans, voids } from '../../src/core/arrivals.ts';
import { changeOf } from '../../src/core/changes.ts';
import { evolveAll, replay } from '../../src/core/evolve.ts';
import { judge } from '../../src/core/judge.ts';
import { type Call, callKey, type Known } from '../../src/core/move.ts';
import { advance } from '../../src/core/next.ts';
import { openQuestions, type RunState } from '../../src/core/state.ts';
import { knownOf, opening, requester, run } from './journal.ts';
import { type AttemptCall, createAgents, type Effect, type Result, sayOf } from './simulation-people.ts';
import { drawn, type Scenario, type Trouble } from './simulation-scenario.ts';

type CloseCall = Extract<Call, { kind: 'close' }>;
type HoldCall = Extract<Call, { kind: 'hold' }>;

/** What an agent was asked to do, and when: `committed` entries were in the journal by then. */
export interface Made {
  call: AttemptCall;
  agent: string;
  key: string;
  committed: number;
}

interface Row {
  question: Question;
  status: 'open' | 'decided' | 'expired' | 'withdrawn';
  authorises: string | null;
  approvals: string[];
}

export interface Trace {
  scenario: Scenario;
  known: Known;
  entries: Entry[];
  state: RunState;
  made: Made[];
  effects: Effect[];
  rows: Map<string, Row>;
  /** Resources that this run has in hand, by step. */
  inHand: Map<string, string>;
  counts: {
    lostCommits: number;
    refusedCommits: number;
    repeatedSignals: number;
    takeovers: number;
    orphanedUndos: number;
  };
}

interface Worker {
  epoch: number;
  /** `zombie`: it has lost the run, and what it started still ends. */
  life: 'alive' | 'dead' | 'zombie' | 'resting';
  state: RunState;
  facts: Event[];
  seen: Set<string>;
  inFlight: Set<string>;
  putOff: Map<string, number>;
}

const maxLooks = 4_000;

const isDead = ({ life }: Worker): boolean => life === 'dead';

export function simulate(scenario: Scenario, trouble: Trouble): Trace {
  const known = knownOf(scenario.contracts, scenario.route);
  const trace: Trace = {
    scenario,
    known,
    entries: [],
    state: replay(run, []),
    made: [],
    effects: [],
    rows: new Map(),
    inHand: new Map(),
    counts: { lostCommits: 0, refusedCommits: 0, repeatedSignals: 0, takeovers: 0, orphanedUndos: 0 },
  };
  const { entries, rows, counts } = trace;
  const queue: { at: number; act: () => void }[] = [];
  let [now, draws, points, looks, epoch, signalNumber, approvalNumber] = [0, 0, 0, 0, 0, 0, 0];
  let signals: Signal[] = [];
  let worker: Worker;

  const act = createAgents(scenario, known, trace.effects);
  const dice = (below: number): number => drawn(below, scenario.seed, ++draws);
  const later = (ms: number, act: () => void) => queue.push({ at: now + ms, act });

  /** Whether the worker crashes here. */
  const crashes = (of: Worker): boolean => {
    const crash = of === worker && of.life === 'alive' && trouble.crashes.find(({ point }) => point === points);
    if (of === worker && of.life === 'alive') points += 1;
    if (!crash) return false;
    of.life = crash.kind;
    if (crash.kind === 'zombie') takeOver();
    else later(dice(300), takeOver);
    return true;
  };

  const takeOver = () => {
    epoch += 1;
    counts.takeovers += 1;
    const state = replay(run, entries);
    const lost = orphans(state, now);
    counts.orphanedUndos += lost.filter((event) => event.type === 'attempt_ended' && event.undo).length;
    worker = {
      epoch,
      life: 'alive',
      state,
      facts: lost,
      seen: new Set(),
      inFlight: new Set(),
      putOff: new Map(),
    };
    const mine = worker;
    later(0, () => look(mine));
  };

  const raise = (data: SignalData) => {
    const times = trouble.disorder && data.kind !== 'decided' ? 2 : 1;
    for (let i = 0; i < times; i += 1) signals.push({ id: `signal ${++signalNumber}`, data: structuredClone(data) });
    if (times > 1) counts.repeatedSignals += 1;
    if (worker.life === 'resting') takeOver();
    const mine = worker;
    later(dice(5), () => look(mine));
  };

  const hear = (of: Worker) => {
    const unread = trouble.disorder ? [...signals, ...signals].sort(() => dice(3) - 1) : signals;
    for (const signal of unread) {
      if (of.seen.has(signal.id)) continue;
      of.seen.add(signal.id);
      of.facts.push(eventOf(signal));
    }
  };

  const look = (of: Worker): void => {
    if (of.life !== 'alive') return;
    looks += 1;
    assert.ok(looks < maxLooks, 'the run does not come to rest');
    hear(of);
    const taken = of.facts.splice(0);
    const base = evolveAll(of.state, taken, now);
    const move = advance(base, known, now);
    const again = advance(move.state, known, now);
    assert.deepEqual(again, { ...move, events: [] }, 'a second look finds nothing');
    assert.deepEqual(advance(base, known, now), move, 'the same journal, the same answer');
    if (crashes(of) && isDead(of)) return;
    const wanted = move.calls.filter((call, i, all) => {
      const key = callKey(call);
      if (of.inFlight.has(key) || (of.putOff.get(key) ?? 0) > now) return false;
      return all.findIndex((other) => callKey(other) === key) === i;
    });
    const events = [...taken, ...move.events];
    if (events.length > 0) {
      if (!commit(of, events)) return;
      later(0, () => look(of));
    }
    if (crashes(of)) return;
    for (const call of wanted) launch(of, call);
    const times = [...of.putOff.values()].filter((at) => at > now);
    if (move.wakeAt !== null) times.push(move.wakeAt);
    const wakeAt = times.length === 0 ? null : Math.min(...times);
    if (events.length > 0) return;
    if (of.inFlight.size === 0 && (wakeAt === null || wakeAt - now > 100) && dice(2) === 0) {
      of.life = 'resting';
      if (wakeAt !== null) later(wakeAt - now, () => worker === of && of.life === 'resting' && takeOver());
    } else if (wakeAt !== null) later(wakeAt - now, () => look(of));
  };

  /** The same rules as the statement that commits; false when nothing of it happened. */
  const commit = (of: Worker, given: Event[]): boolean => {
    const events = JSON.parse(JSON.stringify(given)) as Event[];
    const after = evolveAll(of.state, events, now);
    const change = changeOf(of.state, after, events, {
      epoch: of.epoch,
      at: now,
      commit: '',
      release: null,
      title: null,
    });
    if (of.epoch !== epoch) {
      counts.lostCommits += 1;
      if (of.life === 'alive') of.life = 'zombie';
      return false;
    }
    if (change.guards.some(({ escalation, digest }) => rows.get(escalation)?.authorises !== digest)) {
      counts.refusedCommits += 1;
      of.facts.unshift(...events.filter(isFact), ...voids(events));
      later(0, () => look(of));
      return false;
    }
    assert.equal(change.seq, entries.length + 1);
    entries.push(entrySchema.parse({ seq: change.seq, at: now, events }));
    for (const id of change.signals) {
      assert.ok(
        signals.some((signal) => signal.id === id),
        `${id} is folded once`,
      );
      signals = signals.filter((signal) => signal.id !== id);
    }
    for (const question of change.questions) {
      assert.ok(!rows.has(question.id), 'each question has an id of its own');
      rows.set(question.id, { question, status: 'open', authorises: null, approvals: [] });
      expectVotes(question);
    }
    for (const { ref } of change.settle) trace.inHand.delete(ref);
    of.state = { ...after, seq: change.seq };
    trace.state = of.state;
    assert.deepEqual(replay(run, entries), of.state, 'the journal gives the state in memory');
    return true;
  };

  const launch = (of: Worker, call: Call): void => {
    of.inFlight.add(callKey(call));
    if (call.kind === 'attempt') makeAttempt(of, call);
    else if (call.kind === 'hold') hold(of, call);
    else if (call.kind === 'close') later(dice(40), () => close(of, call));
    else throw new Error(`nothing wants ${call.kind} here`);
  };

  const close = (of: Worker, call: CloseCall): void => {
    of.inFlight.delete(callKey(call));
    const { escalation, as } = call;
    const row = rows.get(escalation)!;
    if (of.life === 'dead' || row.status !== 'open') return;
    row.status = as;
    raise({ kind: 'decided', decision: { escalation, outcome: as, by: null, authorises: null } });
  };

  const hold = (of: Worker, call: HoldCall): void => {
    const { ref, resource, seen } = call;
    // A thing that another run has in hand is let go after two seconds.
    const theirs = scenario.others[resource] === 'in_hand' && now > 2_000 ? 'free' : scenario.others[resource]!;
    const own = [...trace.inHand].some(([at, name]) => at !== ref && name === `${call.agent} ${resource}`);
    const evidence: Evidence[] = [
      { run: 'another', title: 'Refund', step: 'pay', state: theirs === 'done' ? 'done' : 'in_hand', at: '2026-01-01' },
    ];
    const allowed = seen?.some(({ state }) => state === 'done') ?? false;
    const free = !own && (theirs === 'free' || (allowed && theirs === 'done'));
    if (free) trace.inHand.set(ref, `${call.agent} ${resource}`);
    if (crashes(of)) return;
    later(dice(20), () => {
      of.inFlight.delete(callKey(call));
      if (of.life !== 'alive') return;
      if (free) of.facts.push({ type: 'held', v: 1, ref, resource });
      else if (own || (seen && theirs === 'in_hand')) of.putOff.set(callKey(call), now + 300);
      else of.facts.push({ type: 'contended', v: 1, ref, resource, evidence });
      look(of);
    });
  };

  const makeAttempt = (of: Worker, call: AttemptCall): void => {
    const step = of.state.steps[call.ref]!;
    const attempt = (call.undo ? step.undo.attempts : step.attempts).find(
      (one) => one.attempt === call.attempt && one.revision === call.revision,
    )!;
    const { agent, key } = attempt;
    const input = known.content(attempt.input);
    trace.made.push({ call, agent, key, committed: entries.length });
    const sentMs = dice(60);
    later(sentMs, () => {
      // A dead worker's request may never have left.
      if (of.life === 'dead' && dice(2) === 0) return;
      const result = act(agent, key, input, call);
      if (crashes(of) && of.life === 'dead') return;
      later(dice(60) + (of.life === 'zombie' ? dice(400) : 0), () => {
        if (crashes(of) && of.life === 'dead') return;
        arrive(of, call, result);
      });
    });
  };

  const arrive = (of: Worker, call: AttemptCall, { end, output, error }: Result): void => {
    of.inFlight.delete(callKey(call));
    if (of.life === 'dead') return;
    const { kind: _, ...which } = call;
    const result = {
      ...which,
      end,
      ...(output !== undefined && { output: { inline: output } }),
      ...(error && { error }),
    };
    if (of.life === 'alive') {
      of.facts.push({ type: 'attempt_ended', v: 1, ...result, durationMs: 1 });
      look(of);
    } else if (end === 'done' || end === 'refused') raise({ kind: 'late_result', ...result });
  };

  /** What people will say, and when: it depends on the question alone, so that it is the same in every history. */
  const expectVotes = (question: Question): void => {
    const { kind, step, subject } = question;
    const times = [...rows.values()].filter((row) => row.question.step === step && row.question.kind === kind).length;
    if (scenario.people === 'silent' && drawn(3, scenario.seed, kind, step ?? '') > 0) return;
    const pick = drawn(10, scenario.seed, kind, step ?? '', subject?.revision ?? 0);
    const [verb, value] = sayOf(scenario, question, pick, times);
    const delay = () => dice(scenario.people === 'slow' ? 9_000 : 400);
    const voters = kind === 'approve' && question.policy.quorum === 2 ? ['anna', 'anna', 'boris'] : ['anna'];
    for (const person of voters) {
      later(delay(), () => vote(question.id, person, verb, value));
    }
  };

  const vote = (id: string, person: string, verb: ReturnType<typeof sayOf>[0], value: Json | undefined): void => {
    const row = rows.get(id)!;
    if (row.status !== 'open') return;
    const ballot = { actor: { person, via: 'memory' }, verb, value };
    const ground = { run, now, contract: known.contract, route: known.route, people: known.people };
    const verdict = judge(row.question, row.approvals, ballot, ground);
    if (verdict.kind === 'count') row.approvals.push(person);
    if (verdict.kind !== 'close') return;
    row.status = 'decided';
    row.authorises = verdict.decision.authorises;
    if (row.authorises !== null && trouble.tampered.includes(approvalNumber++)) row.authorises = 'swapped';
    raise({ kind: 'decided', decision: verdict.decision });
  };

  const before = opening(scenario.plan.steps, scenario.contracts, { missing: scenario.missing }).map((event) =>
    event.type === 'planned' ? { ...event, plan: scenario.plan } : event,
  );
  entries.push({ seq: 1, at: 0, events: before });
  trace.state = replay(run, entries);
  takeOver();
  if (trouble.cancelAt !== null) later(trouble.cancelAt, () => raise({ kind: 'cancel', by: requester }));
  while (queue.length > 0) {
    const at = Math.min(...queue.map((one) => one.at));
    const ready = queue.findIndex((one) => one.at === at);
    const [{ act: happen }] = queue.splice(ready, 1) as [(typeof queue)[number]];
    now = at;
    happen();
  }
  assert.ok(trace.state.finished || openQuestions(trace.state).length > 0, 'a run that rests waits for a person');
  return trace;
}
