/** What a model is asked about a message, and what its answer says. */
import { z } from 'zod';
import { agentId } from '../contracts/contract.ts';
import { BatonError } from '../contracts/error.ts';
import { type Json, type JsonObject, jsonObject } from '../contracts/json.ts';
import type { Enquiry, RouteView, Understanding } from '../contracts/model.ts';
import { fence } from '../core/fence.ts';
import { checkJson } from '../core/schema/check.ts';
import { isObject, listOf } from '../core/schema/resolve.ts';
import { intakeSchema, onePassAgents } from './forms/intake-schema.ts';
import { readValue } from './forms/read.ts';
import { typeText } from './notation.ts';
import { instructionsOf } from './prompts.ts';

function routeText(route: RouteView): string {
  const passes = onePassAgents(route).map(
    (contract) => `  one pass: ${agentId(contract)} ${contract.title}, takes ${typeText(contract.input)}`,
  );
  const head = `${route.name}: ${route.title}. ${route.description}`;
  return [head, `  fields ${typeText(route.fields)}`, ...passes].join('\n');
}

/** The question to a model. What is the same for all messages comes first. */
export const intakeQuestion = (text: string, routes: RouteView[]): Enquiry => ({
  purpose: 'intake',
  tier: 'light',
  name: 'understanding',
  instructions: instructionsOf('intake'),
  input: `Routes\n\n${routes.map(routeText).join('\n\n')}\n\n${fence('message', text)}`,
  schema: intakeSchema(routes),
});

const answer = z.object({
  /** Null: none of the routes. */
  task: z
    .object({
      route: z.string(),
      fields: jsonObject,
      onePass: z.object({ agent: z.string(), input: jsonObject }).nullish(),
    })
    .nullable(),
  language: z.enum(['en', 'ru']),
});

const isEmpty = (value: Json): boolean =>
  value === null ||
  (typeof value === 'string' && value.trim() === '') ||
  (typeof value === 'object' && Object.keys(value).length === 0);

/** What was stated: nothing is made of what is null or empty. */
const stated = (fields: Json): JsonObject =>
  Object.fromEntries(Object.entries(isObject(fields) ? fields : {}).filter(([, value]) => !isEmpty(value)));

/** What a model's answer says about one of these routes. */
export function readIntake({ output, by }: { output: Json; by: string }, routes: RouteView[]): Understanding {
  const parsed = answer.safeParse(output);
  const { task = null, language = 'en' } = parsed.data ?? {};
  const route = routes.find(({ name }) => name === task?.route);
  if (parsed.success && task === null) return { route: null, fields: {}, language, onePass: null, by };
  if (!task || !route) throw new BatonError('model_malformed', 'The answer names none of the routes.');
  const fields = stated(readValue(task.fields, route.fields, false));
  const contract = onePassAgents(route).find((one) => agentId(one) === task.onePass?.agent);
  const input = contract && task.onePass ? readValue(task.onePass.input, contract.input, false) : null;
  const onePass = contract && isObject(input) ? { agent: agentId(contract), input } : null;
  return { route: route.name, fields, language, onePass, by };
}

/** Whether everything that a route must know is there, and is what its fields take. */
export const isComplete = (fields: JsonObject, { fields: schema }: RouteView): boolean =>
  listOf(schema.required).every((name) => Object.hasOwn(fields, String(name))) && checkJson(schema, fields).ok;
