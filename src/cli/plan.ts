/** `plan`: how a task would be understood and planned, and what speaks against the plan. Nothing is begun, nothing kept. */

import { explain } from '../contracts/error.ts';
import type { Event, EventOf } from '../contracts/event.ts';
import type { Json, Value } from '../contracts/json.ts';
import type { Meter } from '../contracts/model.ts';
import { type Condition, dependenciesOf, type PlanStep } from '../contracts/plan.ts';
import type { Task } from '../contracts/task.ts';
import { harmless } from '../core/cards/in-short.ts';
import type { Paint } from '../core/cards/lines.ts';
import { modelCallText } from '../core/cards/spent.ts';
import { wordsIn } from '../core/cards/words.ts';
import { evolveAll, replay } from '../core/evolve.ts';
import { takeIn } from '../core/intake.ts';
import type { Orchestrator } from '../core/orchestrator.ts';
import { findingsOf, makePlan } from '../core/planner.ts';
import type { Registry } from '../core/registry.ts';
import { isStuck } from '../core/seek-plan.ts';
import { readSubmission } from '../core/submission.ts';
import type { Call } from './call.ts';
import { exit } from './exit.ts';
import { operator } from './follow.ts';
import { withBaton } from './open.ts';

const limitMs = 120_000;

export function showPlan(call: Call): Promise<number> {
  const { terminal, flags } = call;
  const { task } = readSubmission({
    source: 'terminal',
    key: 'plan',
    task: { text: call.arguments.join(' '), requester: operator, conversation: null },
  });
  return withBaton(call, false, async ({ orchestrator }) => {
    const { registry } = orchestrator;
    const events = await think(task, orchestrator);
    const planned = events.find((event) => event.type === 'planned');
    const lines = flags.json ? events.map((event) => JSON.stringify(event)) : told(events, registry, terminal.paint);
    lines.forEach(terminal.out);
    return planned ? exit.completed : exit.notCompleted;
  });
}

/** What intake and planning would journal. Models are asked, and cost what they cost; nothing else is touched. */
async function think(task: Task, { registry, provider }: Orchestrator): Promise<Event[]> {
  const events: Event[] = [];
  const meter: Meter = {
    book: async () => {},
    settle: async (call) => void events.push({ type: 'model_called', v: 1, call }),
  };
  const thinking = { meter, signal: AbortSignal.timeout(limitMs), user: null };
  const received: Event = { type: 'received', v: 1, task };
  const stateNow = () => evolveAll(replay('plan', []), [received, ...events], 0);
  const taken = await takeIn(stateNow(), provider, registry, thinking);
  events.push(taken);
  if (taken.type !== 'understood') return events;
  const route = registry.routes.get(taken.route)!.data;
  const content = (value: Value): Json => ('inline' in value ? value.inline : null);
  for (;;) {
    const made = await makePlan({ state: stateNow(), route, provider, registry, content }, thinking);
    events.push(made);
    if (made.type !== 'plan_refused' || isStuck(stateNow().thought, content)) return events;
  }
}

function told(events: readonly Event[], registry: Registry, paint: Paint): string[] {
  const lines = events.flatMap((event) => {
    if (event.type === 'understood') return understoodLines(event, registry, paint);
    if (event.type === 'planned') return plannedLines(event, registry, events, paint);
    if (event.type === 'compensating') return [paint('red', harmless(explain(event.because), 2_000))];
    if (event.type === 'plan_refused') return refusedLines(event, paint);
    if (event.type === 'model_called') return [paint('dim', modelCallText(event.call, wordsIn('en')))];
    const failed = event.type === 'intake_failed' || event.type === 'plan_failed';
    return failed ? [paint('red', harmless(explain(event.error), 2_000))] : [];
  });
  const isLeft = ['plan_refused', 'plan_failed'].includes(events.at(-1)!.type);
  return isLeft ? [...lines, '', 'No plan is proven: a run would ask a person for one.'] : lines;
}

function understoodLines(event: EventOf<'understood'>, registry: Registry, paint: Paint): string[] {
  const { data } = registry.routes.get(event.route)!;
  const fields = Object.entries(event.fields).map(([name, value]) => `  ${name}: ${harmless(JSON.stringify(value))}`);
  const missing = event.missing.map((name) => `  ${name}: ${paint('yellow', 'missing; the requester is asked')}`);
  return [paint('bold', `${data.title} (${event.provider})`), ...fields, ...missing, ''];
}

const refusedLines = ({ by, findings }: EventOf<'plan_refused'>, paint: Paint): string[] => [
  paint('yellow', `${harmless(by)} proposed a plan that does not hold:`),
  ...findings.map(({ code, path, hint }) => `  ${harmless(`${code} at ${path}: ${hint}`, 400)}`),
];

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
