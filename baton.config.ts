/**
 * This deployment of Baton: what it can do, who its people are, and what needs a person.
 *
 * The file is yours to edit. `npm start -- help` lists what to do with it; a mistake in it is told with its place and a
 * hint before anything runs. Another file is taken with `--config <file>` or BATON_CONFIG, from anywhere on the disk.
 */
import { defineConfig } from 'baton';
import { createRefundAgents } from './processes/refund/agents.ts';
import { createRefundRoute } from './processes/refund/route.ts';
import { openShop } from './processes/refund/shop.ts';
import { createSupplierAgents } from './processes/supplier/agents.ts';
import { openDirectory } from './processes/supplier/directory.ts';
import { createSupplierRoute } from './processes/supplier/route.ts';

export default defineConfig(({ databaseUrl, env }) => {
  // Addresses and secrets of your own services come from the environment, never from this file: `env.SHOP_TOKEN`.
  // Here the samples live in Baton's own database unless the environment names another one.
  const shop = openShop(env.SHOP_DATABASE_URL || databaseUrl);
  const suppliers = openDirectory(env.PURCHASING_DATABASE_URL || databaseUrl);

  return {
    // What can be asked for, each with its agents, its plan and its rules. See processes/*/route.ts.
    routes: [
      createRefundRoute(createRefundAgents(shop), {
        // Refunds up to 100.00 EUR are paid without asking; money is counted in its smallest unit, here cents.
        limit: { minor: 100_00, currency: 'EUR' },
        deciders: 'finance',
      }),
      createSupplierRoute(createSupplierAgents(suppliers), {
        procurement: 'procurement',
        // Once the role has two people, let a high risk need both: `quorum: 2`.
        compliance: { role: 'compliance', quorum: 1 },
      }),
    ],

    // Who may begin tasks and decide. `operator` is whoever sits at the terminal of this machine.
    people: {
      operator: { name: 'Operator', roles: ['finance', 'procurement', 'compliance'] },
    },

    // Run when a process starts, before anything else, and when it stops.
    prepare: async () => {
      await Promise.all([shop.prepare(), suppliers.prepare()]);
    },
    close: async () => {
      await Promise.all([shop.close(), suppliers.close()]);
    },
  };
});
