/**
 * What one answer of one person does to a question. Pure: the caller has locked the row, and carries out the verdict in
 * the same transaction.
 */
import type { Contract } from '../contracts/contract.ts';
import type { Mismatch } from '../contracts/error.ts';
import {
  type Deciders,
  type Decision,
  givesOutput,
  type Policy,
  type Question,
  type Verb,
  type VoteAnswer,
  verbsWithValue,
} from '../contracts/escalation.ts';
import type { Json } from '../contracts/json.ts';
import type { RouteData } from '../contracts/route.ts';
import type { Actor } from '../contracts/task.ts';
import { maxGivenBytes, outOfBounds } from './bounds.ts';
import { effectDigest, gateOf } from './effect.ts';
import { checkJson } from './schema/check.ts';

export interface Vote {
  actor: Actor;
  verb: Verb;
  value?: Json | undefined;
}

export interface Ground {
  run: string;
  /** Milliseconds since the epoch, on the database's clock. */
  now: number;
  contract(digest: string): Contract;
  route(digest: string): RouteData;
  people(deciders: Deciders): string[];
}

export type Verdict =
  | { kind: 'refuse'; answer: VoteAnswer }
  | { kind: 'count'; votes: number }
  | { kind: 'close'; decision: Decision };

const refuse = (answer: VoteAnswer): Verdict => ({ kind: 'refuse', answer });
const notAllowed = (why: string): Verdict => refuse({ result: 'not_allowed', why });

/** `approvals` are the people who have approved so far. */
export function judge(question: Question, approvals: readonly string[], vote: Vote, ground: Ground): Verdict {
  const { policy } = question;
  const { actor, verb } = vote;
  const hindrance = mayDecide(policy, actor, ground.now);
  if (hindrance) return notAllowed(hindrance);
  if (question.expiresAt !== null && ground.now >= question.expiresAt) {
    return refuse({ result: 'already_decided', outcome: 'expired', by: null });
  }
  if (!policy.verbs.includes(verb)) return notAllowed(`this question takes ${policy.verbs.join(', ')}`);
  if (approvals.includes(actor.person)) return refuse({ result: 'already_voted' });
  if (verbsWithValue.includes(verb)) return judgeValue(question, vote, ground);
  if (verb === 'approve' && approvals.length + 1 < policy.quorum) return { kind: 'count', votes: approvals.length + 1 };
  return close(question, vote, undefined, verb === 'approve' ? question.digest : null);
}

/** Why this person may not decide, or null. */
export function mayDecide(policy: Policy, actor: Actor, now: number): string | null {
  const tiers = policy.tiers.filter(({ from }) => from <= now);
  if (![policy, ...tiers].some(({ people }) => people.includes(actor.person)))
    return 'you are not among those who decide this';
  const own = actor.person === policy.requester.person;
  if (own && policy.selfApproval === 'never') return 'you asked for it, so somebody else decides';
  if (own && policy.selfApproval === 'terminal' && actor.via !== 'terminal') {
    return 'you asked for it, so somebody else decides';
  }
  return null;
}

const close = (question: Question, vote: Vote, value: Json | undefined, authorises: string | null): Verdict => ({
  kind: 'close',
  decision: {
    escalation: question.id,
    outcome: vote.verb,
    by: vote.actor,
    authorises,
    ...(value !== undefined && { value }),
  },
});

function judgeValue(question: Question, vote: Vote, ground: Ground): Verdict {
  const beyond = outOfBounds(vote.value, mostBytes(question, vote.verb, ground));
  if (beyond) return refuse({ result: 'invalid_value', mismatches: [beyond] });
  const value =
    vote.verb === 'edit'
      ? merged(question.subject?.input ?? question.proposed ?? null, vote.value ?? null)
      : (vote.value ?? null);
  const checked = checkJson(question.schema ?? {}, value);
  if (!checked.ok) return refuse({ result: 'invalid_value', mismatches: checked.mismatches satisfies Mismatch[] });
  const isEffect = vote.verb === 'edit' && question.kind === 'approve';
  return close(question, vote, value, isEffect ? authorisedEdit(question, vote, value, ground) : null);
}

/** What stands for an output may be as large as the agent's own. */
const mostBytes = ({ subject }: Question, verb: Verb, ground: Ground): number =>
  givesOutput(verb) && subject ? ground.contract(subject.contract).maxOutputBytes : maxGivenBytes;

/** An edit names the fields that change; the others stay as they were shown. */
const merged = (shown: Json, edit: Json): Json => (isObject(shown) && isObject(edit) ? { ...shown, ...edit } : edit);

const isObject = (value: Json): value is { [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The digest of the edited effect, when the policy of what it became lets this one person allow it; null when others
 * must be asked about the edited input.
 */
function authorisedEdit(question: Question, { actor }: Vote, input: Json, ground: Ground): string | null {
  const subject = { ...question.subject!, revision: question.subject!.revision + 1, input };
  const contract = ground.contract(subject.contract);
  const gate = gateOf(ground.route(question.definition), contract, subject.agent, input, question.fields);
  if (gate.kind === 'ask') {
    const { deciders, quorum, selfApproval } = gate.terms;
    const terms = { ...question.policy, people: ground.people(deciders), tiers: [], selfApproval };
    if (quorum > 1 || mayDecide(terms, actor, ground.now) !== null) return null;
  }
  return effectDigest(ground.run, subject);
}
