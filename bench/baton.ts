/** The same five steps as a run of Baton: planned, proven, called through contracts, journalled, leased. */
import { z } from 'zod';
import { createFunctionTransporter } from '../src/agents/function.ts';
import { defineAgent } from '../src/contracts/agent.ts';
import { defineRoute } from '../src/contracts/route.ts';
import { createOrchestrator } from '../src/core/orchestrator.ts';
import { createRules } from '../src/models/rules.ts';

const pad = 'x'.repeat(120);
const link = z.strictObject({ n: z.int(), pad: z.string() });

/** When the first step began. */
let begun = 0;

const count = defineAgent({
  name: 'bench.count',
  title: 'Count',
  input: link,
  output: link,
  effect: 'read',
  run: ({ n }) => {
    begun ||= performance.now();
    return { n: n + 1, pad };
  },
});

const five = defineRoute({
  name: 'five',
  title: 'Five steps',
  description: 'Counts to five.',
  fields: z.strictObject({ from: z.int() }),
  patterns: [/^count from (?<from>\d+)/],
  plan: (p) =>
    p
      .step('a', count, ({ task }) => ({ n: task.from, pad }))
      .step('b', count, ({ steps }) => ({ n: steps.a.n, pad: steps.a.pad }))
      .step('c', count, ({ steps }) => ({ n: steps.b.n, pad: steps.b.pad }))
      .step('d', count, ({ steps }) => ({ n: steps.c.n, pad: steps.c.pad }))
      .step('e', count, ({ steps }) => ({ n: steps.d.n, pad: steps.d.pad }))
      .answer(({ steps }) => ({ n: steps.e.n })),
  questions: { deciders: { people: ['operator'] } },
});

const silent = { debug: () => {}, info: () => {}, warn: console.error, error: console.error };

/** Runs a second, from the first step to the last run durably complete. */
export async function runBaton(url: string, runs: number, concurrency: number): Promise<number> {
  const make = () =>
    createOrchestrator({
      databaseUrl: url,
      configuration: { routes: [five], people: {} },
      transporters: [createFunctionTransporter({})],
      provider: createRules(),
      log: silent,
      concurrency,
    });
  const client = make();
  const requester = { person: 'operator', via: 'terminal' };
  const submit = (i: number) =>
    client.desk.submit({
      source: 'bench',
      key: String(i),
      task: { text: 'count from 0', requester, conversation: null },
    });
  for (let i = 0; i < runs; i += 50) {
    await Promise.all(Array.from({ length: Math.min(50, runs - i) }, (_, j) => submit(i + j)));
  }
  const worker = make();
  begun = 0;
  await worker.start();
  for (;;) {
    const left = await client.db.sql`select 1 from runs where finished_at is null limit 1`;
    if (left.length === 0) break;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const seconds = (performance.now() - begun) / 1000;
  await worker.stop();
  await client.stop();
  return runs / seconds;
}
