/** What must hold in every history of a run, and a count of the rare branches that a history went through. */
import assert from 'node:assert/strict';
import { type Contract, isRepeatable } from '../../src/contracts/contract.ts';
import type { Event, EventOf } from '../../src/contracts/event.ts';
import { effectDigest, gateOf } from '../../src/core/effect.ts';
import { evolve, replay } from '../../src/core/evolve.ts';
import { next } from '../../src/core/next.ts';
import type { RunState } from '../../src/core/state.ts';
import { run } from './journal.ts';
import type { Trace } from './simulation.ts';

type Start = EventOf<'attempt_started'>;
/** An event and the states around it. */
interface Place {
  before: RunState;
  event: Event;
  after: RunState;
  at: number;
}

const placesOf = (trace: Trace): Place[] => {
  let state = replay(run, []);
  return trace.entries.flatMap(({ at, events }) =>
    events.map((event) => {
      const before = state;
      state = evolve(before, event, at);
      return { before, event, after: state, at };
    }),
  );
};

const startsIn = (events: readonly Event[]): Start[] => events.filter((event) => event.type === 'attempt_started');
const contractOfRef = (trace: Trace, ref: string): Contract =>
  trace.known.contract(`c:a${ref.replace(/^s|\[.*$/g, '')}@1`);

export function assertLaws(trace: Trace): void {
  const places = placesOf(trace);
  everyPrefixCanBeLookedAt(trace, places);
  effectsAreRecordedAndAllowed(trace);
  unknownIsNotRepeated(trace, places);
  nothingStartsAfterTheEnd(trace, places);
  undoneInReverse(trace, places);
  keysAndEffects(trace);
  outputsStay(places);
  nothingIsLeft(trace);
}

function everyPrefixCanBeLookedAt(trace: Trace, places: readonly Place[]): void {
  for (const { after, at } of places) if (after.plan) next(after, trace.known, at);
}

/** No agent is called without its record, nor a record written without its permission. */
function effectsAreRecordedAndAllowed(trace: Trace): void {
  const { scenario, known, rows, made } = trace;
  const called = new Set<string>();
  for (const { call, key, committed } of made) {
    const name = `${call.ref} ${call.revision}.${call.attempt} ${call.undo}`;
    assert.ok(!called.has(name), `${name} is called once`);
    called.add(name);
    const record = startsIn(trace.entries.slice(0, committed).flatMap(({ events }) => events)).find(
      (one) =>
        one.ref === call.ref &&
        one.attempt === call.attempt &&
        one.revision === call.revision &&
        one.undo === call.undo,
    );
    assert.ok(record && record.key === key, `${name} has a record before it`);
  }
  for (const { ref, revision, agent, undo, input, digest, permission } of startsIn(eventsOf(trace))) {
    if (undo) {
      assert.equal(permission.kind, 'undo');
      continue;
    }
    const value = known.content(input);
    assert.equal(digest, effectDigest(run, { step: ref, revision, agent, contract: `c:${agent}`, input: value }));
    const gate = gateOf(scenario.route, known.contract(`c:${agent}`), agent, value, trace.state.fields);
    if (permission.kind === 'escalation') {
      const row = rows.get(permission.id);
      assert.ok(row?.status === 'decided' && row.authorises === digest, `${ref} is allowed by its row`);
    } else assert.equal(permission.kind, gate.kind === 'none' ? 'effect' : gate.kind, `${ref} is allowed`);
  }
}

const eventsOf = (trace: Trace): Event[] => trace.entries.flatMap(({ events }) => events);

/** An effect that may have happened is tried again only when a repeat is harmless or a person said that it did not. */
function unknownIsNotRepeated(trace: Trace, places: readonly Place[]): void {
  for (const { event, before } of places) {
    if (event.type !== 'attempt_started' || event.undo) continue;
    if (isRepeatable(contractOfRef(trace, event.ref))) continue;
    const { attempts, countFrom } = before.steps[event.ref]!;
    const retried = before.questions;
    const said = Object.values(retried).filter(
      ({ question, decision }) => question.step === event.ref && decision?.outcome === 'retry',
    ).length;
    const unclear = attempts.slice(countFrom).filter(({ end }) => end === null || end === 'unknown');
    assert.equal(unclear.length, 0, `${event.ref} starts although nobody knows how the last attempt ended`);
    assert.ok(countFrom === 0 || said > 0, `only a person clears an uncertain effect (${event.ref})`);
  }
}

function nothingStartsAfterTheEnd(trace: Trace, places: readonly Place[]): void {
  const refused = new Set<string>();
  for (const { event, before } of places) {
    if (event.type === 'decided') {
      const { question } = before.questions[event.decision.escalation] ?? {};
      const effective = before.questions[event.decision.escalation]?.decision === null;
      const isNo = ['reject', 'stop', 'skip', 'give'].includes(event.decision.outcome);
      if (isNo && effective && question?.step && before.steps[question.step]!.status === 'waiting') {
        refused.add(question.step);
      }
    }
    if (event.type !== 'attempt_started' || event.undo) continue;
    assert.ok(!before.failing && !before.finished, `${event.ref} starts although the run is failing`);
    assert.ok(!refused.has(event.ref), `${event.ref} starts although a person said no`);
  }
  const over = places.filter(({ event }) => event.type === 'finished');
  assert.ok(over.length <= 1, 'a run ends once');
  assert.equal(over.length === 1, trace.state.finished !== null);
}

function undoneInReverse(trace: Trace, places: readonly Place[]): void {
  for (const { event, before } of places) {
    if (event.type !== 'attempt_started' || !event.undo || event.attempt > 1) continue;
    const after = before.completed.slice(before.completed.indexOf(event.ref) + 1);
    const done = before.completed.includes(event.ref) ? after : [];
    for (const ref of done.filter((one) => contractOfRef(trace, one).effect === 'compensable')) {
      assert.ok(['done', 'failed'].includes(before.steps[ref]!.undo.status), `${ref} is undone before ${event.ref}`);
    }
  }
  const { state } = trace;
  if (!state.finished || state.finished.status === 'completed') return;
  const { undone, needsPerson, stands } = state.finished.report!;
  for (const ref of state.completed) {
    if (contractOfRef(trace, ref).effect !== 'compensable') continue;
    const taken = trace.effects.filter((effect) => effect.undo && effect.ref === ref).length;
    assert.ok(undone.includes(ref) ? taken === 1 : needsPerson.includes(ref), `${ref} is undone once, or reported`);
  }
  for (const { ref, undo } of trace.effects) {
    if (!undo) assert.ok([...undone, ...needsPerson, ...stands].includes(ref), `${ref} is in the report`);
  }
  const all = [...undone, ...needsPerson, ...stands];
  assert.equal(new Set(all).size, all.length, 'each effect is reported once');
}

function keysAndEffects(trace: Trace): void {
  const keys = new Map<string, string>();
  for (const { call, key } of trace.made) {
    const effect = `${call.ref} ${call.revision} ${call.undo}`;
    assert.equal(keys.get(effect) ?? key, key, `${effect} has one key`);
    keys.set(effect, key);
  }
  assert.equal(new Set(keys.values()).size, keys.size, 'each key is of one effect');
  for (const [effect, key] of keys) {
    const [ref] = effect.split(' ');
    const times = trace.effects.filter((one) => one.key === key).length;
    const retries = Object.values(trace.state.questions).filter(
      ({ question, decision }) => question.step === ref && decision?.outcome === 'retry',
    ).length;
    const most = effect.endsWith('true') || contractOfRef(trace, ref!).idempotent ? 1 : 1 + retries;
    assert.ok(times <= most, `${effect} happened ${times} times, and people allowed ${most}`);
  }
}

/** What a step gave is never changed: others have read it. */
function outputsStay(places: readonly Place[]): void {
  for (const { before, after } of places) {
    for (const step of Object.values(before.steps)) {
      if (step.status !== 'completed') continue;
      assert.deepEqual(after.steps[step.ref]!.output, step.output, `the output of ${step.ref} stays`);
      assert.ok(['completed', 'compensated'].includes(after.steps[step.ref]!.status), `${step.ref} stays completed`);
    }
  }
}

function nothingIsLeft(trace: Trace): void {
  if (!trace.state.finished) return;
  assert.deepEqual([...trace.inHand], [], 'a run that is over holds nothing');
  const open = [...trace.rows.values()].filter(({ status }) => status === 'open');
  assert.deepEqual(open, [], 'a run that is over asks nothing');
}

/** How often a history went through each rare branch. */
export function branchesOf(trace: Trace): Record<string, number> {
  const places = placesOf(trace);
  const count = (of: (place: Place) => boolean): number => places.filter(of).length;
  const decided = (outcome: string, kind?: string) =>
    count(({ event, before }) => {
      if (event.type !== 'decided' || event.decision.outcome !== outcome) return false;
      return kind === undefined || before.questions[event.decision.escalation]?.question.kind === kind;
    });
  const asked = (kind: string) => count(({ event }) => event.type === 'asked' && event.question.kind === kind);
  const lateIn = (status: string, end: string) =>
    count(
      ({ event, before }) =>
        event.type === 'late_result' && event.end === end && before.steps[event.ref]?.status === status,
    );
  const skipped = (because: string) => count(({ event }) => event.type === 'skipped' && event.because === because);
  const has = (type: Event['type']) => count(({ event }) => event.type === type);
  const settled = ({ event, before, after }: Place) =>
    event.type === 'late_result' && before.steps[event.ref] !== after.steps[event.ref];
  const lastError = ({ event, before }: Place) =>
    event.type === 'attempt_started' && !event.undo ? before.steps[event.ref]!.attempts.at(-1)?.error?.code : undefined;
  return {
    completed: Number(trace.state.finished?.status === 'completed'),
    failed: Number(trace.state.finished?.status === 'failed'),
    cancelled: Number(trace.state.finished?.status === 'cancelled'),
    'waits for a person for ever': Number(trace.state.finished === null),
    'uncertain asked': asked('uncertain'),
    'said done': decided('done'),
    'said retry': decided('retry'),
    'said stop': decided('stop', 'uncertain'),
    'failure asked': asked('failure'),
    'a failed step tried again': decided('retry', 'failure'),
    'a failed step skipped': decided('skip'),
    'a failed step given its output': decided('give'),
    'a failed step stopped': decided('stop', 'failure'),
    'a failed item': count(
      ({ event }) =>
        event.type === 'asked' && /\[/.test(event.question.step ?? '') && event.question.kind === 'failure',
    ),
    'an item skipped': count(
      ({ event, before }) =>
        event.type === 'decided' &&
        event.decision.outcome === 'skip' &&
        before.steps[before.questions[event.decision.escalation]?.question.step ?? '']?.item != null,
    ),
    'past its deadline': Number(trace.state.failing?.error.code === 'deadline_exceeded'),
    rejected: decided('reject'),
    edited: decided('edit'),
    expired: decided('expired'),
    withdrawn: decided('withdrawn'),
    'missing field answered': decided('answer'),
    reminded: has('reminded'),
    voided: has('voided'),
    'late result settles': count(settled),
    'late result while waiting': lateIn('waiting', 'done') + lateIn('waiting', 'refused'),
    'late result reopens what was given up': lateIn('failed', 'done'),
    'late result of what is completed': lateIn('completed', 'done'),
    'late result of an undo': count(({ event }) => event.type === 'late_result' && event.undo),
    'decided about a step that goes on': count(
      ({ event, before }) =>
        event.type === 'decided' &&
        before.steps[before.questions[event.decision.escalation]?.question.step ?? '']?.status === 'running',
    ),
    held: has('held'),
    contended: has('contended'),
    'retried after a throttle': count((place) => lastError(place) === 'agent_throttled'),
    'retried after a lost worker': count((place) => lastError(place) === 'worker_lost'),
    'skipped by condition': skipped('condition'),
    'skipped by dependency': skipped('dependency'),
    expanded: count(({ event }) => event.type === 'expanded' && event.items > 0),
    'expanded to nothing': count(({ event }) => event.type === 'expanded' && event.items === 0),
    'undone twice or more in one run': Number(trace.effects.filter(({ undo }) => undo).length > 1),
    'undo failed': has('undo_failed'),
    'undo repeated': count(({ event }) => event.type === 'attempt_started' && event.undo && event.attempt > 1),
    'undo orphaned': trace.counts.orphanedUndos,
    'commit of a lost worker refused': trace.counts.lostCommits,
    'commit without authority refused': trace.counts.refusedCommits,
    'signals repeated': trace.counts.repeatedSignals,
    'two questions in one commit': trace.entries.filter(
      ({ events }) => events.filter(({ type }) => type === 'asked').length > 1,
    ).length,
    'counted towards a quorum': [...trace.rows.values()].filter(({ approvals }) => approvals.length > 0).length,
    'event after the end': count(({ before }) => before.finished !== null),
  };
}
