/** A process with a value that nobody may see: `charge <token> <amount>`, which somebody of finance has to allow. */
import { z } from 'zod';
import { defineAgent } from '../../../src/contracts/agent.ts';
import { approval, defineRoute } from '../../../src/contracts/route.ts';

export function charging() {
  const input = z.strictObject({ token: z.string(), amount: z.number() });
  /** What the card was charged with. */
  const inputs: unknown[] = [];
  const charge = defineAgent({
    name: 'till.charge',
    title: 'Charge the card',
    effect: 'irreversible',
    idempotent: true,
    input,
    output: z.strictObject({ charged: z.boolean() }),
    redact: ['input.token'],
    run: (given) => {
      inputs.push(given);
      return { charged: true };
    },
  });
  const route = defineRoute({
    name: 'charge',
    title: 'Charge a card',
    description: 'Charges a card.',
    fields: input,
    patterns: [/^charge (?<token>\w+) (?<amount>\d+)$/],
    plan: (p) =>
      p.step('charge', charge, ({ task }) => task).answer(({ steps }) => ({ charged: steps.charge.charged })),
    questions: { deciders: { roles: ['finance'] } },
    approvals: [approval(charge, () => ({ deciders: { roles: ['finance'] } }))],
  });
  return { route, inputs };
}
