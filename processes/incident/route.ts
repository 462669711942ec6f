/**
 * The route: each target is looked at beside the others, what is down and has a hook is restarted once a person says so,
 * and looked at again. What is still down then is a person's to decide: look again, leave it out, or stop.
 */
import { approval, defineRoute } from 'baton';
import { z } from 'zod';
import type { IncidentAgents } from './agents.ts';
import { createPatterns } from './message.ts';

export interface IncidentTerms {
  /** The role of those who decide about a restart, and about what is still down after it. */
  deciders: string;
  /** How long a question stays open. Default: until somebody answers. */
  expireAfterMs?: number;
}

/** The route `incident` over these agents, on these terms. */
export function createIncidentRoute(
  { services, find, look, judge, restart, verify, report }: IncidentAgents,
  { deciders, expireAfterMs }: IncidentTerms,
) {
  const terms = { deciders: { roles: [deciders] }, ...(expireAfterMs !== undefined && { expireAfterMs }) };
  return defineRoute({
    name: 'incident',
    title: 'Look into an incident',
    ru: { title: 'Разобраться со сбоем', ask: { targets: 'Что проверить? Адреса или названия сервисов.' } },
    description: 'Checks sites and services, and restarts with your word what is down.',
    patterns: createPatterns(services),
    examples: services.slice(0, 1).flatMap(({ name }) => [`Check the ${name} service`, `Проверь сервис ${name}`]),
    fields: z.strictObject({ targets: z.string().min(1).max(2_000) }),
    ask: {
      targets: 'What shall be checked? Addresses, or names of services.',
    },
    plan: (p) =>
      p
        .step('find', find, ({ task }) => ({ text: task.targets }))
        .each(
          'probe',
          look,
          ({ steps }) => steps.find.targets,
          ({ item }) => ({ target: item }),
        )
        .step('judge', judge, ({ steps }) => ({ checks: steps.probe }))
        .each(
          'restart',
          restart,
          ({ steps }) => steps.judge.restarts,
          ({ item }) => ({ service: item.service, evidence: item.evidence }),
        )
        .each(
          'verify',
          verify,
          ({ steps }) => steps.judge.again,
          ({ item }) => ({ target: item }),
          // A person may leave a target out that does not come up.
          () => ({ after: ['restart'], optional: true }),
        )
        .step('report', report, ({ steps }) => ({
          checks: steps.probe,
          again: steps.verify,
          restarts: steps.judge.restarts,
        }))
        .answer(({ steps }) => ({
          state: steps.report.state,
          targets: steps.report.targets,
          restarted: steps.report.restarted,
        })),
    questions: terms,
    approvals: [approval(restart, () => terms)],
  });
}
