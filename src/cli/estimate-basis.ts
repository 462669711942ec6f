/**
 * Where an estimate gets its numbers from: the ledger of a deployment that is there, and its configuration. It makes no
 * database, and where nothing answers it goes on with what is assumed, and says so.
 */
import { existsSync } from 'node:fs';
import { processEnvironment, type Settings } from '../config.ts';
import type { Configuration } from '../contracts/config.ts';
import { BatonError } from '../contracts/error.ts';
import type { Basis } from '../core/estimate/basis.ts';
import { checkEstimate } from '../core/registry/estimate.ts';
import { loadConfiguration } from '../load.ts';
import { priceTables } from '../models/prices/tables.ts';
import { homeAt } from '../postgres/home.ts';
import type { Call } from './call.ts';
import { withBaton } from './open.ts';

export const assumedBasis = ({ estimate = {}, models = {} }: Partial<Configuration> = {}): Basis => ({
  tables: priceTables,
  definition: estimate,
  models,
  use: null,
});

export async function readBasis(call: Call): Promise<Basis> {
  const { flags, settings, terminal } = call;
  if (!flags.assume && isThere(settings)) {
    try {
      return await withBaton(call, false, ({ orchestrator: { desk } }) => desk.estimateBasis());
    } catch (error) {
      if (!(error instanceof BatonError) || !error.code.startsWith('database_')) throw error;
      terminal.err(`The ledger could not be read, so that all is assumed. ${error.message}`);
    }
  }
  return assumedBasis(await configurationOf(settings));
}

/** A database is named, or Baton has made one here before. */
const isThere = ({ databaseUrl, home }: Settings): boolean =>
  databaseUrl !== undefined || existsSync(homeAt(home).data);

/** The configuration without its database: it is made, asked for its prices, and closed. */
async function configurationOf({ configFile, databaseUrl = 'postgres://localhost/none' }: Settings) {
  if (!existsSync(configFile)) return {};
  const configuration = await loadConfiguration(configFile, { databaseUrl, env: processEnvironment() });
  await configuration.close?.();
  const problems = checkEstimate(configuration.estimate);
  if (problems.length === 0) return configuration;
  throw new BatonError('config_invalid', 'The prices of the configuration do not hold.', { problems });
}
