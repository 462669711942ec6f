/** `defineConfig`: the deployment as its user writes it. */
import type { AnyAgent } from './agent.ts';
import type { EstimateDefinition } from './estimate-config.ts';
import type { BudgetsDefinition, ModelsDefinition } from './models-config.ts';
import type { Network } from './network.ts';
import type { Route } from './route.ts';

export interface PersonDefinition {
  name?: string;
  roles?: string[];
  /** Who they are on each channel, by its own id of them; the first one is where they are asked first. */
  accounts?: Record<string, string>;
}

export interface Configuration {
  routes: Route[];
  /** Agents beside those that the routes' plans use. */
  agents?: AnyAgent[];
  /** People by id. `operator` is whoever sits at the terminal. */
  people: Record<string, PersonDefinition>;
  /**
   * Conversations in which anybody may begin tasks, not only `people`: an address of a channel, and what lies below it.
   * Who is nobody of `people` decides nothing there, but on their own tasks.
   */
  rooms?: string[];
  /**
   * Tasks that one chat may begin within a minute, 30 when absent: two bots that answer each other, or a script that
   * went wild, are stopped there.
   */
  tasksPerMinute?: number;
  /** What HTTP agents may reach beside public addresses. */
  network?: Network;
  /** Which model each tier is, where the defaults do not suit. Models are asked once a key is in the environment. */
  models?: ModelsDefinition;
  /** How much a run, and a day, may take. */
  budgets?: BudgetsDefinition;
  /** What people, support and development cost, for the calculator. */
  estimate?: EstimateDefinition;
  /** Run once before anything else, in every process: make tables, warm up. Must be safe to run twice at once. */
  prepare?: () => Promise<void>;
  /** Run when the process stops. */
  close?: () => Promise<void>;
}

/** What a configuration is given about the process it is loaded in. */
export interface Environment {
  /** The database of this deployment, as a postgres:// address. */
  databaseUrl: string;
  /** The environment variables, for addresses and secrets of your own agents. */
  env: Readonly<Record<string, string | undefined>>;
}

export type ConfigurationSource = (environment: Environment) => Configuration;

/** Declares the deployment. The default export of `baton.config.ts`. */
export const defineConfig = (source: ConfigurationSource): ConfigurationSource => source;
