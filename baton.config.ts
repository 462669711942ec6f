/**
 * This deployment of Baton: what it can do, who its people are, and what needs a person.
 *
 * The file is yours to edit. `npm start -- help` lists what to do with it; a mistake in it is told with its place and a
 * hint before anything runs. Another file is taken with `--config <file>` or BATON_CONFIG, from anywhere on the disk.
 */
import { defineConfig } from 'baton';
import { createBriefAgents } from './processes/brief/agents.ts';
import { createBriefRoute } from './processes/brief/route.ts';
import { createSampleSite } from './processes/brief/sample.ts';
import { openBriefs } from './processes/brief/store.ts';
import { createIncidentAgents } from './processes/incident/agents.ts';
import { createIncidentRoute } from './processes/incident/route.ts';
import { createSampleService } from './processes/incident/sample.ts';
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
  // A service that is partly broken, to be looked into: `Check the sample service`. It listens on this machine only.
  const sample = createSampleService(databaseUrl);
  const briefs = openBriefs(env.BRIEFS_DATABASE_URL || databaseUrl);
  // Three pages to write a brief from: `Research brief on brewing green tea`. They are on this machine only.
  const tea = createSampleSite(databaseUrl);

  // What may be reached beside public addresses: 'shop.internal', '*.corp.example', '10.20.0.0/16', '127.0.0.1:8080'.
  // Incidents and briefs are stricter: they look at nothing, public or not, that is not listed here. So the sites that
  // your briefs may read are entries of this list too: 'en.wikipedia.org', '*.gov.uk'.
  const network = { allow: [sample.entry, tea.entry] };

  return {
    // What can be asked for, each with its agents, its plan and its rules. See processes/*/route.ts. A brief has no plan:
    // a model makes one for each task, so it needs a key of a model in the environment.
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
      createIncidentRoute(
        // A service of yours: { name: 'shop', addresses: { web: 'https://shop.example/' }, restart: 'https://…' }
        createIncidentAgents({ network, services: [sample.service] }),
        { deciders: 'operations' },
      ),
      createBriefRoute(
        // What is read when a task names no page: { pages: ['https://en.wikipedia.org/wiki/Green_tea'] }
        createBriefAgents({ network, sites: [tea.site], store: briefs }),
        { editors: 'editors' },
      ),
    ],

    network,

    // Who may begin tasks and decide. `operator` is whoever sits at the terminal of this machine.
    people: {
      operator: { name: 'Operator', roles: ['finance', 'procurement', 'compliance', 'operations', 'editors'] },
    },

    // Run when a process starts, before anything else, and when it stops.
    prepare: async () => {
      await Promise.all([shop.prepare(), suppliers.prepare(), briefs.prepare()]);
    },
    close: async () => {
      await Promise.all([shop.close(), suppliers.close(), sample.close(), briefs.close(), tea.close()]);
    },
  };
});
