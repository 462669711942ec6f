/** A process of Baton that works, on a database of its own; both end with the scope. */
import { testDatabase } from './database.ts';
import { createShop, createWorld, type Shop, type WorldOptions } from './world.ts';

export async function running(options: WorldOptions & { shop?: Shop } = {}) {
  const database = await testDatabase();
  const shop = options.shop ?? createShop();
  const world = createWorld(database.url, shop, options);
  await world.start();
  return {
    shop,
    world,
    database,
    [Symbol.asyncDispose]: async () => {
      await world.stop();
      await database[Symbol.asyncDispose]();
    },
  };
}
