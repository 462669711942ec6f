/** Makes a plan and proves it. A plan that is not proven never runs, whoever proposed it. */
import type { Contract } from '../contracts/contract.ts';
import { fail } from '../contracts/error.ts';
import type { Event } from '../contracts/event.ts';
import type { Provider } from '../contracts/model.ts';
import { type Plan, plan as planSchema } from '../contracts/plan.ts';
import type { RouteData } from '../contracts/route.ts';
import { crossing } from './crossing.ts';
import { inTime } from './in-time.ts';
import { type Finding, prove } from './proof.ts';
import type { Registry } from './registry.ts';
import type { RunState } from './state.ts';

/** What is wrong with a plan for this route. Empty: it may run. */
export const findingsOf = (plan: Plan, route: RouteData, registry: Registry): Finding[] =>
  prove(plan, {
    fields: route.fields,
    contracts: new Map([...registry.agents].map(([id, { contract }]) => [id, contract])),
    allowed: route.agents,
    approvals: route.approvals,
    questions: route.questions,
  });

/** Plans a run. Never throws. */
export async function makePlan(
  state: RunState,
  route: RouteData,
  provider: Provider,
  registry: Registry,
  signal: AbortSignal,
): Promise<Event> {
  const unproven = (why: string): Event => ({ type: 'compensating', v: 1, because: fail('plan_unproven', why) });
  const agents = route.agents.flatMap((id) => registry.agents.get(id)?.contract ?? []) satisfies Contract[];
  const request = { route: route.name, goal: state.task.text, fields: state.fields, fixed: route.plan, agents };
  const proposed = await crossing('plan', () => inTime(provider.plan(request, signal), signal)).catch(() => null);
  if (!proposed) return unproven(`There is no plan for ${route.name}, and ${provider.name} made none.`);
  // A route's own plan was proven when the registry was built, against the very contracts that are registered now.
  const proven = proposed === route.plan && registry.routes.get(route.name)?.digest === state.route?.definition;
  const parsed = proven ? { success: true as const, data: proposed } : planSchema.safeParse(proposed);
  if (!parsed.success) return unproven('The plan is not of the form that plans have.');
  const findings = proven ? [] : findingsOf(parsed.data, route, registry);
  if (findings.length > 0) {
    return unproven(findings.map(({ code, path }) => `${code} at ${path}`).join('; '));
  }
  return {
    type: 'planned',
    v: 1,
    revision: state.revision + 1,
    plan: parsed.data,
    contracts: pinsOf(parsed.data, registry),
    provider: provider.name,
    ...(isOnePass(parsed.data) && { short: true as const }),
  };
}

/** One agent closes the task in one pass: a plan of one plain step needs no ceremony. */
const isOnePass = ({ steps }: Plan): boolean =>
  steps.length === 1 && steps[0]!.forEach === undefined && steps[0]!.when === undefined;

/** The digest of every contract that the plan can come to need, those of its undos included. */
function pinsOf(plan: Plan, registry: Registry): Record<string, string> {
  const agents = plan.steps.map(({ agent }) => registry.agents.get(agent)!);
  const undos = agents.flatMap(({ contract }) => (contract.undo ? [registry.agents.get(contract.undo.agent)!] : []));
  return Object.fromEntries([...agents, ...undos].map(({ agent, digest }) => [agent.id, digest]));
}
