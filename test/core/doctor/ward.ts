/** A database with a story in it, to be broken on purpose: each caller has a copy of its own. */
import assert from 'node:assert/strict';
import { createMemoryChannel } from '../../../src/channels/memory.ts';
import type { Finding } from '../../../src/core/doctor/finding.ts';
import { type Database, openDatabase, type Sql } from '../../../src/core/store/database.ts';
import { testDatabase } from '../../support/database.ts';
import { loadDump, takeDump } from '../../support/dump.ts';
import { until } from '../../support/follow.ts';
import { running } from '../../support/running.ts';
import { anna, createShop, operator } from '../../support/world.ts';

export interface Story {
  dump: string;
  /** A refund that anna approved, shown in a conversation. */
  refund: string;
  /** A wire whose answer is large. */
  wire: string;
  /** A refund that waits for anna. */
  waiting: string;
}

let story: Promise<Story> | undefined;

async function tell(): Promise<Story> {
  const memory = createMemoryChannel();
  const shop = createShop();
  shop.behave.set('wire', () => ({ wire: 'w'.repeat(20_000) }));
  await using stage = await running({ shop, channels: [memory] });
  const { desk, db } = stage.world;
  const submit = (text: string) =>
    desk.submit({ source: 'test', key: text, task: { text, requester: operator, conversation: 'memory:room' } });
  const shown = (kind: string, title: RegExp) =>
    memory.until((channel) =>
      channel.in('memory:room').find(({ card }) => card.kind === kind && title.test(card.title)),
    );
  const refund = await submit('refund 1 500');
  const { question } = await until(stage.world, refund, 'asked');
  assert.equal((await desk.vote(question.code, { actor: anna, verb: 'approve' })).result, 'decided');
  await until(stage.world, refund, 'finished');
  const wire = await submit('wire 5 50');
  await until(stage.world, wire, 'finished');
  const waiting = await submit('refund 2 500');
  await until(stage.world, waiting, 'asked');
  await shown('question', /./);
  for (;;) {
    const [left] = await db.sql`select (select count(*)::int from posts) + (select count(*)::int from signals)
      + (select count(*)::int from runs where worker is not null) as n`;
    if (left!.n === 0) break;
    await memory.until((channel) => channel.sends > 0);
    await new Promise((resolve) => setImmediate(resolve));
  }
  // It was some time ago: what is allowed for a minute is over.
  await db.sql`update runs set finished_at = finished_at - interval '5 minutes' where finished_at is not null`;
  return { dump: await takeDump(db.sql as never), refund, wire, waiting };
}

export interface Ward extends Omit<Story, 'dump'>, AsyncDisposable {
  db: Database;
  sql: Sql;
  url: string;
}

export async function ward(): Promise<Ward> {
  story ??= tell();
  const { dump, ...runs } = await story;
  const database = await testDatabase();
  const db = openDatabase({ url: database.url });
  await loadDump(db.sql as never, dump);
  return {
    ...runs,
    db,
    sql: db.sql,
    url: database.url,
    [Symbol.asyncDispose]: async () => {
      await db.close();
      await database[Symbol.asyncDispose]();
    },
  };
}

/** What needs attention, by its check. */
export const troubles = (findings: readonly Finding[]): Finding[] => findings.filter(({ ok }) => !ok);
