/** The order of a plan's steps: circles, of one step or of many, in which nothing could ever start. */
import { dependenciesOf, type PlanStep } from '../../contracts/plan.ts';
import type { Finding } from './finding.ts';

/** One finding for each circle, told from its first step of the plan on. */
export function findCycles(steps: PlanStep[]): Finding[] {
  const needs = new Map(steps.map((step) => [step.id, dependenciesOf(step)]));
  const done = new Set<string>();
  const findings: Finding[] = [];
  const visit = (id: string, trail: string[]): void => {
    const start = trail.indexOf(id);
    if (start >= 0) {
      const circle = [...trail.slice(start), id].join(' -> ');
      const hint = `these steps wait for each other: ${circle}; let one of them read something else`;
      findings.push({ code: 'cycle', path: `steps.${id}`, hint });
    } else if (!done.has(id)) {
      for (const need of needs.get(id) ?? []) visit(need, [...trail, id]);
      done.add(id);
    }
  };
  for (const { id } of steps) visit(id, []);
  return findings;
}
