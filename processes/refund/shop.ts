/**
 * The sample shop: the system that a refund works on. It stands for your own order database, payment provider and CRM,
 * and lives in the schema `shop` of the Postgres that Baton uses, so that the example runs without any account.
 *
 * Everything that changes something takes a key and does it once per key, however often it is called: that is what an
 * agent must be able to promise before it may say `idempotent`.
 */
import type postgres from 'postgres';
import { connect } from '../sample-database.ts';

/** Money is a whole number of the currency's smallest unit: 129.00 EUR is `{ minor: 12900, currency: 'EUR' }`. */
export interface Money {
  minor: number;
  currency: string;
}

export interface Order {
  id: string;
  customer: string;
  item: string;
  total: Money;
  /** What has been paid back so far. */
  refunded: Money;
  ageDays: number;
  boughtOn: string;
}

/** The shop's answer when it does not do what it is asked; it then has changed nothing. */
export class ShopError extends Error {}

export interface Shop {
  /** Makes the tables and the sample orders where they are missing. Any number of processes may do so at once. */
  prepare(): Promise<void>;
  order(id: string): Promise<Order | null>;
  /** Sets money aside. Says the reservation's name, which is the key. */
  reserve(key: string, order: string, amount: Money): Promise<string>;
  /** Gives what was set aside free again, unless it has been paid out. */
  release(reservation: string): Promise<'released' | 'paid'>;
  /** Pays from a reservation. Never pays back more than the order's total, over all payments together. */
  pay(key: string, order: string, reservation: string, amount: Money): Promise<void>;
  /** Keeps a note for the customer. */
  note(key: string, order: string, text: string): Promise<void>;
  close(): Promise<void>;
}

/** Orders that never grow older: they keep their age in days, and so the example's policy holds for ever. */
const setUp = `
  select pg_advisory_xact_lock(4707202650);
  create schema if not exists shop;
  create table if not exists shop.orders (
    id text primary key, customer text not null, item text not null,
    total bigint not null check (total > 0), currency text not null, age_days int not null
  );
  create table if not exists shop.reservations (
    key text primary key, order_id text not null references shop.orders, amount bigint not null check (amount > 0),
    currency text not null, status text not null default 'held' check (status in ('held', 'released', 'paid'))
  );
  create table if not exists shop.payments (
    key text primary key, order_id text not null references shop.orders, amount bigint not null check (amount > 0),
    currency text not null, paid_at timestamptz not null default now()
  );
  create index if not exists payments_by_order on shop.payments (order_id);
  create table if not exists shop.notes (
    key text primary key, order_id text not null references shop.orders, text text not null,
    written_at timestamptz not null default now()
  );
  insert into shop.orders (id, customer, item, total, currency, age_days) values
    ('1042', 'Maria Keller', 'Walnut desk lamp', 12900, 'EUR', 5),
    ('1043', 'Jonas Weber', 'Espresso machine', 34950, 'EUR', 12),
    ('1044', 'Aylin Demir', 'Set of coasters', 1990, 'EUR', 3),
    ('1045', 'Piotr Nowak', 'Desk chair', 8900, 'EUR', 400)
  on conflict do nothing;`;

/** The shop at a postgres:// address. Connects when it is first asked something. */
export function openShop(databaseUrl: string): Shop {
  const sql = connect(databaseUrl);

  /** What `act` does happens as a whole or not at all. */
  const transaction = async <T>(act: (connection: postgres.ReservedSql) => Promise<T>): Promise<T> => {
    const connection = await sql.reserve();
    try {
      await connection`begin`;
      const result = await act(connection);
      await connection`commit`;
      return result;
    } catch (error) {
      await connection`rollback`.catch(() => {});
      throw error;
    } finally {
      connection.release();
    }
  };

  return {
    // Several statements in one message are one transaction, and its lock makes them one process after the other.
    prepare: async () => void (await sql.unsafe(setUp)),

    order: async (id) => {
      const [row] = await sql<
        {
          customer: string;
          item: string;
          total: string;
          currency: string;
          refunded: string;
          ageDays: number;
          boughtOn: string;
        }[]
      >`
        select customer, item, total, currency, age_days as "ageDays", (current_date - age_days)::text as "boughtOn",
          (select coalesce(sum(amount), 0) from shop.payments where order_id = o.id) as refunded
        from shop.orders o where id = ${id}`;
      if (!row) return null;
      const { total, refunded, currency, ...rest } = row;
      const money = (minor: string): Money => ({ minor: Number(minor), currency });
      return { id, ...rest, total: money(total), refunded: money(refunded) };
    },

    reserve: async (key, order, amount) => {
      await sql`
        insert into shop.reservations (key, order_id, amount, currency)
        values (${key}, ${order}, ${amount.minor}, ${amount.currency}) on conflict do nothing`;
      return key;
    },

    release: async (reservation) => {
      await sql`update shop.reservations set status = 'released' where key = ${reservation} and status = 'held'`;
      const [row] = await sql<{ status: string }[]>`select status from shop.reservations where key = ${reservation}`;
      return row?.status === 'paid' ? 'paid' : 'released';
    },

    pay: (key, order, reservation, amount) =>
      transaction(async (connection) => {
        // The order's row is the lock: payments for one order come one after the other, and each sees those before it.
        const [owed] = await connection<{ total: string; currency: string }[]>`
          select total, currency from shop.orders where id = ${order} for update`;
        if (!owed) throw new ShopError(`There is no order ${order}.`);
        const made = await connection`select 1 from shop.payments where key = ${key}`;
        if (made.length > 0) return;
        const [paid] = await connection<{ sum: string }[]>`
          select coalesce(sum(amount), 0) as sum from shop.payments where order_id = ${order}`;
        const left = Number(owed.total) - Number(paid?.sum);
        if (amount.currency !== owed.currency || amount.minor > left) {
          const rest = showMoney({ minor: left, currency: owed.currency });
          throw new ShopError(`Only ${rest} of order ${order} can still be paid back.`);
        }
        const taken = await connection`
          update shop.reservations set status = 'paid'
          where key = ${reservation} and order_id = ${order} and status = 'held' and amount >= ${amount.minor}
          returning 1`;
        if (taken.length === 0) throw new ShopError('Nothing, or too little, is set aside for this payment.');
        await connection`
          insert into shop.payments (key, order_id, amount, currency)
          values (${key}, ${order}, ${amount.minor}, ${amount.currency})`;
      }),

    note: async (key, order, text) => {
      await sql`insert into shop.notes (key, order_id, text) values (${key}, ${order}, ${text}) on conflict do nothing`;
    },

    close: () => sql.end({ timeout: 5 }),
  };
}

/** `129.00 EUR`. */
export function showMoney({ minor, currency }: Money): string {
  const { maximumFractionDigits: digits = 2 } = new Intl.NumberFormat('en', {
    style: 'currency',
    currency,
  }).resolvedOptions();
  return `${(minor / 10 ** digits).toFixed(digits)} ${currency}`;
}
