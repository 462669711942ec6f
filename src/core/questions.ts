/** Asking, reminding, expiring and withdrawing. A question's outcome is never decided here: only its row closes it. */
import { createHash } from 'node:crypto';
import { type Failure, fail } from '../contracts/error.ts';
import {
  type Briefing,
  type EscalationKind,
  type Evidence,
  type Policy,
  type Question,
  type Subject,
  type Terms,
  type Verb,
  verbsOf,
} from '../contracts/escalation.ts';
import type { Json, JsonSchema } from '../contracts/json.ts';
import { append, call, type Known, type Move, nothing, together, wake } from './move.ts';
import { openQuestions, type QuestionState, type RunState } from './state.ts';

export interface Ask {
  kind: EscalationKind;
  step: string | null;
  subject: Subject | null;
  digest: string | null;
  schema: JsonSchema | null;
  terms: Terms;
  evidence: Evidence[];
  error?: Failure;
  briefing?: Briefing;
  findings?: Question['findings'];
  proposed?: Json;
  /** Fewer than questions of this kind take. */
  verbs?: Verb[];
}

/** The terms as they stand now, with roles resolved to people. */
export const snapshot = (
  state: RunState,
  known: Known,
  now: number,
  { kind, terms, verbs = [...verbsOf[kind]] }: Pick<Ask, 'kind' | 'terms' | 'verbs'>,
): Omit<Policy, 'addresses'> => ({
  people: known.people(terms.deciders),
  roles: terms.deciders.roles ?? [],
  tiers: (terms.tiers ?? [])
    .map(({ afterMs, deciders }) => ({
      from: now + afterMs,
      people: known.people(deciders),
      roles: deciders.roles ?? [],
    }))
    .sort((a, b) => a.from - b.from),
  quorum: kind === 'approve' ? terms.quorum : 1,
  verbs: kind === 'approve' && terms.verbs ? terms.verbs : verbs,
  selfApproval: kind === 'answer' ? 'always' : terms.selfApproval,
  requester: state.task.requester,
});

/** Opens a question. Its id follows from what it is about and how often that was asked, so a repeat opens the same. */
export function ask(state: RunState, known: Known, now: number, of: Ask): Move {
  const before = Object.values(state.questions).filter(({ question }) => question.step === of.step);
  const seed = createHash('sha256')
    .update(`${state.run}/question/${of.step ?? ''}/${before.length}`)
    .digest();
  const terms = snapshot(state, known, now, of);
  if (of.kind === 'answer' && !terms.people.includes(state.task.requester.person)) {
    terms.people = [...terms.people, state.task.requester.person];
  }
  const policy: Policy = { ...terms, addresses: addressesIn(terms, known) };
  return append({
    type: 'asked',
    v: 1,
    question: {
      id: uuidOf(seed),
      code: codeOf(seed),
      kind: of.kind,
      step: of.step,
      digest: of.digest,
      subject: of.subject,
      schema: of.schema,
      policy,
      definition: state.route!.definition,
      fields: state.fields,
      evidence: of.evidence,
      ...(of.error && { error: of.error }),
      ...(of.briefing && { briefing: of.briefing }),
      ...(of.findings && { findings: of.findings }),
      ...(of.proposed !== undefined && { proposed: of.proposed }),
      remindAt: of.terms.remindAfterMs === undefined ? null : now + of.terms.remindAfterMs,
      expiresAt: of.terms.expireAfterMs === undefined ? null : now + of.terms.expireAfterMs,
      ...(of.terms.expireAfterMs !== undefined && { lifeMs: of.terms.expireAfterMs }),
    },
  });
}

/** Opens a question about the run as a whole, to whoever answers its route's questions. */
export const askOfRun = (
  state: RunState,
  known: Known,
  now: number,
  of: Pick<Ask, 'kind' | 'schema'> & Partial<Ask>,
): Move => {
  const terms = known.route(state.route!.definition).questions;
  return ask(state, known, now, { step: null, subject: null, digest: null, terms, evidence: [], ...of });
};

/** How a question about the run as a whole ends it: by a person's word, or by silence, of which `silence` tells. */
export function endingBy(asked: QuestionState | undefined, silence: string): Move | null {
  const outcome = asked?.decision?.outcome;
  if (outcome !== 'stop' && outcome !== 'expired') return null;
  const because = outcome === 'stop' ? fail('stopped', 'A person stopped the task.') : fail('expired', silence);
  return append({ type: 'compensating', v: 1, because });
}

/** Where those who may decide, sooner or later, are reached. */
function addressesIn({ people, tiers }: Omit<Policy, 'addresses'>, known: Known): Policy['addresses'] {
  const all = [...new Set([...people, ...tiers.flatMap((tier) => tier.people)])];
  return Object.fromEntries(
    all.map((person) => [person, known.addresses(person)] as const).filter(([, addresses]) => addresses.length > 0),
  );
}

/** A version 8 UUID (RFC 9562: its bits are the application's own) of a hash. */
function uuidOf(hash: Buffer): string {
  const hex = hash.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

// Crockford's alphabet: no i, l, o, u, so that a code survives being read aloud and typed.
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/** Eight characters to name the question by. It is a name and no secret: authority comes from who uses it. */
function codeOf(hash: Buffer): string {
  const letters = [...hash.subarray(16, 24)].map((byte) => alphabet[byte % 32]).join('');
  return `${letters.slice(0, 4)}-${letters.slice(4)}`;
}

/** Expiry and reminders of what is open. */
export function questionTimers(state: RunState, now: number): Move {
  return together(openQuestions(state).map((asked) => timersOf(asked, now)));
}

function timersOf({ question, reminded, tiers }: QuestionState, now: number): Move {
  const { id, expiresAt, remindAt, policy } = question;
  if (expiresAt !== null && now >= expiresAt) return call({ kind: 'close', escalation: id, as: 'expired' });
  const expiry = expiresAt === null ? nothing : wake(expiresAt);
  const open = policy.tiers.filter(({ from }) => from <= now).length;
  const upcoming = policy.tiers[open];
  const tier =
    open > tiers
      ? append({ type: 'raised', v: 1, escalation: id, tiers: open })
      : upcoming
        ? wake(upcoming.from)
        : nothing;
  if (remindAt === null || reminded) return together([expiry, tier]);
  const reminder = now >= remindAt ? append({ type: 'reminded', v: 1, escalation: id }) : wake(remindAt);
  return together([expiry, tier, reminder]);
}

/** Questions that nobody needs an answer to any more. With `all`, every open one: nothing will start again. */
export function withdrawals(state: RunState, all: boolean): Move {
  const stale = openQuestions(state).filter(
    ({ question }) => all || (question.step !== null && state.steps[question.step]?.status !== 'waiting'),
  );
  return call(...stale.map(({ question }) => ({ kind: 'close', escalation: question.id, as: 'withdrawn' }) as const));
}

/** The last question of a kind about a step. */
export const lastQuestion = (state: RunState, ref: string | null, kind: EscalationKind): QuestionState | undefined =>
  Object.values(state.questions).findLast(({ question }) => question.step === ref && question.kind === kind);
