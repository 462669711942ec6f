/** Makes a plan and proves it. A plan that is not proven never runs, whoever proposed it. */
import { BatonError, fail } from '../contracts/error.ts';
import type { Event } from '../contracts/event.ts';
import type { Json } from '../contracts/json.ts';
import type { PlanRequest, Provider, Thinking } from '../contracts/model.ts';
import { type Plan, plan as planSchema } from '../contracts/plan.ts';
import type { RouteData } from '../contracts/route.ts';
import { crossing } from './crossing.ts';
import { inTime } from './in-time.ts';
import type { Known } from './move.ts';
import { type Finding, prove } from './proof.ts';
import type { Registry } from './registry.ts';
import { pathText } from './schema/describe.ts';
import { scrub } from './scrub.ts';
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

export interface Planning {
  state: RunState;
  route: RouteData;
  provider: Provider;
  registry: Registry;
  content: Known['content'];
}

/** Plans a run: by what a person wrote, in one pass, or by the provider. Never throws. */
export async function makePlan(of: Planning, thinking: Thinking): Promise<Event> {
  const { state, route, provider } = of;
  const { given, refused } = state.thought;
  if (given) return judgePlan(of, given.plan, given.by);
  const short = refused.length === 0 ? onePassPlan(of) : null;
  if (short) return short;
  try {
    const proposal = await crossing('plan', () => inTime(provider.plan(requestOf(of), thinking), thinking.signal));
    if (proposal) return judgePlan(of, proposal.plan, proposal.by);
    if (provider.local) {
      const message = `${route.title} has no plan of its own: a model makes one. The doctor says how to set one up.`;
      return { type: 'compensating', v: 1, because: fail('model_missing', message) };
    }
    const error = fail('plan_unproven', `${provider.name} sees no way to do it with the agents of ${route.name}.`);
    return { type: 'plan_failed', v: 1, error };
  } catch (error) {
    const failed = error instanceof BatonError ? error.failure : null;
    const unknown = thinking.signal.aborted
      ? fail('timed_out', `${provider.name} made no plan for ${route.name} in time.`)
      : fail('plan_unproven', `${provider.name} could not plan ${route.name}.`);
    return { type: 'plan_failed', v: 1, error: failed ?? unknown };
  }
}

function requestOf({ state, route, registry, content }: Planning): PlanRequest {
  const { thought, task, fields, language } = state;
  return {
    route: route.name,
    goal: task.text,
    fields,
    language,
    fixed: route.plan,
    agents: route.agents.flatMap((id) => registry.agents.get(id)?.contract ?? []),
    fieldsSchema: route.fields,
    attempted: thought.refused.map(({ plan, findings }) => ({ plan: content(plan), findings })),
  };
}

/** The task as one call of one agent, if intake saw it so and the proof agrees. */
function onePassPlan(of: Planning): Event | null {
  const { onePass } = of.state.thought;
  if (!onePass || of.route.plan) return null;
  const plan = {
    goal: of.state.task.text.slice(0, 500),
    steps: [{ id: 'only', agent: onePass.agent, input: onePass.input }],
    answer: { $ref: 'steps.only.output' },
  };
  const event = judgePlan(of, plan, of.state.route!.provider);
  return event.type === 'planned' ? event : null;
}

/** A plan, or what speaks against it. */
function judgePlan({ state, route, registry }: Planning, proposed: Json | Plan, by: string): Event {
  // A route's own plan was proven when the registry was built, against the very contracts that are registered now.
  const proven = proposed === route.plan && registry.routes.get(route.name)?.digest === state.route?.definition;
  const parsed = proven ? { success: true as const, data: route.plan! } : planSchema.safeParse(scrub(proposed as Json));
  const findings = !parsed.success
    ? malformed(parsed.error.issues)
    : proven
      ? []
      : findingsOf(parsed.data, route, registry);
  if (!parsed.success || findings.length > 0) {
    return {
      type: 'plan_refused',
      v: 1,
      plan: { inline: scrub(proposed as Json) },
      findings: findings
        .slice(0, maxFindings)
        .map(({ code, path, hint }) => ({ code, path, hint: hint.slice(0, 300) })),
      by,
    };
  }
  return {
    type: 'planned',
    v: 1,
    revision: state.revision + 1,
    plan: parsed.data,
    contracts: pinsOf(parsed.data, registry),
    provider: by,
    ...(isOnePass(parsed.data) && { short: true as const }),
  };
}

const maxFindings = 20;

const malformed = (issues: { path: PropertyKey[]; message: string }[]) =>
  issues.map(({ path, message }) => ({ code: 'malformed', path: pathText(path), hint: message }));

/** One agent closes the task in one pass: a plan of one plain step needs no ceremony. */
const isOnePass = ({ steps }: Plan): boolean =>
  steps.length === 1 && steps[0]!.forEach === undefined && steps[0]!.when === undefined;

/** The digest of every contract that the plan can come to need, those of its undos included. */
function pinsOf(plan: Plan, registry: Registry): Record<string, string> {
  const agents = plan.steps.map(({ agent }) => registry.agents.get(agent)!);
  const undos = agents.flatMap(({ contract }) => (contract.undo ? [registry.agents.get(contract.undo.agent)!] : []));
  return Object.fromEntries([...agents, ...undos].map(({ agent, digest }) => [agent.id, digest]));
}
