/** Rows of the ledger as a test wants them, without the runs that would have made them. */
import { randomUUID } from 'node:crypto';
import type { Sql } from '../../src/core/store/database.ts';

export interface LedgerRow {
  run: string;
  day: string;
  state: 'booked' | 'settled' | 'unknown';
  route: string | null;
  purpose: string;
  agent: string | null;
  provider: string | null;
  model: string | null;
  tokens: number;
  cached: number | null;
  output: number | null;
  reasoning: number | null;
  micros: number | null;
  currency: string | null;
  error: string | null;
}

const ordinary: LedgerRow = {
  run: '019a0000-0000-7000-8000-000000000001',
  day: '2026-11-20',
  state: 'settled',
  route: 'refund',
  purpose: 'plan',
  agent: null,
  provider: 'openai',
  model: 'big',
  tokens: 1_000,
  cached: 200,
  output: 300,
  reasoning: 100,
  micros: 1_500_000,
  currency: 'USD',
  error: null,
};

/** Each row is an ordinary call but for what it says. */
export async function writeLedger(sql: Sql, rows: readonly Partial<LedgerRow>[]): Promise<void> {
  for (const given of rows) {
    const { run, ...row } = { ...ordinary, ...given };
    await sql`insert into ledger ${sql({ id: randomUUID(), run_id: run, epoch: 1, ...row })}`;
  }
}
