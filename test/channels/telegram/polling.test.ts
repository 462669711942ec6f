/** Reading updates: what is confirmed, by whom, and what becomes of it when something is away. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { lobby } from './lobby.ts';
import { place } from './place.ts';

const offsets = (fake: { callsOf(method: string): { params: Record<string, unknown> }[] }) =>
  fake.callsOf('getUpdates').map(({ params }) => params.offset ?? null);

describe('a poll', { concurrency: 4 }, () => {
  test('confirms only what was kept, in the order of its arrival', async () => {
    await using at = await lobby();
    const { fake } = at;
    const first = fake.say({ from: at.anna, text: 'one' });
    await at.until(() => at.received.length === 1);
    const second = fake.say({ from: at.anna, text: 'two' });
    await at.until(({ pending }) => at.received.length === 2 && pending().length === 0);
    assert.deepEqual(
      at.kept.map(({ position }) => position),
      [first.update_id, second.update_id],
    );
    assert.deepEqual([...new Set(offsets(fake))], [null, first.update_id + 1]);
    const { params } = fake.callsOf('getUpdates')[0]!;
    assert.deepEqual(params.allowed_updates, ['message', 'edited_message', 'callback_query', 'my_chat_member']);
  });

  test('confirms nothing that could not be kept, and gets it again', async () => {
    let failures = 1;
    const keeps: number[] = [];
    await using at = await lobby({
      hall: {
        takeCursor: async () => ({ epoch: 1, position: keeps.at(-1) ?? 0, idleMs: 0 }),
        keep: async ({ position }) => {
          if (failures-- > 0) throw new Error('the database is away');
          keeps.push(position);
          return true;
        },
      },
    });
    at.fake.say({ from: at.anna, text: 'one' });
    await at.until(() => at.received.length === 1);
    assert.deepEqual(offsets(at.fake).slice(0, 2), [null, null]);
    assert.equal(at.received.length, 1);
  });

  test('of a process that lost the right to read moves nothing, and hands nothing in', async () => {
    let isOurs = false;
    const taken: number[] = [];
    await using at = await lobby({
      hall: {
        takeCursor: async () => {
          taken.push(1);
          return { epoch: taken.length, position: 0, idleMs: 0 };
        },
        keep: async () => {
          const was = isOurs;
          isOurs = true;
          return was;
        },
      },
    });
    at.fake.say({ from: at.anna, text: 'one' });
    await at.until(() => at.received.length > 0);
    assert.ok(taken.length >= 2);
  });

  test('takes ids that begin anew after a week of silence', async () => {
    let idleMs = 7 * 86_400_000;
    let position = 900_000_000;
    await using at = await lobby({
      telegram: { firstUpdateId: 5_000 },
      hall: {
        takeCursor: async () => ({ epoch: 1, position, idleMs }),
        keep: async (cursor) => {
          ({ position } = cursor);
          idleMs = 0;
          return true;
        },
      },
    });
    at.fake.say({ from: at.anna, text: 'one' });
    await at.until(() => at.received.length === 1 && at.fake.pending().length === 0);
    assert.equal(position, 5_000);
  });

  test('is moved back by no update that comes again', async () => {
    await using at = await lobby();
    const { fake } = at;
    const old = fake.say({ from: at.anna, text: 'one' });
    const next = fake.say({ from: at.anna, text: 'two' });
    await at.until(() => at.received.length === 2);
    fake.redeliver(old);
    await at.until(() => at.received.length === 3);
    assert.ok(at.kept.every(({ position }, i) => i === 0 || position >= at.kept[i - 1]!.position));
    assert.equal(at.kept.at(-1)!.position, next.update_id);
  });

  test('keeps what does not read as it came, and goes on', async () => {
    await using at = await lobby();
    const { fake } = at;
    await at.polls();
    const poison = { update_id: 730_000_000, message: { message_id: 'x', chat: { id: 501 }, text: '\u0000' } };
    fake.redeliver(poison);
    fake.say({ from: at.anna, text: 'one' });
    await at.until(() => at.received.length === 1);
    const unreadable = at.kept.flatMap((batch) => batch.unreadable);
    assert.deepEqual(unreadable, [{ key: `u:${fake.bot.id}:730000000`, body: poison }]);
  });

  test('is not held up by what takes long to handle, and a chat waits for no other', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const received: string[] = [];
    await using at = await lobby({
      hall: {
        receive: async (update) => {
          const { text = '' } = update as { text?: string };
          if (text === 'slow') await promise;
          received.push(text);
          return { key: update.key, outcome: 'run', run: null };
        },
      },
    });
    const { fake } = at;
    const boris = fake.privateChat(502, 'Boris', { started: true });
    fake.say({ from: at.anna, text: 'slow' });
    fake.say({ from: at.anna, text: 'after it' });
    await at.until(({ pending }) => pending().length === 0);
    fake.say({ from: boris, text: 'meanwhile' });
    await at.until(() => received.includes('meanwhile'));
    assert.deepEqual(received, ['meanwhile']);
    resolve();
    await at.until(() => received.length === 3 && fake.actions.length === 3);
    assert.deepEqual(received, ['meanwhile', 'slow', 'after it']);
  });
});

describe('a platform', { concurrency: 4 }, () => {
  test('that is away at the start is waited for', async () => {
    await using at = await lobby({ prepare: (fake) => fake.fail('getMe', 'never-reset', { times: 2 }) });
    assert.equal(at.channel.health!().ok, false);
    at.fake.say({ from: at.anna, text: 'one' });
    await at.until(() => at.received.length === 1);
    assert.deepEqual(at.channel.health!(), { ok: true, detail: 'polls' });
  });

  test('that takes the token back stops the channel, which says so and asks no more', async () => {
    const dropped: string[] = [];
    await using at = await lobby({ hall: { dropCursor: async (account) => void dropped.push(account) } });
    const { fake } = at;
    await at.polls();
    fake.fail('getUpdates', { error_code: 401, description: 'Unauthorized' });
    fake.say({ from: at.anna, text: 'one' });
    await at.until(() => at.channel.health!().ok === false && dropped.length === 1);
    assert.match(at.channel.health!().detail, /TELEGRAM_BOT_TOKEN/);
    assert.equal(fake.isPolled(), false);
    assert.ok(at.log.some((line) => line.includes('"code":401')));
  });

  test('whose webhook is somebody else’s is left alone, and polled when it is gone', async () => {
    await using at = await lobby({
      prepare: (fake) => fetch(fake.url('setWebhook'), form({ url: 'http://127.0.0.1:9/elsewhere' })),
    });
    const { fake } = at;
    await at.until(() => /TELEGRAM_WEBHOOK_URL/.test(at.channel.health!().detail));
    assert.equal(fake.callsOf('deleteWebhook').length, 0);
    assert.equal(fake.callsOf('getUpdates').length, 0);
    await fetch(fake.url('deleteWebhook'), form({}));
    await at.polls();
    assert.equal(at.channel.health!().ok, true);
  });

  test('that wants fewer polls is asked no sooner', async () => {
    await using at = await lobby({
      prepare: (fake) =>
        fake.fail('getUpdates', { error_code: 429, description: 'Too Many Requests', parameters: { retry_after: 1 } }),
    });
    at.fake.say({ from: at.anna, text: 'one' });
    await at.until(() => at.received.length === 1);
  });
});

const form = (params: object) => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(params),
});

test('a process that stops does not wait for what hangs', async () => {
  await using at = await lobby({ hall: { receive: () => new Promise(() => {}) } });
  at.fake.say({ from: at.anna, text: 'one' });
  await at.until(() => at.kept.length === 1);
  const begun = performance.now();
  await at.channel.stop();
  const took = performance.now() - begun;
  assert.ok(took < 5_000, `${took} ms`);
  assert.equal(at.fake.isPolled(), false);
});

test('an update that does not read is a dead row, and the next one is a run', async () => {
  await using at = await place();
  const { fake, chats } = at;
  await fake.until(({ isPolled }) => isPolled());
  fake.redeliver({ update_id: 730_000_000, message: { message_id: 'x', chat: { id: 503 }, text: '\u0000' } } as never);
  fake.say({ from: chats.carl, text: 'refund 1042 50' });
  await at.seen(chats.carl, /^Completed\n/);
  const rows = await at.world.db.sql`select status, outcome from inbox where key like 'u:%'`;
  assert.deepEqual([...rows], [{ status: 'dead', outcome: 'unreadable' }]);
});
