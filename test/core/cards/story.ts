/** Builds the states that cards are made of: a payment with a card number that nobody may see, told as events. */
import type { Card } from '../../../src/contracts/card.ts';
import type { Contract } from '../../../src/contracts/contract.ts';
import type { Decision, Question } from '../../../src/contracts/escalation.ts';
import type { Event, EventOf } from '../../../src/contracts/event.ts';
import type { Json } from '../../../src/contracts/json.ts';
import type { Plan } from '../../../src/contracts/plan.ts';
import { routeData } from '../../../src/contracts/route.ts';
import type { KnownToCards } from '../../../src/core/cards/veil.ts';
import { evolve, replay } from '../../../src/core/evolve.ts';
import type { QuestionState, RunState } from '../../../src/core/state.ts';

export const noon = Date.parse('2026-11-22T12:00:00Z');
export const run = '01900000-0000-7000-8000-00001234abcd';
export const card = '4111111111111111';

const contract = (name: string, title: string, more: Partial<Contract>): Contract => ({
  name,
  version: 1,
  title,
  input: {},
  output: {},
  checkedAtRunTime: [],
  effect: 'read',
  idempotent: true,
  duplicateWindowMs: 0,
  timeoutMs: 1000,
  retry: { attempts: 1, firstDelayMs: 1, factor: 1, maxDelayMs: 1 },
  maxOutputBytes: 1000,
  redact: [],
  ...more,
});

const contracts: Record<string, Contract> = {
  'shop.lookup@1': contract('shop.lookup', 'Look the order up', { redact: ['output.pin'] }),
  'shop.pay@1': contract('shop.pay', 'Pay the money back', {
    effect: 'irreversible',
    risk: 'Money leaves the account.',
    ru: { title: 'Вернуть деньги', risk: 'Деньги уйдут со счёта.' },
    redact: ['input.card.number', 'output.token'],
  }),
  'shop.reserve@1': contract('shop.reserve', 'Reserve the money', { effect: 'compensable' }),
};

const names: Record<string, string> = { boris: 'Boris Ivanov' };

export const known: KnownToCards = {
  contract: (digest: string): Contract => contracts[digest]!,
  content: (value: { inline: Json } | { blob: string }): Json => ('inline' in value ? value.inline : null),
  route: () => routeData.parse(route),
  name: (person) => names[person] ?? person,
};

const route = {
  name: 'refund',
  title: 'Refund an order',
  description: 'Pays back.',
  fields: {},
  ask: { reason: 'Why is it refunded?' },
  agents: [],
  plan: null,
  questions: { deciders: { roles: ['finance'] } },
  approvals: [],
  controllers: {},
  concurrency: 8,
};

const plan: Plan = {
  goal: 'refund',
  steps: [
    { id: 'lookup', agent: 'shop.lookup@1', input: { order: { $ref: 'task.fields.order' } } },
    {
      id: 'pay',
      agent: 'shop.pay@1',
      input: {
        order: { $ref: 'task.fields.order' },
        card: { number: { $ref: 'task.fields.card' } },
        pin: { $ref: 'steps.lookup.output.pin' },
        greeting: { $text: 'PIN {{steps.lookup.output.pin}}' },
      },
    },
    {
      id: 'probe',
      agent: 'shop.lookup@1',
      input: { order: { $ref: 'item' } },
      forEach: { in: { $ref: 'steps.lookup.output.parts' }, concurrency: 5, max: 10 },
    },
  ],
  answer: { payment: { $ref: 'steps.pay.output.id' }, token: { $ref: 'steps.pay.output.token' } },
};

/** Folds events, a minute each, beginning at noon. */
export const tell = (...events: Event[]): RunState =>
  replay(
    run,
    events.map((event, i) => ({ seq: i + 1, at: noon + i * 60_000, events: [event] })),
  );

export const andThen = (state: RunState, event: Event, at: number): RunState => evolve(state, event, at);

export const begun = (text = `refund 1042 to ${card}`, language: 'en' | 'ru' = 'en'): Event[] => [
  {
    type: 'received',
    v: 1,
    task: { text, requester: { person: 'carl', via: 'memory' }, conversation: 'memory:room' },
  },
  {
    type: 'understood',
    v: 1,
    route: 'refund',
    definition: 'd',
    fields: { order: '1042', card },
    missing: [],
    language,
    provider: 'rules',
  },
  {
    type: 'planned',
    v: 1,
    revision: 1,
    plan,
    contracts: Object.fromEntries(Object.keys(contracts).map((id) => [id, id])),
    provider: 'rules',
  },
];

export const started = (ref: string, agent: string, input: Json, attempt = 1): Event => ({
  type: 'attempt_started',
  v: 1,
  ref,
  revision: 0,
  attempt,
  undo: false,
  agent,
  key: 'k',
  input: { inline: input },
  digest: 'd',
  permission: { kind: 'effect' },
});

export const ended = (ref: string, more: Partial<EventOf<'attempt_ended'>>): Event => ({
  type: 'attempt_ended',
  v: 1,
  ref,
  revision: 0,
  attempt: 1,
  undo: false,
  end: 'done',
  durationMs: 5,
  ...more,
});

export const payInput = { order: '1042', card: { number: card }, pin: '77', greeting: 'PIN 77' };

export const question = (more: Partial<Question> = {}): Question => ({
  id: '01900000-0000-8000-a000-000000000001',
  code: 'abcd-efgh',
  kind: 'approve',
  step: 'pay',
  digest: 'd',
  subject: { step: 'pay', revision: 0, agent: 'shop.pay@1', contract: 'shop.pay@1', input: payInput },
  schema: null,
  policy: {
    people: ['anna', 'boris', 'carl'],
    roles: ['finance'],
    tiers: [],
    quorum: 2,
    verbs: ['approve', 'reject', 'edit'],
    selfApproval: 'never',
    requester: { person: 'carl', via: 'memory' },
    addresses: {},
  },
  definition: 'd',
  fields: {},
  evidence: [],
  remindAt: null,
  expiresAt: noon + 3_600_000,
  ...more,
});

export const asked = (more: Partial<Question> = {}): Event => ({ type: 'asked', v: 1, question: question(more) });

export const decided = (outcome: Decision['outcome'], more: Partial<Decision> = {}): Event => ({
  type: 'decided',
  v: 1,
  signal: 's',
  decision: {
    escalation: question().id,
    outcome,
    by: outcome === 'expired' || outcome === 'withdrawn' ? null : { person: 'anna', via: 'memory' },
    authorises: null,
    ...more,
  },
});

/** Another run is about to do what `pay` would do. */
export const contended: EventOf<'contended'> = {
  type: 'contended',
  v: 1,
  ref: 'pay',
  resource: 'order:1042',
  evidence: [
    {
      run: '01900000-0000-7000-8000-0000beefbeef',
      title: 'again',
      step: 'pay',
      state: 'in_hand',
      at: '2026-11-22T11:00:00Z',
    },
  ],
};

export const finished = (more: Partial<EventOf<'finished'>>): Event => ({
  type: 'finished',
  v: 1,
  status: 'completed',
  reason: null,
  answer: null,
  report: null,
  ...more,
});

export const onlyQuestion = (state: RunState): QuestionState => Object.values(state.questions).at(-1)!;

export const textOf = (of: Card): string => JSON.stringify(of);
export const factOf = (of: Card, label: string): string | undefined =>
  of.facts.find((fact) => fact.label === label)?.text;
