/** What the ledger adds up to: by route, agent, model, day and purpose, and in all. */
import type { Sql } from './database.ts';

export const groupings = ['route', 'agent', 'model', 'day', 'purpose'] as const;
export type Grouping = (typeof groupings)[number];

export interface TotalsQuery {
  by: readonly Grouping[];
  /** The first day, by UTC; or so many days up to today, today included. */
  since?: string | { days: number } | undefined;
  /** The last day. */
  until?: string | undefined;
  run?: string | undefined;
}

export interface Total {
  /** `all` is everything together, once, and comes last. */
  by: Grouping | 'all';
  /** Null where the calls have none, such as the agent of a call that was made for the run itself. */
  key: string | null;
  calls: number;
  failed: number;
  /** Input and output together. */
  tokens: number;
  cached: number;
  output: number;
  reasoning: number;
  /** Micro-units by currency. Currencies are never added to each other. */
  money: Readonly<Record<string, bigint>>;
  /** Calls that cost something that no price table knows. */
  unpriced: number;
  /** Calls of which nobody knows what became of them: the most that they can have taken is in the sums. */
  unsure: number;
}

type Row = Omit<Total, 'money'> & { money: Record<string, string> };

/**
 * Adds up in one statement; what is under way is not in it until it ends. A call that took no token and has no price cost
 * nothing: it never reached its model.
 */
export async function readTotals(sql: Sql, { by, since, until, run }: TotalsQuery): Promise<Total[]> {
  const [from, days] = typeof since === 'object' ? [null, since.days] : [since ?? null, null];
  const rows = await sql<Row[]>`
    with counted as (
      select * from ledger, (select (clock_timestamp() at time zone 'utc')::date as today) as clock
      where state <> 'booked'
        and (${from}::date is null or day >= ${from}::date)
        and (${days}::int is null or day > today - ${days}::int)
        and (${until ?? null}::date is null or day <= ${until ?? null}::date)
        and (${run ?? null}::uuid is null or run_id = ${run ?? null}::uuid)
    ),
    per as (
      select k.by, k.key, c.currency, count(*) as calls, count(c.error) as failed, sum(c.tokens) as tokens,
        sum(c.cached) as cached, sum(c.output) as output, sum(c.reasoning) as reasoning, sum(c.micros) as micros,
        count(*) filter (where c.micros is null and c.tokens > 0) as unpriced,
        count(*) filter (where c.state = 'unknown') as unsure
      from counted c, lateral (values
        ('route', c.route), ('agent', c.agent), ('model', c.provider || ' ' || c.model), ('day', c.day::text),
        ('purpose', c.purpose), ('all', null)) as k(by, key)
      where k.by = 'all' or k.by = any(${by}::text[])
      group by 1, 2, 3
    )
    select by, key, sum(calls)::float8 as calls, sum(failed)::float8 as failed, sum(tokens)::float8 as tokens,
      coalesce(sum(cached), 0)::float8 as cached, coalesce(sum(output), 0)::float8 as output,
      coalesce(sum(reasoning), 0)::float8 as reasoning, sum(unpriced)::float8 as unpriced,
      sum(unsure)::float8 as unsure,
      coalesce(jsonb_object_agg(currency, micros::text) filter (where currency is not null and micros is not null),
        '{}') as money
    from per group by by, key
    order by array_position(${[...by, 'all']}::text[], by), case when by = 'day' then key end, sum(tokens) desc, key`;
  return rows.map(({ money, ...row }) => ({
    ...row,
    money: Object.fromEntries(Object.entries(money).map(([currency, micros]) => [currency, BigInt(micros)])),
  }));
}

/** What the ledger has come to since its beginning, by what can be told apart without an end of labels. */
export interface Taken {
  calls: Readonly<Record<'answered' | 'failed', number>>;
  tokens: number;
  /** Micro-units by currency. */
  money: Readonly<Record<string, number>>;
}
