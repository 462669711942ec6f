/** A route that pays with somebody's word, whose rules a test gives. */
import { z } from 'zod';
import { createMemoryChannel } from '../../src/channels/memory.ts';
import { defineAgent } from '../../src/contracts/agent.ts';
import { approval, defineRoute } from '../../src/contracts/route.ts';
import { running } from './running.ts';
import { createShop, type Shop } from './world.ts';

type Rule = Parameters<typeof approval<{ amount: number }, { paid: number }>>[1];

/** What comes of nobody answering. */
export interface Silence {
  remindAfterMs?: number;
  expireAfterMs?: number;
  tiers?: { afterMs: number; deciders: { people: string[] } }[];
}

/** `pay <amount>`; what was paid is in the ledger of the shop. */
export function payRoute(shop: Shop, rules: readonly Rule[]) {
  const pay = defineAgent({
    name: 'till.pay',
    title: 'Pay',
    input: z.strictObject({ amount: z.number() }),
    output: z.strictObject({ paid: z.number() }),
    effect: 'irreversible',
    run: ({ amount }, { key, run }) => {
      shop.ledger.push({ agent: 'till', key, run, input: amount });
      return { paid: amount };
    },
  });
  return defineRoute({
    name: 'pay',
    title: 'Pay',
    description: 'Pays.',
    fields: z.strictObject({ amount: z.number() }),
    patterns: [/^pay (?<amount>\d+)/],
    plan: (p) => p.step('pay', pay, ({ task }) => ({ amount: task.amount })).answer(({ steps }) => steps.pay),
    questions: { deciders: { people: ['anna'] } },
    approvals: rules.map((rule) => approval(pay, rule)),
  });
}

/** A payment that anna decides, in a memory channel. */
export async function paying(silence: Silence) {
  const shop = createShop();
  const route = payRoute(shop, [() => ({ deciders: { people: ['anna'] }, ...silence })]);
  const channel = createMemoryChannel();
  const at = await running({ shop, configuration: shop.configuration({ routes: [route] }), channels: [channel] });
  return { ...at, channel };
}
