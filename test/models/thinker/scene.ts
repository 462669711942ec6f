/** Routes of the samples and one without a plan, as a thinker sees them, and models that answer by a script. */
import { defineAgent, defineRoute } from 'baton';
import { z } from 'zod';
import { createIncidentAgents } from '../../../processes/incident/agents.ts';
import { createIncidentRoute } from '../../../processes/incident/route.ts';
import { createRefundAgents } from '../../../processes/refund/agents.ts';
import { createRefundRoute } from '../../../processes/refund/route.ts';
import { openShop } from '../../../processes/refund/shop.ts';
import { createSupplierAgents } from '../../../processes/supplier/agents.ts';
import { openDirectory } from '../../../processes/supplier/directory.ts';
import { createSupplierRoute } from '../../../processes/supplier/route.ts';
import type { Contract } from '../../../src/contracts/contract.ts';
import type { Json, JsonObject } from '../../../src/contracts/json.ts';
import type {
  Enquiry,
  Models,
  PlanRequest,
  Provider,
  RouteView,
  Thinking,
  Understanding,
} from '../../../src/contracts/model.ts';
import { createRegistry } from '../../../src/core/registry.ts';

const nowhere = 'postgres://nowhere';
const finding = z.strictObject({ source: z.string(), claim: z.string(), weight: z.number() });

export const search = defineAgent({
  name: 'web.search',
  title: 'Search the web',
  effect: 'read',
  input: z.strictObject({ query: z.string(), limit: z.int().optional() }),
  output: z.strictObject({ pages: z.array(z.strictObject({ url: z.string(), title: z.string() })) }),
  run: () => ({ pages: [] }),
});

export const extract = defineAgent({
  name: 'text.extract',
  title: 'Find claims in a page',
  effect: 'read',
  input: z.strictObject({ url: z.string(), about: z.string().nullable() }),
  output: finding,
  run: () => ({ source: '', claim: '', weight: 0 }),
});

export const write = defineAgent({
  name: 'text.write',
  title: 'Write a brief',
  effect: 'read',
  input: z.strictObject({
    topic: z.string(),
    findings: z.array(finding),
    style: z.enum(['short', 'long']).optional(),
    labels: z.record(z.string(), z.string()).optional(),
    ref: z.strictObject({ ref: z.string() }).optional(),
  }),
  output: z.strictObject({ text: z.string() }),
  run: () => ({ text: '' }),
});

export const publish = defineAgent({
  name: 'wiki.publish',
  title: 'Publish a page',
  effect: 'irreversible',
  input: z.strictObject({ title: z.string(), body: z.string() }),
  output: z.strictObject({ page: z.string() }),
  run: () => ({ page: '' }),
});

/** A route that a model plans. */
const research = defineRoute({
  name: 'research',
  title: 'Write a research brief',
  description: 'Looks for sources about a topic and writes a brief.',
  patterns: [/^research (?<topic>[^.]+)$/i],
  fields: z.strictObject({ topic: z.string().min(1), days: z.int().min(1).max(365).optional() }),
  agents: [search, extract, write, publish],
  questions: { deciders: { roles: ['finance'] } },
  approvals: [],
});

const routes = [
  createRefundRoute(createRefundAgents(openShop(nowhere)), {
    limit: { minor: 100_00, currency: 'EUR' },
    deciders: 'finance',
  }),
  createSupplierRoute(createSupplierAgents(openDirectory(nowhere)), {
    procurement: 'finance',
    compliance: { role: 'finance', quorum: 1 },
  }),
  createIncidentRoute(createIncidentAgents({ network: { allow: [] }, services: [] }), { deciders: 'finance' }),
  research,
];

/** Everything of these routes, registered. */
export const registry = createRegistry({ routes, people: { operator: { roles: ['finance'] } } });

export const agentsOf = (route: string): Contract[] =>
  registry.routes.get(route)!.data.agents.map((id) => registry.agents.get(id)!.contract);

/** The routes as core shows them. */
export const views: RouteView[] = [...registry.routes.values()].map(({ route, data }) => ({
  name: data.name,
  title: data.title,
  description: data.description,
  fields: data.fields,
  patterns: route.patterns,
  agents: data.plan ? [] : agentsOf(data.name),
}));

export const viewOf = (name: string): RouteView => views.find((view) => view.name === name)!;

/** A request for a plan of the route that has none. */
export const planRequest = (more: Partial<PlanRequest> = {}): PlanRequest => ({
  route: 'research',
  goal: 'Research tidal power',
  fields: { topic: 'tidal power' },
  language: 'en',
  fixed: null,
  agents: agentsOf('research'),
  fieldsSchema: viewOf('research').fields,
  attempted: [],
  ...more,
});

/** For whom the tests think: nothing is booked. */
export const thinkingWith = (signal = new AbortController().signal): Thinking => ({
  meter: { book: async () => {}, settle: async () => {} },
  signal,
  user: null,
});

export const byModel = 'test strong-1';

/** Models that give these answers in turn, or throw them, and keep what they were asked. */
export function scripted(...answers: (Json | Error)[]): Models & { asked: Enquiry[] } {
  const asked: Enquiry[] = [];
  return {
    asked,
    ask: async (question) => {
      asked.push(question);
      const answer = answers[asked.length - 1];
      if (answer === undefined) throw new Error('asked more often than the script says');
      if (answer instanceof Error) throw answer;
      return { output: answer, by: byModel };
    },
  };
}

/** Rules that recognise what they are told to. */
export const rulesThatSay = (
  route: string | null,
  fields: JsonObject = {},
  language: Understanding['language'] = 'en',
): Provider => ({
  name: 'rules',
  local: true,
  understand: async () => ({ route, fields, language, onePass: null, by: 'rules' }),
  plan: async ({ fixed }) => fixed && { plan: fixed, by: 'rules' },
});
