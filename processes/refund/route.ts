/**
 * The route: how a refund is recognised, what must be known to begin it, the steps in which it is done, and who
 * decides. The plan is data with types: a step that reads what no earlier step gives does not compile.
 */
import { any, approval, defineRoute, gt, not, text } from 'baton';
import { z } from 'zod';
import type { RefundAgents } from './agents.ts';
import type { Money } from './shop.ts';

export interface RefundTerms {
  /** Up to this amount, in this currency, money is paid back without asking a person. */
  limit: Money;
  /** The role of those who decide about more. */
  deciders: string;
}

/**
 * How people ask for it. The named groups become fields; what a text does not say is asked for, never guessed.
 * `\b` knows only Latin letters, hence the look-arounds in the Russian patterns.
 */
const patterns = [
  // Refund order 1042, it arrived damaged
  /\brefund\b.*?\border\s*(?:no\.?|number|#)?\s*(?<order>\d{1,9})\b(?:[\s,.:;–—-]+(?<reason>\S.*))?$/is,
  // Refund 1042: it arrived damaged
  /^\W*(?:please\s+)?refund\s+#?(?<order>\d{1,9})\s*(?:[,.:;–—-]\s*(?<reason>\S.*))?$/is,
  // I want a refund
  /\brefund\b/i,
  // Верни деньги за заказ 1042, пришёл битым
  /(?<!\p{L})(?:верн(?:и|ите|уть)|возврат)(?!\p{L}).*?заказ\p{L}*\s*(?:№\s*)?(?<order>\d{1,9})(?!\d)(?:[\s,.:;–—-]+(?<reason>\S.*))?$/isu,
  // Верните деньги
  /(?<!\p{L})(?:верн(?:и|ите|уть)\s+(?:мне\s+)?деньги|возврат)(?!\p{L})/iu,
];

/** The route `refund` over these agents, on these terms. */
export function createRefundRoute(
  { lookup, policy, reserve, pay, note }: RefundAgents,
  { limit, deciders }: RefundTerms,
) {
  return defineRoute({
    name: 'refund',
    title: 'Refund an order',
    ru: {
      title: 'Вернуть деньги за заказ',
      ask: { order: 'Какой это заказ? Напишите его номер.', reason: 'По какой причине возврат?' },
    },
    description: 'Pays the money of an order back to the customer, and tells them so.',
    patterns,
    examples: ['Refund order 1042, it arrived damaged', 'Верни деньги за заказ 1042, пришёл битым'],
    fields: z.strictObject({
      order: z.string().regex(/^\d{1,9}$/),
      reason: z.string().min(1).max(500),
    }),
    ask: {
      order: 'Which order is it? Its number, please.',
      reason: 'Why is it refunded?',
    },
    plan: (p) =>
      p
        .step('lookup', lookup, ({ task }) => ({ order: task.order }))
        .step('policy', policy, ({ steps }) => ({ order: steps.lookup.order }))
        .step('reserve', reserve, ({ steps }) => ({ order: steps.lookup.order, amount: steps.policy.refundable }))
        .step('pay', pay, ({ task, steps }) => ({
          order: steps.lookup.order,
          customer: steps.lookup.customer,
          amount: steps.policy.refundable,
          reason: task.reason,
          reservation: steps.reserve.reservation,
        }))
        .step(
          'note',
          note,
          ({ steps }) => ({
            order: steps.lookup.order,
            text: text`We have paid ${steps.pay.text} back to you for your order ${steps.lookup.order}.`,
          }),
          // The money is paid by then: should the letter fail, whoever is asked may leave it out.
          () => ({ optional: true }),
        )
        .answer(({ steps }) => ({ order: steps.lookup.order, paid: steps.pay.paid, payment: steps.pay.payment })),
    // Any other question of this route, e.g. for a missing field or about a second refund of the same order.
    questions: { deciders: { roles: [deciders] } },
    // A person decides above the limit, and about money in any other currency than the limit's.
    approvals: [
      approval(pay, ({ input }) => ({
        when: any(gt(input.amount.minor, limit.minor), not(input.amount.currency, limit.currency)),
        deciders: { roles: [deciders] },
      })),
    ],
  });
}
