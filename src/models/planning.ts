/** What a model is asked about a plan. What is the same for all tasks of a route comes first. */
import type { Attempted, Enquiry, PlanRequest } from '../contracts/model.ts';
import { fence } from '../core/fence.ts';
import { fromPlan } from './forms/plan-form.ts';
import { planSchema } from './forms/plan-schema.ts';
import { agentText, typeText } from './notation.ts';
import { instructionsOf } from './prompts.ts';

/** More findings than this of one attempt say the same thing again. */
const maxFindings = 30;

const attemptText = ({ plan, findings }: Attempted): string =>
  [
    fence('attempt', JSON.stringify(fromPlan(plan))),
    fence(
      'findings',
      findings
        .slice(0, maxFindings)
        .map(({ code, path, hint }) => `${code} at ${path}: ${hint}`)
        .join('\n'),
    ),
  ].join('\n');

const inputOf = ({ agents, fieldsSchema, goal, fields, attempted }: PlanRequest): string =>
  [
    `Agents\n\n${agents.map(agentText).join('\n')}`,
    `The fields of the task are ${typeText(fieldsSchema)}`,
    fence('task', goal),
    fence('fields', JSON.stringify(fields)),
    ...attempted.map(attemptText),
  ].join('\n\n');

/** The question to a model. */
export const planQuestion = (request: PlanRequest): Enquiry => ({
  purpose: 'plan',
  tier: 'strong',
  name: 'plan',
  instructions: instructionsOf('plan'),
  input: inputOf(request),
  schema: planSchema(request.agents),
});
