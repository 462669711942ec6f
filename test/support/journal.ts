/** Small journals and definitions for tests of the pure core: a run with a plan, without a database. */
import type { Contract } from '../../src/contracts/contract.ts';
import type { Question } from '../../src/contracts/escalation.ts';
import type { Event, EventOf } from '../../src/contracts/event.ts';
import type { Json } from '../../src/contracts/json.ts';
import type { PlanStep } from '../../src/contracts/plan.ts';
import { type RouteData, routeData } from '../../src/contracts/route.ts';
import { effectDigest, idempotencyKey } from '../../src/core/effect.ts';
import { evolveAll, replay } from '../../src/core/evolve.ts';
import type { Known } from '../../src/core/move.ts';
import type { RunState } from '../../src/core/state.ts';

export const run = '0197aaaa-0000-7000-8000-000000000001';
export const requester = { person: 'operator', via: 'terminal' };

/** A contract named `pay@1` that only reads, unless told otherwise. */
export const contractOf = (more: Partial<Contract> = {}): Contract => ({
  name: 'pay',
  version: 1,
  title: 'Pay',
  input: { type: 'object' },
  output: { type: 'object' },
  checkedAtRunTime: [],
  effect: 'read',
  idempotent: false,
  duplicateWindowMs: 1_000,
  timeoutMs: 1_000,
  retry: { attempts: 3, firstDelayMs: 100, factor: 2, maxDelayMs: 1_000 },
  maxOutputBytes: 10_000,
  redact: [],
  ...more,
});

export const routeOf = (more: Record<string, unknown> = {}): RouteData =>
  routeData.parse({
    name: 'refund',
    title: 'Refund',
    description: 'Pays back.',
    fields: { type: 'object', properties: { order: { type: 'string' } } },
    ask: {},
    agents: [],
    plan: null,
    questions: { deciders: { people: ['anna', 'boris'] } },
    approvals: [],
    controllers: {},
    concurrency: 8,
    ...more,
  });

/** Definitions whose digest is `c:` and the agent's id; every role is anna and boris. */
export const knownOf = (contracts: Contract[], route: RouteData = routeOf()): Known => ({
  contract: (digest) => {
    const found = contracts.find(({ name, version }) => digest === `c:${name}@${version}`);
    if (!found) throw new Error(`no contract ${digest}`);
    return found;
  },
  route: () => route,
  content: (value) => ('inline' in value ? value.inline : null),
  addresses: () => [],
  words: false,
  people: ({ people = [], roles = [] }) => [...new Set([...people, ...(roles.length > 0 ? ['anna', 'boris'] : [])])],
});

export const stepOf = (id: string, more: Partial<PlanStep> = {}): PlanStep => ({
  id,
  agent: 'pay@1',
  input: { amount: 1 },
  ...more,
});

/** The events by which a run comes to its plan. */
export const opening = (steps: PlanStep[], contracts: Contract[], more: { missing?: string[] } = {}): Event[] => [
  { type: 'received', v: 1, task: { text: 'refund 7', requester, conversation: null } },
  {
    type: 'understood',
    v: 1,
    route: 'refund',
    definition: 'route',
    fields: { order: '7' },
    missing: more.missing ?? [],
    language: 'en',
    provider: 'rules',
  },
  {
    type: 'planned',
    v: 1,
    revision: 1,
    plan: { goal: 'Refund', steps, answer: {} },
    contracts: Object.fromEntries(
      contracts.map(({ name, version }) => [`${name}@${version}`, `c:${name}@${version}`] as const),
    ),
    provider: 'rules',
  },
];

/** A run that has its plan, at time 0, and whatever followed at time 1. */
export const begun = (steps: PlanStep[], contracts: Contract[], ...after: Event[]): RunState =>
  evolveAll(replay(run, [{ seq: 1, at: 0, events: opening(steps, contracts) }]), after, 1);

export const started = (
  ref: string,
  more: Partial<EventOf<'attempt_started'>> & { value?: Json } = {},
): EventOf<'attempt_started'> => {
  const { value = { amount: 1 }, ...rest } = more;
  const [revision, agent, undo] = [rest.revision ?? 0, rest.agent ?? 'pay@1', rest.undo ?? false];
  return {
    type: 'attempt_started',
    v: 1,
    ref,
    revision,
    attempt: 1,
    undo,
    agent,
    key: idempotencyKey(run, ref, revision, undo),
    input: { inline: value },
    digest: effectDigest(run, { step: ref, revision, agent, contract: `c:${agent}`, input: value }),
    permission: { kind: undo ? 'undo' : 'effect' },
    ...rest,
  };
};

export const ended = (
  ref: string,
  end: EventOf<'attempt_ended'>['end'],
  more: Partial<EventOf<'attempt_ended'>> = {},
): EventOf<'attempt_ended'> => ({
  type: 'attempt_ended',
  v: 1,
  ref,
  revision: 0,
  attempt: 1,
  undo: false,
  end,
  durationMs: 1,
  ...(end === 'done' && { output: { inline: { paid: true } } }),
  ...more,
});

export const late = (
  ref: string,
  end: EventOf<'late_result'>['end'],
  more: Partial<EventOf<'late_result'>> = {},
): EventOf<'late_result'> => ({
  type: 'late_result',
  v: 1,
  signal: `late-${ref}`,
  ref,
  revision: 0,
  attempt: 1,
  undo: false,
  end,
  ...(end === 'done' && { output: { inline: { paid: 'late' } } }),
  ...more,
});

export const decided = (
  escalation: string,
  outcome: EventOf<'decided'>['decision']['outcome'],
  more: Partial<EventOf<'decided'>['decision']> = {},
): EventOf<'decided'> => ({
  type: 'decided',
  v: 1,
  signal: `decided-${escalation}-${outcome}`,
  decision: {
    escalation,
    outcome,
    by: outcome === 'expired' || outcome === 'withdrawn' ? null : { person: 'anna', via: 'memory' },
    authorises: null,
    ...more,
  },
});

/** A question about `pay` at the amount of 1, which anna and boris may decide. */
export const questionOf = (more: Partial<Question> = {}): Question => {
  const subject = { step: 'pay', revision: 0, agent: 'pay@1', contract: 'c:pay@1', input: { amount: 1 } };
  return {
    id: 'q1',
    code: 'aaaa-bbbb',
    kind: 'approve',
    step: 'pay',
    digest: effectDigest(run, subject),
    subject,
    schema: { type: 'object' },
    policy: {
      people: ['anna', 'boris', 'operator'],
      roles: [],
      tiers: [],
      quorum: 1,
      verbs: ['approve', 'reject', 'edit'],
      selfApproval: 'terminal',
      requester,
      addresses: {},
    },
    definition: 'route',
    fields: { order: '7' },
    evidence: [],
    remindAt: null,
    expiresAt: null,
    ...more,
  };
};

export const asked = (question: Question): EventOf<'asked'> => ({ type: 'asked', v: 1, question });
