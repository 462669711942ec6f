/**
 * The names of what can be declared. One that is not known does nothing, and whoever wrote it believes that it does:
 * a `redct` hides nothing. Types see it in an editor; what runs is not type-checked.
 */
import type { AnyAgent } from '../../contracts/agent.ts';
import type { Configuration } from '../../contracts/config.ts';
import type { Problem } from '../../contracts/error.ts';
import type { Route, RouteDefinition } from '../../contracts/route.ts';
import { suggestion } from '../nearest.ts';

type KeysOf<T> = T extends unknown ? keyof T : never;

const ofConfiguration: Record<keyof Configuration, true> = {
  routes: true,
  agents: true,
  people: true,
  rooms: true,
  tasksPerMinute: true,
  network: true,
  models: true,
  budgets: true,
  estimate: true,
  prepare: true,
  close: true,
};

const ofRoute: Record<keyof RouteDefinition<unknown>, true> = {
  name: true,
  title: true,
  ru: true,
  description: true,
  fields: true,
  patterns: true,
  ask: true,
  examples: true,
  plan: true,
  agents: true,
  questions: true,
  failures: true,
  approvals: true,
  controllers: true,
  concurrency: true,
  deadlineMs: true,
};

const ofAgent: Record<KeysOf<AnyAgent['definition']>, true> = {
  name: true,
  version: true,
  title: true,
  input: true,
  output: true,
  effect: true,
  idempotent: true,
  resource: true,
  duplicateWindowMs: true,
  timeoutMs: true,
  retry: true,
  undo: true,
  maxOutputBytes: true,
  price: true,
  risk: true,
  ru: true,
  redact: true,
  run: true,
  isolate: true,
  webhook: true,
  http: true,
  prompt: true,
};

const unknownIn = (names: readonly string[], known: object, what: string): Problem[] =>
  names
    .filter((name) => !Object.hasOwn(known, name))
    .map((name) => ({
      code: 'unknown_setting',
      path: name,
      hint: `is nothing that ${what} has; ${suggestion(name, Object.keys(known))}`,
    }));

export const checkSettings = (configuration: Configuration): Problem[] =>
  unknownIn(Object.keys(configuration), ofConfiguration, 'a configuration');

export const checkRouteSettings = ({ declared }: Route): Problem[] => unknownIn(declared, ofRoute, 'a route');

export const checkAgentSettings = ({ definition }: AnyAgent): Problem[] =>
  unknownIn(Object.keys(definition), ofAgent, 'an agent');
