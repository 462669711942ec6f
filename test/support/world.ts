/** One process of Baton on a test database, with the shop of tests behind it. */
import { createFunctionTransporter } from '../../src/agents/function.ts';
import { createPromptTransporter } from '../../src/agents/prompt.ts';
import { createWebhookTransporter } from '../../src/agents/webhook.ts';
import type { Transporter } from '../../src/contracts/agent.ts';
import type { Channel } from '../../src/contracts/channel.ts';
import type { Configuration } from '../../src/contracts/config.ts';
import type { Models, Provider } from '../../src/contracts/model.ts';
import { createOrchestrator, type Orchestrator } from '../../src/core/orchestrator.ts';
import type { Log } from '../../src/core/ports.ts';
import { priceTables } from '../../src/models/prices/tables.ts';
import { createRules } from '../../src/models/rules.ts';
import type { Shop } from './shop.ts';

export { createShop, type Shop } from './shop.ts';

export const silent: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

export const operator = { person: 'operator', via: 'terminal' };
export const anna = { person: 'anna', via: 'memory' };
export const boris = { person: 'boris', via: 'memory' };

export interface WorldOptions {
  configuration?: Configuration;
  channels?: readonly Channel[];
  transporters?: readonly Transporter[];
  /** What thinks, in place of rules. */
  provider?: Provider;
  /** What prompt agents are asked by. */
  models?: Models;
  leaseMs?: number;
  drainMs?: number;
  concurrency?: number;
  log?: Log;
}

/** One process of Baton on a test database. */
export function createWorld(url: string, shop: Shop, options: WorldOptions = {}): Orchestrator {
  return createOrchestrator({
    databaseUrl: url,
    configuration: options.configuration ?? shop.configuration(),
    transporters: options.transporters ?? [
      createFunctionTransporter({}),
      createWebhookTransporter({}),
      createPromptTransporter({ models: options.models ?? null }),
    ],
    provider: options.provider ?? createRules(),
    prices: priceTables,
    channels: options.channels ?? [],
    log: options.log ?? silent,
    leaseMs: options.leaseMs ?? 30_000,
    drainMs: options.drainMs ?? 1_000,
    concurrency: options.concurrency ?? 16,
  });
}
