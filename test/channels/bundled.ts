/** The bundled processes on a test database: what a newcomer's deployment has. */
import { createRefundAgents } from '../../processes/refund/agents.ts';
import { createRefundRoute } from '../../processes/refund/route.ts';
import { openShop } from '../../processes/refund/shop.ts';
import { createSupplierAgents } from '../../processes/supplier/agents.ts';
import { openDirectory } from '../../processes/supplier/directory.ts';
import { createSupplierRoute } from '../../processes/supplier/route.ts';
import type { Configuration } from '../../src/contracts/config.ts';

export function bundled(databaseUrl: string): Pick<Configuration, 'routes' | 'prepare' | 'close'> {
  const shop = openShop(databaseUrl);
  const suppliers = openDirectory(databaseUrl);
  const limit = { minor: 100_00, currency: 'EUR' };
  return {
    routes: [
      createRefundRoute(createRefundAgents(shop), { limit, deciders: 'finance' }),
      createSupplierRoute(createSupplierAgents(suppliers), {
        procurement: 'finance',
        compliance: { role: 'finance', quorum: 1 },
      }),
    ],
    prepare: async () => {
      await Promise.all([shop.prepare(), suppliers.prepare()]);
    },
    close: async () => {
      await Promise.all([shop.close(), suppliers.close()]);
    },
  };
}
