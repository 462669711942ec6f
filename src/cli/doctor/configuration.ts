/** Does the configuration hold? It is loaded and checked, and nothing of it is run. */
import { processEnvironment } from '../../config.ts';
import { BatonError } from '../../contracts/error.ts';
import type { ModelsDefinition } from '../../contracts/models-config.ts';
import { count, type Finding, fine, wrong } from '../../core/doctor/finding.ts';
import { assertReachable } from '../../core/registry/reach.ts';
import { createRegistry } from '../../core/registry.ts';
import { loadConfiguration } from '../../load.ts';
import { priceTables } from '../../models/prices/tables.ts';
import { resolveTiers } from '../../models/tiers.ts';
import { createTransporters } from '../../transporters.ts';

export interface ConfigurationReport {
  findings: Finding[];
  /** The people of the configuration; null when it does not hold. */
  people: string[] | null;
  /** How many people have an account, by channel. */
  accounts: Record<string, number>;
  /** Which models it names; null when it does not hold. */
  models: ModelsDefinition | null;
}

export async function checkConfiguration(file: string, databaseUrl: string): Promise<ConfigurationReport> {
  try {
    const configuration = await loadConfiguration(file, { databaseUrl, env: processEnvironment() });
    const registry = createRegistry(configuration);
    assertReachable(registry, createTransporters(configuration));
    const { routes, agents, people } = registry;
    const { models = {} } = configuration;
    resolveTiers(models, [], priceTables);
    await configuration.close?.();
    const parts = [count(routes.size, 'route'), count(agents.size, 'agent'), count(people.size, 'person', 'people')];
    const channels = [...people.values()].flatMap((person) => Object.keys(person.accounts));
    const accounts: Record<string, number> = {};
    for (const channel of channels) accounts[channel] = (accounts[channel] ?? 0) + 1;
    const findings = [fine('configuration', `${parts.join(', ')} in ${file}`)];
    return { findings, people: [...people.keys()], accounts, models };
  } catch (error) {
    if (!(error instanceof BatonError)) throw error;
    const { code, message, problems } = error;
    const each = problems.map(({ path, hint, code: which }) =>
      wrong('configuration', `${path}: ${hint} (${which})`, `correct it in ${file}`, { code }),
    );
    return {
      findings:
        each.length > 0
          ? each
          : [wrong('configuration', message, 'another file is taken with --config <file>', { code })],
      people: null,
      accounts: {},
      models: null,
    };
  }
}
