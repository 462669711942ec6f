/** The limit: claim, then one autocommitted row a step. Nothing that an engine is for. */
import { randomUUID } from 'node:crypto';
import postgres from 'postgres';

const pad = 'x'.repeat(120);

/** Runs a second, from the first step to the last run durably complete. */
export async function runLimit(url: string, count: number, concurrency: number): Promise<number> {
  const sql = postgres(url, { max: Math.min(concurrency, 10), onnotice: () => {} });
  try {
    await sql`create table runs (id uuid primary key, status int not null default 0, output jsonb, done_at timestamptz)`;
    await sql`create index on runs (id) where status = 0`;
    await sql`create table steps (run_id uuid, n int, output jsonb not null, at timestamptz default now(), primary key (run_id, n))`;
    await sql`insert into runs (id) select unnest(${Array.from({ length: count }, () => randomUUID())}::uuid[])`;
    let begun = 0;
    const lane = async () => {
      for (;;) {
        const [run] = await sql<{ id: string }[]>`
          update runs set status = 1 where id = (
            select id from runs where status = 0 order by id limit 1 for update skip locked
          ) returning id`;
        if (!run) return;
        begun ||= performance.now();
        let output = { n: 0, pad };
        for (let n = 1; n <= 5; n += 1) {
          output = { n: output.n + 1, pad };
          await sql`insert into steps (run_id, n, output) values (${run.id}, ${n}, ${sql.json(output)})`;
        }
        await sql`update runs set status = 3, output = ${sql.json(output)}, done_at = now() where id = ${run.id}`;
      }
    };
    await Promise.all(Array.from({ length: concurrency }, lane));
    return count / ((performance.now() - begun) / 1000);
  } finally {
    await sql.end();
  }
}
