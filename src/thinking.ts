/** What a deployment thinks with: the models for which there are keys, or rules alone. */
import type { Completer, Streams } from './contracts/completion.ts';
import type { Configuration } from './contracts/config.ts';
import type { Provider } from './contracts/model.ts';
import type { Log } from './core/ports.ts';
import { createStreams } from './core/store/streams.ts';
import type { ModelSettings } from './model-settings.ts';
import type { TieredModels } from './models/models.ts';
import { priceTables } from './models/prices/tables.ts';
import { createRules } from './models/rules.ts';

export interface Thinkers {
  provider: Provider;
  /** Null: there is no key, so no model is asked. */
  models: TieredModels | null;
  close(): Promise<void>;
}

/** Nothing is connected to before the first question. What speaks to providers is loaded only where there is a key. */
export async function openThinking(
  { openai, gigachat }: ModelSettings,
  configuration: Configuration,
  database: { directUrl: string },
  log: Log,
): Promise<Thinkers> {
  const rules = createRules();
  if (!openai && !gigachat) return { provider: rules, models: null, close: async () => {} };
  const [{ createModels }, { createThinker }] = await Promise.all([
    import('./models/models.ts'),
    import('./models/thinker.ts'),
  ]);
  const streams = createStreams(database);
  // The first one is the one that is asked where nobody says otherwise.
  const completers = [
    ...(openai ? [await openOpenai(openai)] : []),
    ...(gigachat ? [await openGigachat(gigachat, streams)] : []),
  ];
  const models = createModels({ tiers: configuration.models ?? {}, completers, prices: priceTables, log });
  return {
    provider: createThinker({ models, rules }),
    models,
    close: async () => {
      for (const completer of completers) await completer.close?.();
      await streams.close();
    },
  };
}

async function openOpenai(settings: NonNullable<ModelSettings['openai']>): Promise<Completer> {
  const { createOpenai } = await import('./models/openai/completer.ts');
  return createOpenai(settings);
}

async function openGigachat(settings: NonNullable<ModelSettings['gigachat']>, streams: Streams): Promise<Completer> {
  const { createGigachat } = await import('./models/gigachat/gigachat.ts');
  const { streams: streamLimit, ...rest } = settings;
  return createGigachat({ ...rest, streams, streamLimit });
}
