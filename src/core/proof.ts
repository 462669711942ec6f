/**
 * Proves a plan before any of it runs: every agent is known and allowed, every reference leads somewhere, what flows
 * along each edge has the type that is taken there, and every effect has its permission and its way back.
 *
 * Reports all findings at once, in the order of the plan. No findings: only the values themselves are left to check.
 */
import type { Contract } from '../contracts/contract.ts';
import type { Terms } from '../contracts/escalation.ts';
import type { JsonSchema } from '../contracts/json.ts';
import { maxPlanSteps, type Plan, type PlanStep } from '../contracts/plan.ts';
import type { ApprovalRule } from '../contracts/route.ts';
import { suggestion } from './nearest.ts';
import { checkCondition, madeSure } from './proof/condition.ts';
import { checkPermission, checkUndo } from './proof/effects.ts';
import type { Finding } from './proof/finding.ts';
import { findCycles } from './proof/graph.ts';
import { checkMapping } from './proof/mapping.ts';
import { resolve, type Scope } from './proof/scope.ts';
import { describe } from './schema/describe.ts';
import { elementOf } from './schema/fits.ts';

export { type Finding, type FindingCode, findingCodes } from './proof/finding.ts';

/** What a plan is proven against. */
export interface Ground {
  /** The schema of the task's fields. */
  fields: JsonSchema;
  /** Everything registered, by `name@version`. */
  contracts: ReadonlyMap<string, Contract>;
  /** The agents that the route lets a plan use. */
  allowed: string[];
  approvals: ApprovalRule[];
  /** The terms of the route's own questions. */
  questions: Terms;
}

/** A step of a list gives the list of what its agent gives. */
function outputOf(step: PlanStep, contract: Contract | undefined): JsonSchema {
  const output = contract?.output ?? {};
  if (!step.forEach) return output;
  // The output may refer to its own document: as an embedded one it still does.
  return { type: 'array', items: { ...output, $id: 'element' } };
}

function checkAgent(step: PlanStep, ground: Ground): Finding[] {
  const path = `steps.${step.id}.agent`;
  const contract = ground.contracts.get(step.agent);
  if (!contract) {
    const known = ground.allowed.length > 0 ? ground.allowed : ground.contracts.keys();
    return [{ code: 'unknown_agent', path, hint: `${step.agent} is not registered; ${suggestion(step.agent, known)}` }];
  }
  const allowed: Finding[] = ground.allowed.includes(step.agent)
    ? []
    : [
        {
          code: 'agent_not_allowed',
          path,
          hint: `this route does not use ${step.agent}; ${suggestion(step.agent, ground.allowed)}`,
        },
      ];
  return [...allowed, ...checkPermission(contract, ground, path), ...checkUndo(contract, ground.contracts, path)];
}

/** The list of a forEach step, and the schema of its elements as far as it is known. */
function checkList(step: PlanStep, scope: Scope, sure: ReadonlySet<string>): { item: JsonSchema; findings: Finding[] } {
  if (!step.forEach) return { item: {}, findings: [] };
  const path = `steps.${step.id}.forEach.in`;
  const ref = step.forEach.in.$ref;
  const reached = resolve(ref, scope);
  if ('hint' in reached) {
    const hint = `${ref} leads nowhere: ${reached.hint}`;
    return { item: {}, findings: [{ code: 'dangling_reference', path, hint }] };
  }
  const item = elementOf(reached.schema);
  if (item && (!reached.optional || sure.has(ref))) return { item, findings: [] };
  const hint = item ? `${ref} may be missing` : `${ref} is ${describe(reached.schema)}, not always a list`;
  return { item: item ?? {}, findings: [{ code: 'foreach_not_a_list', path, hint }] };
}

function checkAfter(step: PlanStep, ids: string[]): Finding[] {
  return (step.after ?? [])
    .filter((id) => !ids.includes(id))
    .map((id) => ({
      code: 'dangling_reference',
      path: `steps.${step.id}.after`,
      hint: `there is no step ${id}; ${suggestion(id, ids)}`,
    }));
}

function checkStep(step: PlanStep, scope: Scope, ids: string[], ground: Ground): Finding[] {
  const sure = madeSure(step.when);
  const list = checkList(step, scope, sure);
  const inner: Scope = step.forEach ? new Map([...scope, ['item', list.item]]) : scope;
  const wanted = ground.contracts.get(step.agent)?.input ?? {};
  return [
    ...checkAgent(step, ground),
    ...checkAfter(step, ids),
    ...(step.when ? checkCondition(step.when, scope, `steps.${step.id}.when`) : []),
    ...list.findings,
    ...checkMapping(step.input, wanted, { scope: inner, path: ['steps', step.id, 'input'], sure }),
  ];
}

/** Everything that is wrong with a plan. It may run when nothing is. */
export function prove(plan: Plan, ground: Ground): Finding[] {
  const { steps } = plan;
  if (steps.length > maxPlanSteps) {
    const hint = `${steps.length} steps, at most ${maxPlanSteps}: use forEach for what repeats`;
    return [{ code: 'too_many_steps', path: 'steps', hint }];
  }
  const ids = steps.map((step) => step.id);
  const repeated = [...new Set(ids.filter((id, i) => ids.indexOf(id) < i))];
  const scope: Scope = new Map([
    ['task.fields', ground.fields],
    ...steps.map((step) => [`steps.${step.id}.output`, outputOf(step, ground.contracts.get(step.agent))] as const),
  ]);
  return [
    ...repeated.map(
      (id): Finding => ({ code: 'duplicate_step', path: `steps.${id}`, hint: `give each step ${id} an id of its own` }),
    ),
    ...findCycles(steps),
    ...steps.flatMap((step) => checkStep(step, scope, ids, ground)),
    ...checkMapping(plan.answer, {}, { scope, path: ['answer'], dangling: 'answer_reference' }),
  ];
}
