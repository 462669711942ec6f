/** What models and paid agents take: booked before a call, settled after it, added up for budgets and for people. */
import type { BudgetsDefinition } from '../../contracts/models-config.ts';
import { isUnbilled, type ModelCall } from '../../contracts/usage.ts';
import { crossing } from '../crossing.ts';
import type { Sql } from './database.ts';

/** A limit as rows of SQL compare it; money in micro-units. */
export interface Limit {
  scope: 'run' | 'day';
  limit: 'soft' | 'hard';
  /** `calls`, `tokens` or a currency. */
  unit: string;
  amount: number;
}

export function limitsOf(budgets: BudgetsDefinition): Limit[] {
  return (['run', 'day'] as const).flatMap((scope) =>
    (['hard', 'soft'] as const).flatMap((limit) => {
      const { money = {}, tokens, calls } = budgets[scope]?.[limit] ?? {};
      const amounts = [
        ...Object.entries(money).map(([unit, amount]) => [unit, Math.round(amount * 1e6)] as const),
        ...(tokens === undefined ? [] : [['tokens', tokens] as const]),
        ...(calls === undefined ? [] : [['calls', calls] as const]),
      ];
      return amounts.map(([unit, amount]) => ({ scope, limit, unit, amount }));
    }),
  );
}

/** A call that is about to be made, with the most that it can take. */
export interface Charge {
  id: string;
  run: string;
  epoch: number;
  route: string | null;
  purpose: string;
  agent: string | null;
  tier: string | null;
  provider: string | null;
  model: string | null;
  tokens: number;
  micros: number | null;
  currency: string | null;
}

export type Booked = 'booked' | 'lost' | Pick<Limit, 'scope' | 'limit' | 'unit'>;

/**
 * Books a call in one conditional statement, if no limit would be passed; a limit that was, the hard one first, is the
 * answer otherwise. Rows of others that are being booked in the same instant are not seen, so a budget can be passed by
 * the calls in flight and by no more.
 */
export async function bookCall(sql: Sql, charge: Charge, limits: readonly Limit[]): Promise<Booked> {
  const { id, run, epoch, route, purpose, agent, tier, provider, model, tokens, micros, currency } = charge;
  const pick = <K extends keyof Limit>(key: K) => limits.map((limit) => limit[key]);
  const [row] = await crossing(
    'book',
    () => sql<{ ours: boolean; booked: boolean; scope: Limit['scope']; limit: Limit['limit']; unit: string }[]>`
    with ours as (select 1 from runs where id = ${run} and epoch = ${epoch} and finished_at is null),
    today as (select (clock_timestamp() at time zone 'utc')::date as day),
    limits as (
      select * from unnest(${pick('scope')}::text[], ${pick('limit')}::text[], ${pick('unit')}::text[], ${pick('amount')}::float8[])
        as l(scope, "limit", unit, amount)
    ),
    counted as (
      select l.run_id, l.day, l.tokens, l.micros, l.currency from ledger l, today
      where ${limits.length > 0} and l.id <> ${id} and (l.run_id = ${run} or l.day = today.day) and (
        l.state <> 'booked'
        or exists (select 1 from runs r where r.id = l.run_id and r.epoch = l.epoch and r.finished_at is null))
    ),
    wanted(unit, amount) as (values ('calls', 1::float8), ('tokens', ${tokens}::float8), (${currency}::text, ${micros}::float8)),
    totals as (
      select s.scope, t.unit, sum(t.amount) as amount from counted c, today,
        lateral (values ('run', c.run_id = ${run}), ('day', c.day = today.day)) as s(scope, within),
        lateral (values ('calls', 1::float8), ('tokens', c.tokens::float8), (c.currency, c.micros::float8)) as t(unit, amount)
      where s.within group by s.scope, t.unit
    ),
    passed as (
      select l.scope, l."limit", l.unit from limits l join wanted w on w.unit = l.unit
      left join totals t on t.scope = l.scope and t.unit = l.unit
      where coalesce(t.amount, 0) + w.amount > l.amount
      order by l."limit" = 'hard' desc limit 1
    ),
    taken as (
      insert into ledger (id, run_id, epoch, state, route, purpose, agent, tier, provider, model, tokens, micros, currency)
      select ${id}, ${run}, ${epoch}, 'booked', ${route}, ${purpose}, ${agent}, ${tier}, ${provider}, ${model},
        ${tokens}, ${micros}, ${currency}
      from ours where not exists (select 1 from passed)
      on conflict (id) do update set epoch = excluded.epoch
      returning 1
    )
    select exists (select 1 from ours) as ours, exists (select 1 from taken) as booked, p.scope, p."limit", p.unit
    from (select 1) as one left join passed p on true`,
  );
  const { ours, booked, scope, limit, unit } = row!;
  if (booked) return 'booked';
  return ours ? { scope, limit, unit } : 'lost';
}

/** What a call took. Repeated, it changes nothing; money that was spent counts whoever has the run now. */
export async function settleCall(sql: Sql, id: string, call: Omit<ModelCall, 'purpose'>): Promise<void> {
  const { usage, cost, error, requestId, durationMs } = call;
  const isKnown = usage !== null || isUnbilled(error);
  await crossing(
    'settle',
    () => sql`
    update ledger set
      state = ${isKnown ? 'settled' : 'unknown'},
      tokens = case when ${isKnown} then ${usage ? usage.input + usage.output : 0} else tokens end,
      cached = ${usage?.cachedInput ?? null}, output = ${usage?.output ?? null}, reasoning = ${usage?.reasoning ?? null},
      micros = case when ${isKnown} then ${cost?.micros ?? null} else micros end,
      currency = coalesce(${cost?.currency ?? null}, currency),
      prices = ${cost?.prices ?? null}, error = ${error?.code ?? null},
      request_id = ${requestId}, duration_ms = ${durationMs}
    where id = ${id}`,
  );
}

/** What an agent with a price took: its price, or nothing when it did nothing. */
export async function settlePrice(sql: Sql, id: string, isOwed: boolean): Promise<void> {
  await crossing(
    'settle_price',
    () => sql`
    update ledger set state = 'settled', micros = case when ${isOwed} then micros else 0 end,
      prices = (clock_timestamp() at time zone 'utc')::date
    where id = ${id}`,
  );
}

/** Forgets what nobody will settle any more: its process has died, or has lost the run. */
export async function forgetBookings(sql: Sql): Promise<number> {
  const gone = await crossing(
    'unbook',
    () => sql`
    delete from ledger l where l.state = 'booked' and not exists (
      select 1 from runs r where r.id = l.run_id and r.epoch = l.epoch and r.finished_at is null)
    returning 1`,
  );
  return gone.length;
}
