/**
 * A shop whose agents write what they do into tables of the same database, in transactions of their own, so that the
 * truth survives whoever is killed. Every call is counted; an effect happens once a key, but for the bank's wire, which
 * knows no keys.
 */
import postgres from 'postgres';
import { z } from 'zod';
import { type AttemptContext, defineAgent, Refusal } from '../../src/contracts/agent.ts';
import type { Configuration } from '../../src/contracts/config.ts';
import { defineRoute } from '../../src/contracts/route.ts';
import { createShop } from '../support/world.ts';

/** How long an agent stays busy inside its effect, by agent: so that a process can be frozen in the middle. */
export type Delays = Partial<Record<string, number>>;

export const ledgerTables = `
  create table calls (
    agent text, key text, run uuid, step text, attempt int, by text default session_user,
    aborted boolean default false, at timestamptz default clock_timestamp()
  );
  create table deeds (agent text, key text, run uuid, input jsonb, at timestamptz default clock_timestamp());
  create unique index on deeds (agent, key) where agent <> 'wire';
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
  list: (_, { order }) => ({ lines: `${order} `.repeat(5_000) }),
  print: (_, { lines }) => ({ pages: String(lines).length }),
};

type Act = (agent: string, input: Record<string, unknown>, context: AttemptContext) => Promise<never>;

/** `print <order>`: a list of more than eight kilobytes, whose maker asks twice to come again, goes to a printer. */
function printing(act: Act) {
  const retry = { attempts: 6 };
  const list = defineAgent({
    name: 'office.list',
    title: 'List an order',
    input: z.strictObject({ order: z.string() }),
    output: z.strictObject({ lines: z.string() }),
    effect: 'read',
    price: { amount: 0.002, currency: 'USD' },
    retry,
    run: (input, context) => {
      // The first time is waited for with the run in hand, the second time without.
      if (context.attempt < 3) throw new Refusal('later', context.attempt === 1 ? 100 : 600);
      return act('list', input, context);
    },
  });
  const print = defineAgent({
    name: 'office.print',
    title: 'Print a list',
    input: z.strictObject({ lines: z.string() }),
    output: z.strictObject({ pages: z.number() }),
    effect: 'irreversible',
    idempotent: true,
    retry,
    run: (input, context) => act('print', input, context),
  });
  return defineRoute({
    name: 'print',
    title: 'Print an order',
    description: 'Prints the list of an order.',
    fields: z.strictObject({ order: z.string() }),
    patterns: [/^print (?<order>\d+)/],
    plan: (p) =>
      p
        .step('list', list, ({ task }) => ({ order: task.order }))
        .step('print', print, ({ steps }) => ({ lines: steps.list.lines }))
        .answer(({ steps }) => ({ lines: steps.list.lines, pages: steps.print.pages })),
    questions: { deciders: { roles: ['finance'] } },
    failures: 'stop',
  });
}

/** The shop with its office, and the till to be closed with it. */
export function createLedgerShop(
  url: string,
  delays: Delays = {},
): { configuration: Configuration; close(): Promise<void> } {
  const sql = postgres(url, { max: 4, onnotice: () => {}, fetch_types: false });
  const shop = createShop();
  const act = async (agent: string, input: Record<string, unknown>, context: AttemptContext) => {
    const { key, run, step, attempt, signal } = context;
    await sql`
      insert into calls (agent, key, run, step, attempt) values (${agent}, ${key}, ${run}, ${step}, ${attempt})`;
    const delay = delays[agent];
    if (delay !== undefined) await sql`select pg_sleep(${delay / 1000})`;
    await sql`
      insert into deeds (agent, key, run, input)
      values (${agent}, ${key}, ${run}, ${JSON.stringify(input)}::text::jsonb) on conflict do nothing`;
    // Nobody hears this answer any more.
    if (signal.aborted) {
      await sql`
        update calls set aborted = true
        where run = ${run} and step = ${step} and attempt = ${attempt} and agent = ${agent}`;
    }
    return answers[agent]!(key, input) as never;
  };
  for (const agent of ['lookup', 'reserve', 'release', 'pay', 'wire', 'note']) {
    shop.behave.set(agent, (input, context) => act(agent, input as Record<string, unknown>, context));
  }
  const configuration = shop.configuration({ routes: [...shop.routes, printing(act)] });
  return { configuration, close: () => sql.end({ timeout: 1 }) };
}
