/** The table of what was spent. */
import { sql } from 'drizzle-orm';
import { bigint, check, date, index, integer, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';

/**
 * What calls of models, and of agents with a price, have taken. A row is booked before the call with the most that it
 * can take, and says what it took once that is known; `unknown` keeps what was booked, since it may be billed. A booked
 * row whose run has another epoch, or is over, is void. The rows outlive the journal of their run.
 */
export const ledger = pgTable(
  'ledger',
  {
    id: uuid('id').primaryKey(),
    runId: uuid('run_id').notNull(),
    epoch: integer('epoch').notNull(),
    state: text('state').notNull(),
    at: timestamp('at', { withTimezone: true }).notNull().default(sql`clock_timestamp()`),
    /** By UTC. */
    day: date('day').notNull().default(sql`(clock_timestamp() at time zone 'utc')::date`),
    route: text('route'),
    purpose: text('purpose').notNull(),
    /** The agent of the step it was made for. */
    agent: text('agent'),
    tier: text('tier'),
    provider: text('provider'),
    model: text('model'),
    /** Input and output together. */
    tokens: bigint('tokens', { mode: 'number' }).notNull(),
    cached: bigint('cached', { mode: 'number' }),
    output: bigint('output', { mode: 'number' }),
    reasoning: bigint('reasoning', { mode: 'number' }),
    /** Micro-units of the currency; null when no price is known. */
    micros: bigint('micros', { mode: 'number' }),
    currency: text('currency'),
    /** The day from which the price counts that it was reckoned with. */
    prices: date('prices'),
    error: text('error'),
    requestId: text('request_id'),
    durationMs: integer('duration_ms'),
  },
  (t) => [
    index('ledger_run').on(t.runId),
    index('ledger_day').on(t.day),
    index('ledger_booked').on(t.runId).where(sql`state = 'booked'`),
    check('ledger_state', sql`state in ('booked', 'settled', 'unknown')`),
  ],
);
