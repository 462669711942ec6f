/**
 * GigaChat, in roubles for a million tokens; input and output cost the same, and cached input is not billed.
 *
 * Unofficial: new tariffs count since 1 February 2026, and their figures were not found in anything that could be read.
 * The list is the provider's, at developers.sber.ru. A package of tokens that is paid for has the price 0 until it is
 * used up.
 */
import { definePrices } from './table.ts';

const source =
  'from memory, not found in print; a reseller asks 92.3 roubles and more (polza.ai, 2026). Cached input free by developers.sber.ru, counting tokens';

export const gigachat = definePrices({
  provider: 'gigachat',
  currency: 'RUB',
  models: { light: 'GigaChat-2', mid: 'GigaChat-2-Pro', strong: 'GigaChat-2-Max' },
  prices: [
    {
      model: 'GigaChat-2',
      input: 65,
      cachedInput: 0,
      output: 65,
      from: '2026-02-01',
      source,
      certainty: 'unofficial',
    },
    {
      model: 'GigaChat-2-Pro',
      input: 500,
      cachedInput: 0,
      output: 500,
      from: '2026-02-01',
      source,
      certainty: 'unofficial',
    },
    {
      model: 'GigaChat-2-Max',
      input: 650,
      cachedInput: 0,
      output: 650,
      from: '2026-02-01',
      source,
      certainty: 'unofficial',
    },
  ],
});
