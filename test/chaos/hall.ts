/** People in the room, and what must be true of what they see once a run is over. */
import assert from 'node:assert/strict';
import type postgres from 'postgres';
import type { Inbound } from '../../src/contracts/channel.ts';
import { renderPost } from '../../src/core/render.ts';
import { openDatabase } from '../../src/core/store/database.ts';
import { createDefinitions } from '../../src/core/store/definitions.ts';
import { hall, type Message } from './room.ts';
import { type Stage, until } from './stage.ts';

/** What a person does when a question is shown. */
export type Doing = 'approve' | 'reject' | 'cancel';

/** Somebody says something; the same key is the same message. */
export async function say({ sql }: { sql: postgres.Sql }, body: Inbound): Promise<void> {
  await sql`
    insert into updates (key, body) values (${body.key}, ${JSON.stringify(body)}::text::jsonb) on conflict do nothing`;
}

export const ask = (stage: Stage, text: string): Promise<void> =>
  say(stage, { kind: 'task', key: 'task', person: 'operator', conversation: hall, text });

/** Sits in the room and does the same with every question that is shown with buttons there. */
export function somebody(stage: Stage, doing: Doing): AsyncDisposable {
  let gone = false;
  const sitting = until(
    'the end of sitting there',
    async () => {
      const shown = await stage.sql<{ code: string; run: string }[]>`
        select card->>'code' as code, (select id from runs) as run from room where card->>'code' is not null`;
      for (const { code, run } of shown) {
        const from = { key: `${doing} ${code}`, person: 'anna', conversation: hall };
        if (doing === 'cancel') await say(stage, { kind: 'cancel', ...from, person: 'operator', run });
        else await say(stage, { kind: 'vote', ...from, code, verb: doing });
      }
      return gone;
    },
    60_000,
  );
  return {
    [Symbol.asyncDispose]: async () => {
      gone = true;
      await sitting.catch(() => {});
    },
  };
}

/** Waits until nobody wishes for anything to be shown, and nobody waits for an answer. */
export const still = ({ sql }: Stage): Promise<void> =>
  until('silence in the room', async () => {
    const [left] = await sql`select 1 from posts union all select 1 from updates where receipt is null`;
    return left === undefined;
  }).then(() => {});

interface Delivered {
  purpose: string;
  message: string | null;
  state: string;
}

/** Everything is shown as the journal says it now is, in one message each; `copies` may stand there besides, older ones unless `late`. */
export async function assertShown(stage: Stage, run: string, copies: number, late = false): Promise<void> {
  const db = openDatabase({ url: stage.url });
  try {
    const definitions = createDefinitions(db.sql, []);
    const messages = await stage.sql<Message[]>`select message, card, sends from room order by message`;
    const delivered = await stage.sql<Delivered[]>`
      select purpose, message, state from deliveries where run_id = ${run} and conversation = ${hall}`;
    for (const { purpose, message, state } of delivered) {
      assert.equal(state, 'sent', purpose);
      const shown = messages.find((one) => String(one.message) === message);
      const rendered = await renderPost({ db, definitions, people: new Map() }, { run, purpose, wantsSeq: 0 });
      assert.deepEqual(shown?.card, rendered?.card, `${purpose} is shown as it is now`);
      assert.deepEqual(shown?.card.buttons, [], `${purpose} has nothing left to press`);
    }
    const kinds = delivered.map(({ purpose }) => purpose.split(':')[0]).sort();
    const [asked] = await stage.sql<{ n: number }[]>`select count(*)::int as n from escalations`;
    const questions = Array.from({ length: asked!.n }, () => 'question');
    assert.deepEqual(kinds, ['progress', ...questions, 'summary']);
    const more = messages.length - delivered.length;
    assert.ok(more <= copies, `${more} copies were left behind`);
    const newest = messages.at(-1)!.message;
    assert.ok(late || more === 0 || delivered.some(({ message }) => message === String(newest)), 'a copy is older');
    const [left] = await stage.sql`select count(*)::int as n from inbox where status <> 'done'`;
    assert.equal(left!.n, 0, 'every message was handled');
  } finally {
    await db.close();
  }
}
