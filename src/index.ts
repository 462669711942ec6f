/** What `import … from 'baton'` gives: everything to declare agents, routes and a deployment, and nothing that runs. */
export {
  type Agent,
  type AgentDefinition,
  type AnyAgent,
  type AttemptContext,
  defineAgent,
  Refusal,
  type Undo,
  type Webhook,
} from './contracts/agent.ts';
export {
  type Configuration,
  type ConfigurationSource,
  defineConfig,
  type Environment,
  type PersonDefinition,
} from './contracts/config.ts';
export type { Effect, RetryPolicy } from './contracts/contract.ts';
export type { Deciders, Terms, Verb } from './contracts/escalation.ts';
export type { Json, JsonObject } from './contracts/json.ts';
export type { Condition, Plan } from './contracts/plan.ts';
export {
  absent,
  all,
  any,
  exists,
  type Finished,
  gt,
  gte,
  is,
  lt,
  lte,
  not,
  oneOf,
  type PlanBuilder,
} from './contracts/plan-builder.ts';
export { type Given, type Ref, type Tree, text } from './contracts/refs.ts';
export { approval, defineRoute, type Route, type RouteDefinition } from './contracts/route.ts';
