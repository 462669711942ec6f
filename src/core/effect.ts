/** What identifies an effect, and what it needs before it may happen. */
import { hash } from 'node:crypto';
import type { Contract } from '../contracts/contract.ts';
import type { Subject, Terms } from '../contracts/escalation.ts';
import type { Json, JsonObject } from '../contracts/json.ts';
import type { RouteData } from '../contracts/route.ts';
import { digest } from './digest.ts';
import { mayHold, resolveText, type Scope } from './resolve.ts';

/**
 * The digest that authorises: of run, step, step revision, agent, contract and the very input. Whatever of these
 * changes, an approval of the old one does not fit the new one.
 */
export const effectDigest = (run: string, of: Subject): string => digest({ run, ...of });

/** The key that an agent sees: the same for every attempt at the same effect. */
export const idempotencyKey = (run: string, ref: string, revision: number, undo: boolean): string =>
  hash('sha256', `${run}/${ref}/${revision}${undo ? '/undo' : ''}`).slice(0, 40);

/** An effect's own input, and the task's fields, as rules see them. */
const ruleScope =
  (input: Json, fields: JsonObject): Scope =>
  (root) =>
    root === 'input' ? input : root === 'task.fields' ? fields : undefined;

/** The business thing that this input makes the effect touch. */
export function resourceOf(contract: Contract, input: Json): string | null {
  if (!contract.resource || contract.effect !== 'irreversible') return null;
  const filled = resolveText(contract.resource, ruleScope(input, {}));
  return filled.ok ? String(filled.value) : null;
}

export type Gate = { kind: 'none' } | { kind: 'policy' } | { kind: 'ask'; terms: Terms };

/**
 * Whether this effect needs a person. The first rule of the agent whose condition may hold asks; when rules speak of the
 * agent and none may, that is the policy's permission. An irreversible effect that no rule speaks of always asks.
 */
export function gateOf(route: RouteData, contract: Contract, agent: string, input: Json, fields: JsonObject): Gate {
  const rules = route.approvals.filter((rule) => rule.agent === agent);
  const asks = rules.find((rule) => !rule.when || mayHold(rule.when, ruleScope(input, fields)));
  if (asks) return { kind: 'ask', terms: asks };
  if (rules.length > 0) return { kind: 'policy' };
  return contract.effect === 'irreversible' ? { kind: 'ask', terms: route.questions } : { kind: 'none' };
}
