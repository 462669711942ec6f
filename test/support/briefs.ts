/** The process of briefs on a test database, with the sample site. */
import { createBriefAgents } from '../../processes/brief/agents.ts';
import { createBriefRoute } from '../../processes/brief/route.ts';
import { createSampleSite } from '../../processes/brief/sample.ts';
import { openBriefs } from '../../processes/brief/store.ts';
import type { Configuration } from '../../src/contracts/config.ts';

export function briefs(databaseUrl: string, editors = 'finance') {
  const store = openBriefs(databaseUrl);
  const sample = createSampleSite(databaseUrl);
  const network = { allow: [sample.entry] };
  const route = createBriefRoute(createBriefAgents({ network, sites: [sample.site], store }), { editors });
  const process: Pick<Configuration, 'routes' | 'network' | 'prepare' | 'close'> = {
    routes: [route],
    network,
    prepare: () => store.prepare(),
    close: async () => {
      await Promise.all([store.close(), sample.close()]);
    },
  };
  return { store, process };
}
