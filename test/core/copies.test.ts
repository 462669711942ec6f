/** A copy of a question, for whoever wants to see it once more: a message as all others of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import postgres from 'postgres';
import { until } from '../support/follow.ts';
import { room } from './console/room.ts';

const home = 'memory:room';
const anna = 'memory:anna';

type Room = Awaited<ReturnType<typeof room>>;

/** A refund that Anna or Boris decides, and its question. */
async function asking(at: Room) {
  const { run } = await at.say('carl', 'refund 1042 500');
  const { question } = await until(at.world, run!, 'asked');
  return { run: run!, code: question.code };
}

/** The same, shown to everybody who is asked; nothing is left to be shown. */
async function shown(at: Room) {
  const asked = await asking(at);
  await at.memory.until((channel) => channel.in(anna).length > 0 && channel.in(home).some(({ card }) => card.code));
  await quiet(at);
  return asked;
}

async function quiet(at: Room): Promise<void> {
  while ((await at.world.db.sql`select 1 from posts`).length > 0);
}

const decide = (at: Room, code: string, person = 'boris') => at.hand(person, { kind: 'vote', code, verb: 'reject' });
const questionsIn = (at: Room, conversation: string) =>
  at.memory.in(conversation).filter(({ card }) => card.kind === 'question');
const areClosed = (at: Room, conversation: string, count: number) => {
  const all = questionsIn(at, conversation);
  return all.length === count && all.every(({ card }) => card.buttons.length === 0);
};

test('a copy stands at the end, and ends as the question does, whoever decides it where', async () => {
  await using at = await room();
  const { code } = await shown(at);
  assert.equal(await at.hall.show(code, 'anna', anna), true);
  const copy = await at.memory.until((channel) => channel.in(anna)[1]);
  assert.deepEqual(copy.card, questionsIn(at, home)[0]!.card);
  await decide(at, code);
  await at.memory.until(() => areClosed(at, anna, 2) && areClosed(at, home, 1));
  const [question] = questionsIn(at, home);
  assert.match(question!.card.lines.at(-1)!.text, /^Rejected by Boris at /);
  for (const { card } of questionsIn(at, anna)) assert.deepEqual(card, question!.card);
});

test('opened again it is shown once more, and opened twice at a time but once', async () => {
  await using at = await room();
  const { code } = await shown(at);
  const show = () => at.hall.show(code, 'anna', anna);
  const release = at.memory.hold();
  assert.deepEqual(await Promise.all([show(), show()]), [true, true]);
  assert.equal(await show(), true);
  release();
  await at.memory.until((channel) => channel.in(anna).length === 2);
  await quiet(at);
  await show();
  await at.memory.until((channel) => channel.in(anna).length === 3);
  await decide(at, code, 'anna');
  await at.memory.until(() => areClosed(at, anna, 3));
});

test('a copy that is being sent when somebody decides ends without buttons', async () => {
  await using at = await room();
  const { run, code } = await shown(at);
  const { sends } = at.memory;
  const release = at.memory.hold();
  await at.hall.show(code, 'anna', anna);
  await at.memory.until((channel) => channel.sends > sends);
  await decide(at, code);
  await until(at.world, run, 'decided');
  release();
  await at.memory.until(() => areClosed(at, anna, 2));
});

test('a copy on its way when somebody decides shows how it was decided, and is told that there is news', async () => {
  await using at = await room();
  const release = at.memory.hold();
  const { run, code } = await asking(at);
  // Her conversation is busy with the question itself.
  while ((await at.world.db.sql`select 1 from deliveries where conversation = ${anna}`).length === 0);
  await at.hall.show(code, 'anna', anna);
  await decide(at, code);
  await until(at.world, run, 'decided');
  const [wish] = await at.world.db.sql`
    select wants_seq >= (select seq from journal where run_id = ${run} and events @> '[{"type": "decided"}]') as knows
    from posts where purpose like 'copy:%'`;
  assert.deepEqual({ ...wish }, { knows: true });
  release();
  await at.memory.until(() => areClosed(at, anna, 2));
});

test('what is closed, or for others to decide, is not opened', async () => {
  await using at = await room();
  const { code } = await shown(at);
  assert.equal(await at.hall.show(code, 'carl', 'memory:carl'), false);
  assert.equal(await at.hall.show('none-such', 'anna', anna), false);
  await decide(at, code);
  assert.equal(await at.hall.show(code, 'anna', anna), false);
  await at.memory.until(() => areClosed(at, home, 1));
  await quiet(at);
  assert.equal(questionsIn(at, anna).length, 1);
  assert.equal(questionsIn(at, 'memory:carl').length, 0);
});

test('what somebody is closing at this moment is not opened', async () => {
  await using at = await room();
  const { code } = await shown(at);
  const sql = postgres(at.database.url, { max: 2, onnotice: () => {} });
  const waiting = () => sql`select 1 from pg_locks where not granted`;
  const opening = await sql.begin(async (closing) => {
    await closing`update escalations set status = 'withdrawn'`;
    const opened = at.hall.show(code, 'anna', anna);
    let isOver = false;
    opened.finally(() => {
      isOver = true;
    });
    while (!isOver && (await waiting()).length === 0);
    return { opened };
  });
  assert.equal(await opening.opened, false);
  await sql.end();
});
