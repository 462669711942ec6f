/** What a deployment in the chats thinks with: both providers, played. */
import type { Configuration } from '../../src/contracts/config.ts';
import { openThinking } from '../../src/thinking.ts';
import { testDatabase } from '../support/database.ts';
import { type ProviderOptions, playProviders } from '../support/providers.ts';
import { silent } from '../support/world.ts';

export type HeadOptions = Omit<ProviderOptions, 'withGigachat'>;

export async function head(options: HeadOptions = {}) {
  await using ending = new AsyncDisposableStack();
  const { mind, gigachat, keys } = ending.use(await playProviders({ ...options, withGigachat: true }));
  // Streams are counted on a database, which need not be that of the deployment.
  const { url } = ending.use(await testDatabase());
  const { provider, models, close } = await openThinking(keys, {} as Configuration, { directUrl: url }, silent);
  ending.defer(close);
  const all = ending.move();
  return {
    gigachat: gigachat!,
    mind,
    thinking: { provider, models: models! },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}
