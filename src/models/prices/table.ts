/**
 * The form of a price table. The tables are the files beside this one, made to be edited: a new price is a new entry
 * with the date from which it counts, and the old one stays, so that what was paid before can still be told.
 */
import { prettifyError } from 'zod';
import { type PriceEntry, type PriceTable, priceEntry } from '../../contracts/price.ts';

export type { PriceTable };

type Row = Omit<PriceEntry, 'provider' | 'currency'>;

/** Checks a table; what it throws names the entry. */
export function definePrices({ prices, ...table }: Omit<PriceTable, 'prices'> & { prices: Row[] }): PriceTable {
  const { provider, currency } = table;
  const parsed = prices.map((row) => {
    const read = priceEntry.safeParse({ ...row, provider, currency });
    if (read.success) return read.data;
    throw new TypeError(`The price of ${provider} ${row.model} from ${row.from}: ${prettifyError(read.error)}`);
  });
  return { ...table, prices: parsed };
}
