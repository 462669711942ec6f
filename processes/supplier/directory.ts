/**
 * The sample directory of suppliers: the system that the process works on. It stands for your own purchasing system, and
 * lives in the schema `purchasing` of the Postgres that Baton uses, so that the example runs without any account.
 *
 * Everything that changes something does it once, however often it is called: registering goes by a key, opening and
 * removing by the supplier's number.
 */
import postgres from 'postgres';
import { connect } from '../sample-database.ts';
import { domainOf } from './risk.ts';

export interface Supplier {
  name: string;
  country: string;
  taxId: string;
  account: string;
  email: string;
}

/** The directory's answer when it does not do what it is asked; it then has changed nothing. */
export class DirectoryError extends Error {}

export interface Directory {
  /** Makes the table where it is missing. Any number of processes may do so at once. */
  prepare(): Promise<void>;
  /** The number of the open supplier with this tax number, or null. */
  numberOf(taxId: string): Promise<string | null>;
  /** Whether an open supplier has an address of this domain. */
  knowsDomain(domain: string): Promise<boolean>;
  /** Enters a supplier that cannot be used yet. Says its number. */
  register(key: string, supplier: Supplier): Promise<string>;
  registered(number: string): Promise<Supplier | null>;
  /** Lets a registered supplier be used, under this name. Of suppliers with one tax number only one is ever open. */
  open(number: string, name: string, score: number): Promise<void>;
  /** Takes the entry out, unless it has been opened. */
  remove(number: string): Promise<'removed' | 'open'>;
  close(): Promise<void>;
}

const setUp = `
  select pg_advisory_xact_lock(4707202651);
  create schema if not exists purchasing;
  create table if not exists purchasing.suppliers (
    number int generated always as identity (start with 1001) primary key, key text not null unique,
    name text not null, country text not null, tax_id text not null, account text not null, email text not null,
    domain text not null, score int, status text not null default 'registered'
      check (status in ('registered', 'open', 'removed')),
    changed_at timestamptz not null default now()
  );
  create unique index if not exists suppliers_open_once on purchasing.suppliers (tax_id) where status = 'open';
  create index if not exists suppliers_by_domain on purchasing.suppliers (domain) where status = 'open';`;

const shown = (number: number): string => `S-${number}`;
const rowOf = (number: string): number => Number(/^S-(\d{1,9})$/.exec(number)?.[1] ?? 0);

/** The directory at a postgres:// address. Connects when it is first asked something. */
export function openDirectory(databaseUrl: string): Directory {
  const sql = connect(databaseUrl);

  return {
    // Several statements in one message are one transaction, and its lock makes them one process after the other.
    prepare: async () => void (await sql.unsafe(setUp)),

    numberOf: async (taxId) => {
      const [row] = await sql<{ number: number }[]>`
        select number from purchasing.suppliers where tax_id = ${taxId} and status = 'open'`;
      return row ? shown(row.number) : null;
    },

    knowsDomain: async (domain) => {
      const rows = await sql`select 1 from purchasing.suppliers where domain = ${domain} and status = 'open' limit 1`;
      return rows.length > 0;
    },

    register: async (key, { name, country, taxId, account, email }) => {
      await sql`
        insert into purchasing.suppliers (key, name, country, tax_id, account, email, domain)
        values (${key}, ${name}, ${country}, ${taxId}, ${account}, ${email}, ${domainOf(email)})
        on conflict (key) do nothing`;
      const [row] = await sql<{ number: number }[]>`select number from purchasing.suppliers where key = ${key}`;
      return shown(row!.number);
    },

    registered: async (number) => {
      const [row] = await sql<Supplier[]>`
        select name, country, tax_id as "taxId", account, email from purchasing.suppliers
        where number = ${rowOf(number)} and status <> 'removed'`;
      return row ?? null;
    },

    open: async (number, name, score) => {
      try {
        const opened = await sql`
          update purchasing.suppliers set name = ${name}, score = ${score}, status = 'open', changed_at = now()
          where number = ${rowOf(number)} and status in ('registered', 'open') returning 1`;
        if (opened.length === 0) throw new DirectoryError(`There is no supplier ${number}.`);
      } catch (error) {
        const isTwice = error instanceof postgres.PostgresError && error.code === '23505';
        throw isTwice ? new DirectoryError('Another supplier with this tax number is open already.') : error;
      }
    },

    remove: async (number) => {
      await sql`
        update purchasing.suppliers set status = 'removed', changed_at = now()
        where number = ${rowOf(number)} and status = 'registered'`;
      return (await sql`select 1 from purchasing.suppliers where number = ${rowOf(number)} and status = 'open'`)
        .length > 0
        ? 'open'
        : 'removed';
    },

    close: () => sql.end({ timeout: 5 }),
  };
}
