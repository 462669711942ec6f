/** `plan`: how a task would be understood and planned, and what speaks against the plan. Nothing is begun, nothing kept. */

import { explain } from '../contracts/error.ts';
import type { Event, EventOf } from '../contracts/event.ts';
import { type Condition, dependenciesOf, type PlanStep } from '../contracts/plan.ts';
import { harmless } from '../core/cards/in-short.ts';
import type { Paint } from '../core/cards/lines.ts';
import { wordsIn } from '../core/cards/words.ts';
import { evolveAll, replay } from '../core/evolve.ts';
import { takeIn } from '../core/intake.ts';
import { findingsOf, makePlan } from '../core/planner.ts';
import type { Registry } from '../core/registry.ts';
import { createRules } from '../models/rules.ts';
import type { Call } from './call.ts';
import { exit } from './exit.ts';
import { operator } from './follow.ts';
import { withBaton } from './open.ts';

const limitMs = 120_000;

export const showPlan = (call: Call): Promise<number> =>
  withBaton(call, false, async ({ orchestrator: { registry } }) => {
    const { terminal, flags } = call;
    const events = await think(call.arguments[0] ?? '', registry);
    const planned = events.find((event) => event.type === 'planned');
    const lines = flags.json ? events.map((event) => JSON.stringify(event)) : told(events, registry, terminal.paint);
    lines.forEach(terminal.out);
    return planned ? exit.completed : exit.notCompleted;
  });

/** What intake and planning would journal. */
async function think(text: string, registry: Registry): Promise<Event[]> {
  const provider = createRules();
  const signal = AbortSignal.timeout(limitMs);
  const task = { text, requester: operator, conversation: null };
  const received: Event = { type: 'received', v: 1, task };
  const state = evolveAll(replay('plan', []), [received], 0);
  const taken = await takeIn(state, provider, registry, signal);
  if (taken.type !== 'understood') return [taken];
  const route = registry.routes.get(taken.route)!.data;
  return [taken, await makePlan(evolveAll(state, [taken], 0), route, provider, registry, signal)];
}

function told(events: readonly Event[], registry: Registry, paint: Paint): string[] {
  return events.flatMap((event) => {
    if (event.type === 'understood') return understoodLines(event, registry, paint);
    if (event.type === 'planned') return plannedLines(event, registry, events, paint);
    if (event.type === 'compensating') return [paint('red', harmless(explain(event.because), 2_000))];
    return event.type === 'intake_failed' ? [paint('red', explain(event.error))] : [];
  });
}

function understoodLines(event: EventOf<'understood'>, registry: Registry, paint: Paint): string[] {
  const { data } = registry.routes.get(event.route)!;
  const fields = Object.entries(event.fields).map(([name, value]) => `  ${name}: ${harmless(JSON.stringify(value))}`);
  const missing = event.missing.map((name) => `  ${name}: ${paint('yellow', 'missing; the requester is asked')}`);
  return [paint('bold', `${data.title} (${event.provider})`), ...fields, ...missing, ''];
}

function plannedLines(event: EventOf<'planned'>, registry: Registry, events: readonly Event[], paint: Paint): string[] {
  const understood = events.find((one) => one.type === 'understood')!;
  const { data } = registry.routes.get(understood.route)!;
  const findings = findingsOf(event.plan, data, registry);
  return [
    paint('bold', `${event.plan.steps.length} steps${event.short ? ', the short way' : ''}`),
    ...event.plan.steps.flatMap((step) => stepLines(step, registry, data.approvals, paint)),
    '',
    ...(findings.length === 0
      ? [paint('green', 'Proven: nothing speaks against it.')]
      : findings.map(({ code, path, hint }) => paint('red', `${code} at ${path}: ${hint}`))),
  ];
}

function stepLines(
  step: PlanStep,
  registry: Registry,
  approvals: readonly { agent: string; deciders: { people?: string[] | undefined; roles?: string[] | undefined } }[],
  paint: Paint,
): string[] {
  const { contract } = registry.agents.get(step.agent)!;
  const after = dependenciesOf(step);
  const rules = approvals.filter(({ agent }) => agent === step.agent);
  const who = rules.flatMap(({ deciders }) => [...(deciders.people ?? []), ...(deciders.roles ?? [])]);
  const notes = [
    wordsIn('en').effects[contract.effect],
    ...(after.length > 0 ? [`after ${after.join(', ')}`] : []),
    ...(step.forEach ? [`for each of ${step.forEach.in.$ref}`] : []),
    ...(step.when ? [`when ${conditionText(step.when)}`] : []),
    ...(who.length > 0 ? [`may ask ${[...new Set(who)].join(', ')}`] : []),
    ...(contract.undo ? [`undone by ${contract.undo.agent}`] : []),
  ];
  return [`  ${step.id}  ${contract.title}  ${paint('dim', step.agent)}`, `      ${notes.join('; ')}`];
}

/** A condition as the plan has it: there is nothing yet to decide it on. */
function conditionText(condition: Condition): string {
  if ('all' in condition) return condition.all.map(conditionText).join(' and ');
  if ('any' in condition) return `(${condition.any.map(conditionText).join(' or ')})`;
  const { ref, ...rest } = condition;
  const [[how, value] = ['exists', true]] = Object.entries(rest);
  return `${ref} ${how} ${JSON.stringify(value)}`;
}
