/**
 * A shop whose agents write what they do into tables of the same database, in transactions of their own, so that the
 * truth survives whoever is killed. Every call is counted; an effect happens once a key, but for the bank's wire, which
 * knows no keys.
 */
import postgres from 'postgres';
import type { AttemptContext } from '../../src/contracts/agent.ts';
import { createShop, type Shop } from '../support/world.ts';

/** How long an agent stays busy inside its effect, by agent: so that a process can be frozen in the middle. */
export type Delays = Partial<Record<string, number>>;

export const ledgerTables = `
  create table calls (
    agent text, key text, run uuid, step text, attempt int, by text default session_user,
    at timestamptz default clock_timestamp()
  );
  create table ledger (agent text, key text, run uuid, input jsonb, at timestamptz default clock_timestamp());
  create unique index on ledger (agent, key) where agent <> 'wire';
  create table writers (run uuid, seq int, epoch int, writer text);
  create function note_writer() returns trigger language plpgsql as $$
  begin
    insert into writers select new.run_id, new.seq, r.epoch, session_user from runs r where r.id = new.run_id;
    return new;
  end $$;
  create trigger note_writer after insert on journal for each row execute function note_writer();`;

const answers: Record<string, (key: string, input: Record<string, unknown>) => unknown> = {
  lookup: (_, { order, amount }) => ({ order, total: amount }),
  reserve: (key) => ({ reservation: `r-${key.slice(0, 8)}` }),
  release: () => ({ released: true }),
  pay: (key) => ({ payment: `p-${key.slice(0, 8)}` }),
  wire: (key) => ({ wire: `w-${key.slice(0, 8)}` }),
  note: () => ({ sent: true }),
};

/** The shop, and its till to be closed with it. */
export function createLedgerShop(url: string, delays: Delays = {}): { shop: Shop; close(): Promise<void> } {
  const sql = postgres(url, { max: 4, onnotice: () => {}, fetch_types: false });
  const shop = createShop();
  for (const [agent, answer] of Object.entries(answers)) {
    shop.behave.set(agent, async (input, { key, run, step, attempt }: AttemptContext) => {
      await sql`
        insert into calls (agent, key, run, step, attempt) values (${agent}, ${key}, ${run}, ${step}, ${attempt})`;
      const delay = delays[agent];
      if (delay !== undefined) await sql`select pg_sleep(${delay / 1000})`;
      await sql`
        insert into ledger (agent, key, run, input)
        values (${agent}, ${key}, ${run}, ${JSON.stringify(input)}::text::jsonb) on conflict do nothing`;
      return answer(key, input as Record<string, unknown>);
    });
  }
  return { shop, close: () => sql.end({ timeout: 1 }) };
}
