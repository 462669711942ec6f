/**
 * What `import … from 'baton'` gives: everything to declare agents, routes and a deployment, and `createBaton`, which
 * loads what runs them when it is called.
 */
export { type AddressGuard, AddressRefused, createAddressGuard } from './agents/address-guard.ts';
export type {
  Baton,
  BatonOptions,
  BatonSource,
  CancelResult,
  DecideOptions,
  JournalEvent,
  OpenQuestion,
  RunResult,
  SubmitOptions,
} from './baton.ts';
export { createMemoryChannel, type MemoryChannel, type MemoryMessage } from './channels/memory.ts';
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
export type { Card } from './contracts/card.ts';
export type { Channel, Inbound, Receipt, SendResult } from './contracts/channel.ts';
export {
  type Configuration,
  type ConfigurationSource,
  defineConfig,
  type Environment,
  type PersonDefinition,
} from './contracts/config.ts';
export type { Effect, RetryPolicy } from './contracts/contract.ts';
export { BatonError, type ErrorCode, type Failure, type Problem } from './contracts/error.ts';
export type { Deciders, Question, Terms, Verb, VoteAnswer } from './contracts/escalation.ts';
export type { EstimateDefinition } from './contracts/estimate-config.ts';
export type { Event, UndoReport } from './contracts/event.ts';
export type { Http, HttpAnswer, HttpMethod } from './contracts/http.ts';
export type { Json, JsonObject } from './contracts/json.ts';
export type { Network } from './contracts/network.ts';
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
export type { Actor } from './contracts/task.ts';
export type { Log } from './core/ports.ts';
export { createBaton } from './embed.ts';
