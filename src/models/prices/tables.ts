/** All price tables. A provider more is a file beside this one and a line here. */
import { gigachat } from './gigachat.ts';
import { openai } from './openai.ts';
import type { PriceTable } from './table.ts';

export const priceTables: readonly PriceTable[] = [openai, gigachat];
