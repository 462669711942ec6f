/** Effects of a plan: each has its permission and, where its contract promises one, a way back that works. */
import { agentId, type Contract, isRepeatable } from '../../contracts/contract.ts';
import type { Terms } from '../../contracts/escalation.ts';
import type { ApprovalRule } from '../../contracts/route.ts';
import { suggestion } from '../nearest.ts';
import type { Finding } from './finding.ts';
import { checkMapping } from './mapping.ts';

/** All that is wrong with the undo of a contract; nothing for one that needs none and has none. */
export function checkUndo(contract: Contract, contracts: ReadonlyMap<string, Contract>, path: string): Finding[] {
  const found = (hint: string): Finding[] => [{ code: 'compensation_missing', path, hint }];
  const { undo } = contract;
  if (!undo) {
    return contract.effect === 'compensable' ? found(`${agentId(contract)} is compensable: give it an undo`) : [];
  }
  const agent = contracts.get(undo.agent);
  if (!agent) return found(`its undo ${undo.agent} is not registered; ${suggestion(undo.agent, contracts.keys())}`);
  const repeatable = isRepeatable(agent)
    ? []
    : found(`its undo ${undo.agent} is retried until it works: it must be idempotent`);
  const scope = new Map([
    ['input', contract.input],
    ['output', contract.output],
  ]);
  const edges = checkMapping(undo.input, agent.input, { scope, path: [] });
  return [...repeatable, ...edges.flatMap((edge) => found(`its undo's input ${edge.path}: ${edge.hint}`))];
}

/** An irreversible effect needs a rule that covers it, or at least people who answer the route's questions. */
export function checkPermission(
  contract: Contract,
  ground: { approvals: ApprovalRule[]; questions: Terms },
  path: string,
): Finding[] {
  if (contract.effect !== 'irreversible') return [];
  const id = agentId(contract);
  const { people = [], roles = [] } = ground.questions.deciders;
  if (ground.approvals.some((rule) => rule.agent === id) || people.length + roles.length > 0) return [];
  const hint = `${id} cannot be taken back: add an approval rule for it, or say who answers this route's questions`;
  return [{ code: 'effect_without_approval', path, hint }];
}
