/** What must hold of every run of a shape, by its journal and by what its agents did; and which branches were reached. */
import assert from 'node:assert/strict';
import { isRepeatable } from '../../src/contracts/contract.ts';
import type { Entry, Event, EventOf } from '../../src/contracts/event.ts';
import { effectDigest, gateOf } from '../../src/core/effect.ts';
import { evolve, replay } from '../../src/core/evolve.ts';
import type { Registry } from '../../src/core/registry.ts';
import { type RunState, workOf } from '../../src/core/state.ts';

/** A call, or an effect, as the agents' own tables have it. */
export interface Deed {
  key: string;
  ref: string;
  undo: boolean;
}

export interface Story {
  run: string;
  entries: Entry[];
  calls: (Deed & { attempt: number; at: number })[];
  ledger: Deed[];
  /** The rows of its questions, by id. */
  rows: Map<string, { status: string; outcome: string | null; authorises: string | null }>;
}

interface Place {
  before: RunState;
  event: Event;
  at: number;
}

type Start = EventOf<'attempt_started'>;

const placesOf = ({ run, entries }: Story): Place[] => {
  let state = replay(run, []);
  return entries.flatMap(({ at, events }) =>
    events.map((event) => {
      const before = state;
      state = evolve(before, event, at);
      return { before, event, at };
    }),
  );
};

const nameOf = ({ ref, revision, attempt, undo }: Pick<Start, 'ref' | 'revision' | 'attempt' | 'undo'>): string =>
  `${ref} ${revision}.${attempt}${undo ? ' undo' : ''}`;

const inline = (value: Start['input']) => {
  assert.ok('inline' in value);
  return value.inline;
};

const contractOf = (registry: Registry, state: RunState, ref: string) => {
  const agent = state.plan!.steps.find(({ id }) => id === ref.replace(/\[.*$/, ''))!.agent;
  return registry.agents.get(agent)!.contract;
};

/** How often a person said that this step should be tried again. */
const retriesOf = (state: RunState, ref: string): number =>
  Object.values(state.questions).filter(
    ({ question, decision }) => question.step === ref && decision?.outcome === 'retry',
  ).length;

export function assertLaws(story: Story, registry: Registry): void {
  const places = placesOf(story);
  const state = replay(story.run, story.entries);
  assert.deepEqual(
    story.entries.map(({ seq }) => seq),
    story.entries.map((_, i) => i + 1),
    'the journal has no gap',
  );
  assert.equal(places.filter(({ event }) => event.type === 'finished').length, 1, 'a run ends once');
  everyAttemptIsExplained(story, places);
  everyEffectWasAllowed(story, places, state, registry);
  everyQuestionIsClosed(story, state);
  nothingStartsInDoubt(places, registry);
  undoneInReverse(places, registry);
  nothingIsDoneTwice(story, state, registry);
  if (state.finished!.status === 'completed') allWasDone(story, state, registry);
  else whatWasDoneIsReported(story, state, registry);
}

/** Each attempt has one start and one end, and each call its record before it. */
function everyAttemptIsExplained({ calls }: Story, places: readonly Place[]): void {
  const started = new Map<string, Place & { event: Start }>();
  const open = new Set<string>();
  for (const place of places) {
    const { event } = place;
    if (event.type === 'attempt_started') {
      assert.ok(!started.has(nameOf(event)), `${nameOf(event)} starts once`);
      started.set(nameOf(event), { ...place, event });
      open.add(nameOf(event));
    }
    if (event.type === 'attempt_ended') assert.ok(open.delete(nameOf(event)), `${nameOf(event)} ends once`);
    if (event.type === 'late_result') assert.ok(started.has(nameOf(event)), `${nameOf(event)} was started`);
  }
  assert.deepEqual([...open], [], 'every attempt has an end');
  const byKey = new Map([...started.values()].map((place) => [`${place.event.key} ${place.event.attempt}`, place]));
  for (const { key, ref, attempt, at } of calls) {
    const record = byKey.get(`${key} ${attempt}`);
    assert.ok(record && record.event.ref === ref, `the call of ${ref} (${attempt}) has its record`);
    assert.ok(record.at <= at, `the call of ${ref} (${attempt}) comes after its record`);
  }
}

/** Each attempt was allowed by its contract, by policy, or by a question that authorises this very effect. */
function everyEffectWasAllowed({ run, rows }: Story, places: readonly Place[], state: RunState, registry: Registry) {
  const route = registry.routes.get(state.route?.name ?? '')?.data;
  for (const { event } of places) {
    if (event.type !== 'attempt_started') continue;
    const { ref, revision, agent, undo, input, digest, permission } = event;
    if (undo) {
      assert.equal(permission.kind, 'undo');
      continue;
    }
    const registered = registry.agents.get(agent)!;
    const subject = { step: ref, revision, agent, contract: registered.digest, input: inline(input) };
    assert.equal(digest, effectDigest(run, subject), `${ref} has the digest of its effect`);
    if (permission.kind === 'escalation') {
      const row = rows.get(permission.id);
      assert.ok(row?.status === 'decided' && row.authorises === digest, `${ref} is allowed by its row`);
    } else {
      const gate = gateOf(route!, registered.contract, agent, inline(input), state.fields);
      assert.equal(permission.kind, gate.kind === 'none' ? 'effect' : gate.kind, `${ref} is allowed`);
    }
  }
}

/** The journal has each question of the run, closed as its row was. */
function everyQuestionIsClosed({ rows }: Story, { questions }: RunState): void {
  assert.deepEqual(Object.keys(questions).sort(), [...rows.keys()].sort(), 'each question has its row');
  for (const [id, { status, outcome }] of rows) {
    const closed = status === 'decided' ? outcome : status;
    assert.equal(questions[id]!.decision?.outcome, closed, `the journal knows how ${id} was closed`);
  }
}

/** What was done last is taken back first. */
function undoneInReverse(places: readonly Place[], registry: Registry): void {
  for (const { event, before } of places) {
    if (event.type !== 'attempt_started' || !event.undo || event.attempt > 1) continue;
    const at = before.completed.indexOf(event.ref);
    for (const ref of at < 0 ? [] : before.completed.slice(at + 1)) {
      if (contractOf(registry, before, ref).effect !== 'compensable' || before.steps[ref]!.items !== null) continue;
      assert.ok(['done', 'failed'].includes(before.steps[ref]!.undo.status), `${ref} is undone before ${event.ref}`);
    }
  }
}

/** Nothing starts in a run that fails; what may have happened starts again only by a person's word. */
function nothingStartsInDoubt(places: readonly Place[], registry: Registry): void {
  for (const { event, before } of places) {
    if (event.type !== 'attempt_started' || event.undo) continue;
    assert.ok(!before.failing && !before.finished, `${event.ref} starts although the run is failing`);
    if (isRepeatable(contractOf(registry, before, event.ref))) continue;
    const { attempts, countFrom } = before.steps[event.ref]!;
    const unclear = attempts.slice(countFrom).filter(({ end }) => end === null || end === 'unknown');
    assert.equal(unclear.length, 0, `${event.ref} starts although nobody knows how its last attempt ended`);
    assert.ok(countFrom === 0 || retriesOf(before, event.ref) > 0, `only a person clears ${event.ref}`);
  }
}

function nothingIsDoneTwice({ ledger }: Story, state: RunState, registry: Registry): void {
  const times = new Map<string, Deed[]>();
  for (const deed of ledger) {
    const name = `${deed.ref}${deed.undo ? ' undo' : ''}`;
    times.set(name, [...(times.get(name) ?? []), deed]);
  }
  for (const [name, deeds] of times) {
    const [{ ref, undo }] = deeds as [Deed];
    const isKeyed = undo || contractOf(registry, state, ref).idempotent;
    const often = isKeyed ? new Set(deeds.map(({ key }) => key)).size : deeds.length;
    const most = undo ? 1 : 1 + retriesOf(state, ref);
    assert.ok(often <= most, `${name} happened ${often} times, and people allowed ${most}`);
  }
}

function allWasDone({ ledger }: Story, state: RunState, registry: Registry): void {
  for (const { id } of state.plan!.steps) {
    assert.ok(['completed', 'skipped'].includes(state.steps[id]!.status), `${id} is closed`);
  }
  const done = new Set(ledger.map(({ ref }) => ref));
  for (const { ref, status, outputBy } of workOf(state)) {
    if (contractOf(registry, state, ref).effect === 'read') continue;
    if (status === 'completed' && !outputBy) assert.ok(done.has(ref), `${ref} was done`);
    if (done.has(ref) && retriesOf(state, ref) === 0) assert.equal(status, 'completed', `${ref} is said to be done`);
  }
  assert.ok(!ledger.some(({ undo }) => undo), 'nothing is taken back');
}

function whatWasDoneIsReported({ ledger }: Story, state: RunState, registry: Registry): void {
  const none = { undone: [], stands: [], needsPerson: [] };
  const { undone, stands, needsPerson } = state.finished!.report ?? none;
  const all = [...undone, ...stands, ...needsPerson];
  assert.equal(new Set(all).size, all.length, 'each effect is reported once');
  for (const { ref, undo } of ledger) if (!undo) assert.ok(all.includes(ref), `${ref} is in the report`);
  const back = new Set(ledger.filter(({ undo }) => undo).map(({ ref }) => ref));
  for (const ref of undone) assert.ok(back.has(ref), `${ref} was taken back`);
  for (const ref of state.completed) {
    const { effect } = contractOf(registry, state, ref);
    if (effect === 'read' || state.steps[ref]!.items !== null) continue;
    const fate = effect === 'compensable' ? undone : stands;
    assert.ok(fate.includes(ref) || needsPerson.includes(ref), `${ref} is taken back, or a person is told`);
  }
}

/** How often a run went through each branch. */
export function branchesOf(story: Story): Record<string, number> {
  const places = placesOf(story);
  const { finished } = replay(story.run, story.entries);
  const count = (of: (place: Place) => boolean): number => places.filter(of).length;
  const has = (type: Event['type']) => count(({ event }) => event.type === type);
  const asked = (kind: string) => count(({ event }) => event.type === 'asked' && event.question.kind === kind);
  const decided = (outcome: string, kind?: string) =>
    count(
      ({ event, before }) =>
        event.type === 'decided' &&
        event.decision.outcome === outcome &&
        (kind === undefined || before.questions[event.decision.escalation]?.question.kind === kind),
    );
  const ended = (code: string) => count(({ event }) => event.type === 'attempt_ended' && event.error?.code === code);
  const over = (code: string) => Number(finished?.reason?.code === code);
  const skipped = (because: string) => count(({ event }) => event.type === 'skipped' && event.because === because);
  return {
    completed: Number(finished?.status === 'completed'),
    failed: Number(finished?.status === 'failed'),
    cancelled: Number(finished?.status === 'cancelled'),
    'past its deadline': over('deadline_exceeded'),
    'rejected to the end': over('rejected'),
    'stopped to the end': over('stopped'),
    'expired to the end': over('expired'),
    'refused to the end': over('agent_refused'),
    'missing field answered': decided('answer'),
    'approval asked': asked('approve'),
    approved: decided('approve'),
    edited: decided('edit'),
    withdrawn: decided('withdrawn'),
    reminded: has('reminded'),
    'uncertain asked': asked('uncertain'),
    'said done': decided('done'),
    'said retry': decided('retry', 'uncertain'),
    'failure asked': asked('failure'),
    'a failed step tried again': decided('retry', 'failure'),
    'a failed step skipped': decided('skip'),
    'a failed step given': decided('give'),
    'a failed step stopped': decided('stop', 'failure'),
    held: has('held'),
    contended: has('contended'),
    'skipped by condition': skipped('condition'),
    'skipped by dependency': skipped('dependency'),
    expanded: count(({ event }) => event.type === 'expanded' && event.items > 0),
    'expanded to nothing': count(({ event }) => event.type === 'expanded' && event.items === 0),
    'worker lost': ended('worker_lost'),
    'lost in an undo': count(
      ({ event }) => event.type === 'attempt_ended' && event.undo && event.error?.code === 'worker_lost',
    ),
    'timed out': ended('timed_out'),
    throttled: ended('agent_throttled'),
    'never sent': ended('agent_unreachable'),
    'broken answer': ended('contract_violation'),
    undone: count(({ event }) => event.type === 'attempt_ended' && event.undo && event.end === 'done'),
    'undo failed': has('undo_failed'),
    'a person is needed': finished?.report?.needsPerson.length ?? 0,
    'late result': has('late_result'),
    'event after the end': count(({ before }) => before.finished !== null),
  };
}
