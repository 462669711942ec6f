import assert from 'node:assert/strict';
import { test } from 'node:test';
import postgres from 'postgres';
import { z } from 'zod';
import { createAddressGuard } from '../../src/agents/address-guard.ts';
import { createHttpTransporter } from '../../src/agents/http.ts';
import { defineAgent } from '../../src/contracts/agent.ts';
import { defineRoute } from '../../src/contracts/route.ts';
import type { Log } from '../../src/core/ports.ts';
import { begin, eventsOf, until } from '../support/follow.ts';
import { running } from '../support/running.ts';
import { createShop } from '../support/world.ts';
import { serve } from './server.ts';

const secret = 'tok-very-s3cret';

/** A deployment of one HTTP agent, and everything that it logged. */
async function deployment(origin: string) {
  const order = defineAgent({
    name: 'api.order',
    title: 'Look the order up',
    effect: 'read',
    input: z.strictObject({ order: z.string() }),
    output: z.strictObject({ id: z.string(), note: z.string() }),
    retry: { attempts: 3, firstDelayMs: 1, factor: 1 },
    http: {
      method: 'GET',
      url: `${origin}/orders/{{input.order}}`,
      headers: { authorization: 'Bearer {{secrets.SHOP_TOKEN}}' },
      output: ({ output }) => ({ id: output.body.id, note: output.body.note }),
      reason: ({ output }) => output.body.why,
    },
  });
  const look = defineRoute({
    name: 'look',
    title: 'Look an order up',
    description: 'Looks an order up.',
    fields: z.strictObject({ order: z.string() }),
    patterns: [/look up (?<order>\S+)/],
    plan: (p) => p.step('order', order, ({ task }) => ({ order: task.order })).answer(({ steps }) => steps.order),
    questions: { deciders: { people: ['operator'] } },
  });
  const lines: string[] = [];
  const keep = (fields: object, message: string) => void lines.push(JSON.stringify({ ...fields, message }));
  const log: Log = { debug: keep, info: keep, warn: keep, error: keep };
  const guard = createAddressGuard({ allow: ['127.0.0.1'] });
  const of = await running({
    shop: createShop(),
    configuration: { routes: [look], people: { operator: {} } },
    transporters: [createHttpTransporter({ guard, secrets: () => secret })],
    log,
  });
  return { ...of, lines };
}

test('an API is an agent without code: it is retried when it asks for that, and its answer is checked', async () => {
  let asked = 0;
  await using server = await serve((request, response) => {
    asked += 1;
    if (asked === 1) return response.writeHead(429, { 'retry-after': '0' }).end();
    assert.equal(request.headers.authorization, `Bearer ${secret}`);
    response.writeHead(200, { 'content-type': 'application/json' });
    return response.end(
      JSON.stringify({ id: request.url, note: `sent with ${request.headers.authorization}`, more: 1 }),
    );
  });
  await using of = await deployment(server.origin);
  const run = await begin(of.world, 'look up 1042');
  const finished = await until(of.world, run, 'finished');
  assert.equal(finished.status, 'completed');
  assert.deepEqual(finished.answer, { inline: { id: '/orders/1042', note: 'sent with Bearer [secret]' } });
  const ends = (await eventsOf(of.world, run)).filter((event) => event.type === 'attempt_ended').map(({ end }) => end);
  assert.deepEqual(ends, ['refused', 'done']);
});

test('a secret is in no row of the database and in no line of the log, whatever the API says', async () => {
  await using server = await serve((request, response) => {
    response.writeHead(request.url?.includes('no') ? 403 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ id: secret, note: secret, why: `${secret} is not welcome` }));
  });
  await using of = await deployment(server.origin);
  for (const text of ['look up 1042', 'look up no']) await until(of.world, await begin(of.world, text), 'finished');
  const sql = postgres(of.database.url, { max: 1, onnotice: () => {} });
  const tables = await sql<{ name: string }[]>`
    select quote_ident(schemaname) || '.' || quote_ident(tablename) as name from pg_tables
    where schemaname not in ('pg_catalog', 'information_schema')`;
  assert.ok(tables.length > 5);
  let rows = 0;
  for (const { name } of tables) {
    for (const { row } of await sql.unsafe<{ row: string }[]>(`select t::text as row from ${name} t`)) {
      rows += 1;
      assert.ok(!row.includes(secret), `${name}: ${row}`);
    }
  }
  await sql.end();
  assert.ok(rows > 10);
  assert.ok(!of.lines.join('\n').includes(secret));
});
