/**
 * The agents of the refund: each closes one step, and says by its contract what it takes, what it gives, and what it
 * does to the world. Baton checks the first two on every call, and treats a failure by the third.
 */
import { defineAgent, Refusal } from 'baton';
import { z } from 'zod';
import { type Money, type Order, type Shop, ShopError, showMoney } from './shop.ts';

/** A refund is granted for so long after the purchase. */
const windowDays = 30;

const orderId = z.string().regex(/^\d{1,9}$/);

const money = z.strictObject({ minor: z.int().positive(), currency: z.string().regex(/^[A-Z]{3}$/) });

/** The agents, working on this shop. */
export function createRefundAgents(shop: Shop) {
  // Reads: they change nothing, so Baton repeats them whenever a repeat may help.

  const lookup = defineAgent({
    name: 'shop.lookup',
    title: 'Look the order up',
    ru: { title: 'Найти заказ' },
    effect: 'read',
    input: z.strictObject({ order: orderId }),
    output: z.strictObject({
      order: orderId,
      customer: z.string(),
      item: z.string(),
      boughtOn: z.iso.date(),
      total: money,
    }),
    run: async ({ order }) => {
      const { id, customer, item, boughtOn, total } = await find(shop, order);
      return { order: id, customer, item, boughtOn, total };
    },
  });

  const policy = defineAgent({
    name: 'shop.policy',
    title: 'Check the refund policy',
    ru: { title: 'Проверить правила возврата' },
    effect: 'read',
    input: z.strictObject({ order: orderId }),
    output: z.strictObject({ refundable: money }),
    run: async ({ order }) => {
      const { total, refunded, ageDays } = await find(shop, order);
      const left: Money = { minor: total.minor - refunded.minor, currency: total.currency };
      // A Refusal is a plain no: nothing was done, and asking again would not change it.
      if (ageDays > windowDays) {
        throw new Refusal(`Order ${order} is ${ageDays} days old; refunds are granted for ${windowDays} days.`);
      }
      if (left.minor <= 0) throw new Refusal(`Order ${order} has been refunded in full.`);
      return { refundable: left };
    },
  });

  // An effect with a way back: should the run not complete, Baton calls `release` with what `reserve` gave.

  const release = defineAgent({
    name: 'shop.release',
    title: 'Release the money',
    ru: { title: 'Снять резерв денег' },
    effect: 'reversible',
    idempotent: true,
    input: z.strictObject({ reservation: z.string() }),
    output: z.strictObject({ status: z.enum(['released', 'paid']) }),
    run: async ({ reservation }) => ({ status: await shop.release(reservation) }),
  });

  const reserve = defineAgent({
    name: 'shop.reserve',
    title: 'Set the money aside',
    ru: { title: 'Зарезервировать деньги' },
    effect: 'compensable',
    // The key is the same for every repeat of this step, so a repeat finds the reservation that is there.
    idempotent: true,
    input: z.strictObject({ order: orderId, amount: money }),
    output: z.strictObject({ reservation: z.string() }),
    undo: { agent: release, input: ({ output }) => ({ reservation: output.reservation }) },
    run: async ({ order, amount }, { key }) => ({ reservation: await shop.reserve(key, order, amount) }),
  });

  // An effect for good. It never starts without its permission, and of two refunds of one order the second is shown to
  // a person together with the first: that is what `resource` is for.

  const pay = defineAgent({
    name: 'shop.pay',
    title: 'Pay the money back',
    effect: 'irreversible',
    idempotent: true,
    resource: 'order:{{input.order}}',
    risk: 'The money leaves the account and cannot be called back.',
    ru: { title: 'Вернуть деньги', risk: 'Деньги уйдут со счёта, и вернуть их будет нельзя.' },
    input: z.strictObject({
      order: orderId,
      customer: z.string(),
      amount: money,
      reason: z.string(),
      reservation: z.string(),
    }),
    output: z.strictObject({ payment: z.string(), paid: money, text: z.string() }),
    run: async ({ order, amount, reservation }, { key }) => {
      await orRefuse(shop.pay(key, order, reservation, amount));
      return { payment: key, paid: amount, text: showMoney(amount) };
    },
  });

  const note = defineAgent({
    name: 'shop.note',
    title: 'Write to the customer',
    ru: { title: 'Написать покупателю' },
    effect: 'reversible',
    idempotent: true,
    input: z.strictObject({ order: orderId, text: z.string() }),
    output: z.strictObject({ written: z.boolean() }),
    run: async ({ order, text }, { key }) => {
      await shop.note(key, order, text);
      return { written: true };
    },
  });

  return { lookup, policy, reserve, release, pay, note };
}

export type RefundAgents = ReturnType<typeof createRefundAgents>;

async function find(shop: Shop, id: string): Promise<Order> {
  const order = await shop.order(id);
  if (!order) throw new Refusal(`There is no order ${id}.`);
  return order;
}

/** What the shop says no to is a refusal; anything else that goes wrong leaves open what happened. */
async function orRefuse<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof ShopError) throw new Refusal(error.message);
    throw error;
  }
}
