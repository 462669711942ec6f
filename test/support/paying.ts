/** A payment that anna decides, in a memory channel: for what comes of it when nobody does. */
import { z } from 'zod';
import { createMemoryChannel } from '../../src/channels/memory.ts';
import { defineAgent } from '../../src/contracts/agent.ts';
import { approval, defineRoute } from '../../src/contracts/route.ts';
import { running } from './running.ts';
import { createShop } from './world.ts';

/** `silence` says what comes of nobody answering. */
export async function paying(silence: {
  remindAfterMs?: number;
  expireAfterMs?: number;
  tiers?: { afterMs: number; deciders: { people: string[] } }[];
}) {
  const pay = defineAgent({
    name: 'till.pay',
    title: 'Pay',
    input: z.strictObject({ amount: z.number() }),
    output: z.strictObject({ paid: z.number() }),
    effect: 'irreversible',
    run: ({ amount }) => ({ paid: amount }),
  });
  const terms = { deciders: { people: ['anna'] }, ...silence };
  const route = defineRoute({
    name: 'pay',
    title: 'Pay',
    description: 'Pays.',
    fields: z.strictObject({ amount: z.number() }),
    patterns: [/^pay (?<amount>\d+)/],
    plan: (p) => p.step('pay', pay, ({ task }) => ({ amount: task.amount })).answer(({ steps }) => steps.pay),
    questions: { deciders: { people: ['anna'] } },
    approvals: [approval(pay, () => terms)],
  });
  const channel = createMemoryChannel();
  const at = await running({ configuration: createShop().configuration({ routes: [route] }), channels: [channel] });
  return { ...at, channel };
}
