/**
 * The registry: the explicit map of routes, agents and people. Nothing outside it can be called, asked or started.
 *
 * It is built once, from the configuration, and either holds as a whole or names every problem at once. What runs are
 * pinned to leaves it as definitions: bodies by digest.
 */
import type { AnyAgent } from '../contracts/agent.ts';
import type { Configuration } from '../contracts/config.ts';
import type { Contract } from '../contracts/contract.ts';
import { BatonError, type Problem } from '../contracts/error.ts';
import type { Deciders } from '../contracts/escalation.ts';
import type { Json } from '../contracts/json.ts';
import type { Route, RouteData } from '../contracts/route.ts';
import { digest } from './digest.ts';
import { buildContract } from './registry/agents.ts';
import { checkContract } from './registry/contracts.ts';
import { checkEstimate } from './registry/estimate.ts';
import { checkModels } from './registry/models.ts';
import { checkNetwork } from './registry/network.ts';
import { checkAccounts, checkRooms, checkTasks, type People, peopleIn, peopleOf } from './registry/people.ts';
import { buildRoute, checkRoute } from './registry/routes.ts';
import { checkSettings } from './registry/settings.ts';

export interface Definition {
  digest: string;
  kind: 'contract' | 'route' | 'prompt';
  body: Json;
}

export interface RegisteredRoute {
  route: Route;
  data: RouteData;
  digest: string;
}

export interface RegisteredAgent {
  agent: AnyAgent;
  contract: Contract;
  digest: string;
}

export interface Registry {
  readonly routes: ReadonlyMap<string, RegisteredRoute>;
  /** By `name@version`: those of the plans, those declared beside them, and whatever undoes them. */
  readonly agents: ReadonlyMap<string, RegisteredAgent>;
  /** By id. `operator` is always there. */
  readonly people: People;
  /** Conversations in which anybody may begin tasks. */
  readonly rooms: readonly string[];
  /** Tasks that one chat may begin within a minute. */
  readonly tasksPerMinute: number;
  readonly definitions: Definition[];
}

function agentsIn(configuration: Configuration): AnyAgent[] {
  const found: AnyAgent[] = [];
  const add = (agent: AnyAgent): void => {
    if (found.includes(agent)) return;
    found.push(agent);
    if (agent.definition.undo) add(agent.definition.undo.agent);
  };
  for (const agent of [...configuration.routes.flatMap((route) => route.agents), ...(configuration.agents ?? [])]) {
    add(agent);
  }
  return found;
}

function registerAgents(configuration: Configuration, problems: Problem[]): Map<string, RegisteredAgent> {
  const agents = new Map<string, RegisteredAgent>();
  const declared = new Map<string, AnyAgent>();
  for (const agent of agentsIn(configuration)) {
    const same = declared.get(agent.id);
    if (same) {
      if (same.definition === agent.definition) continue;
      const hint = 'declared twice with different definitions: raise the version of one, or import the same one';
      problems.push({ code: 'agent_declared_twice', path: `agents.${agent.id}`, hint });
      continue;
    }
    declared.set(agent.id, agent);
    const built = buildContract(agent);
    problems.push(...built.problems);
    if (built.contract) {
      agents.set(agent.id, { agent, contract: built.contract, digest: digest(built.contract as unknown as Json) });
    }
  }
  return agents;
}

function registerRoutes(configuration: Configuration, problems: Problem[]): Map<string, RegisteredRoute> {
  const routes = new Map<string, RegisteredRoute>();
  for (const route of configuration.routes) {
    if (routes.has(route.name)) {
      const hint = 'give each route a name of its own';
      problems.push({ code: 'route_declared_twice', path: `routes.${route.name}`, hint });
      continue;
    }
    const built = buildRoute(route);
    problems.push(...built.problems);
    if (built.data) routes.set(route.name, { route, data: built.data, digest: digest(built.data as unknown as Json) });
  }
  return routes;
}

/** Builds the registry, or throws `config_invalid` with every problem of the configuration. */
export function createRegistry(configuration: Configuration): Registry {
  const problems: Problem[] = [...checkSettings(configuration), ...checkNetwork(configuration.network)];
  problems.push(...checkEstimate(configuration.estimate));
  const people = peopleOf(configuration.people);
  const { rooms = [], tasksPerMinute = 30 } = configuration;
  problems.push(...checkAccounts(people), ...checkRooms(rooms), ...checkTasks(tasksPerMinute));
  problems.push(...checkModels(configuration));
  const agents = registerAgents(configuration, problems);
  const routes = registerRoutes(configuration, problems);
  const contracts = new Map([...agents].map(([id, { contract }]) => [id, contract]));
  for (const { agent, contract } of agents.values()) problems.push(...checkContract(agent, contract, contracts));
  for (const { route, data } of routes.values()) problems.push(...checkRoute(route, data, { contracts, people }));
  if (problems.length > 0) {
    const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`;
    throw new BatonError('config_invalid', `The configuration has ${count}.`, { problems });
  }
  const bodies = [
    ...[...agents.values()].map((one) => ({ digest: one.digest, kind: 'contract' as const, body: one.contract })),
    ...[...routes.values()].map((one) => ({ digest: one.digest, kind: 'route' as const, body: one.data })),
  ];
  return { routes, agents, people, rooms, tasksPerMinute, definitions: bodies as unknown as Definition[] };
}

/** The people who decide, by id: those named and those of the roles; sorted, each once. */
export const resolveDeciders = (registry: Pick<Registry, 'people'>, deciders: Deciders): string[] =>
  peopleIn(registry.people, deciders);
