/** Plans in the form in which models give them, and back. Pure, and no judge: a plan that reads well is still unproven. */
import { agentId, type Contract } from '../../contracts/contract.ts';
import type { Json, JsonObject, JsonSchema } from '../../contracts/json.ts';
import {
  type Condition,
  isReference,
  isTemplate,
  type Mapping,
  type Plan,
  type PlanStep,
  plan as planContract,
} from '../../contracts/plan.ts';
import { isObject } from '../../core/schema/resolve.ts';
import { reserved } from './literal.ts';
import { readValue } from './read.ts';

const maxGoal = 500;

const readCondition = ({ join, of = [] }: JsonObject): Json =>
  Array.isArray(of) && of.length === 1 ? of[0]! : { [join === 'any' ? 'any' : 'all']: of };

function readStep(step: Json, inputs: ReadonlyMap<string, JsonSchema>): Json {
  if (!isObject(step)) return step;
  const { id = null, agent = null, input = null, after, when, optional, forEach } = step;
  return {
    id,
    agent,
    input: readValue(input, inputs.get(String(agent)) ?? {}, true),
    ...(Array.isArray(after) && after.length > 0 && { after }),
    ...(isObject(when) && { when: readCondition(when) }),
    ...(optional === true && { optional }),
    ...(isObject(forEach) && { forEach: { ...forEach, in: { $ref: forEach.in ?? null } } }),
  };
}

/** The plan that a model gave; null when it says that these agents cannot do it. */
export function toPlan(output: Json, agents: Contract[]): Json {
  const form = isObject(output) ? output.plan : null;
  if (!isObject(form)) return null;
  const inputs = new Map(agents.map((contract) => [agentId(contract), contract.input]));
  const { goal, steps, answer = null } = form;
  return {
    goal: typeof goal === 'string' ? goal.slice(0, maxGoal).toWellFormed() : (goal ?? null),
    steps: Array.isArray(steps) ? steps.map((step) => readStep(step, inputs)) : (steps ?? null),
    answer: readValue(answer, {}, true),
  };
}

const asEntries = (fields: [string, Json][]): Json => ({ entries: fields.map(([name, value]) => ({ name, value })) });

function formOfMapping(of: Mapping): Json {
  if (of === null || typeof of !== 'object') return of;
  if (isReference(of)) return { ref: of.$ref };
  if (isTemplate(of)) return { template: of.$text };
  if (Array.isArray(of)) return of.map(formOfMapping);
  const fields = Object.entries(of).map(([name, value]): [string, Json] => [name, formOfMapping(value)]);
  const looksReserved = fields.length === 1 && (reserved as readonly string[]).includes(fields[0]![0]);
  return looksReserved ? asEntries(fields) : Object.fromEntries(fields);
}

/** An answer is given as entries, since nothing is known of its fields. */
function formOfAnswer(of: Mapping): Json {
  const isFields = of !== null && typeof of === 'object' && !Array.isArray(of) && !isReference(of) && !isTemplate(of);
  if (!isFields) return formOfMapping(of);
  return asEntries(Object.entries(of).map(([name, value]) => [name, formOfMapping(value as Mapping)]));
}

function formOfCondition(of: Condition): Json {
  const [join, list] = 'all' in of ? ['all', of.all] : 'any' in of ? ['any', of.any] : ['all', [of]];
  return { join: join as string, of: list as unknown as Json };
}

const formOfStep = ({ id, agent, input, after = [], when, forEach, optional = false }: PlanStep): Json => ({
  agent,
  id,
  input: formOfMapping(input),
  after,
  when: when ? formOfCondition(when) : null,
  forEach: forEach ? { ...forEach, in: forEach.in.$ref } : null,
  optional,
});

const formOfPlan = ({ goal, steps, answer }: Plan): JsonObject => ({
  goal,
  steps: steps.map(formOfStep),
  answer: formOfAnswer(answer),
});

/** What a model is shown of a plan that it gave before; one that has no plan's form is shown as it is. */
export function fromPlan(of: Json): Json {
  const parsed = planContract.safeParse(of);
  return { plan: parsed.success ? formOfPlan(parsed.data) : of };
}
