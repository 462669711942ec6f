/** How a send ends, by what the platform says to it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SendResult } from '../../../src/contracts/channel.ts';
import { card, lobby } from './lobby.ts';

type Lobby = Awaited<ReturnType<typeof lobby>>;
const later = (retryAfterMs: number, chat = '501') => ({
  state: 'later',
  retryAfterMs,
  bucket: { address: `telegram:${chat}`, of: 'any' },
});

describe('a new message', { concurrency: 4 }, () => {
  const refusals: [error_code: number, description: string, result: SendResult['state']][] = [
    [403, 'Forbidden: bot was blocked by the user', 'gone'],
    [403, 'Forbidden: user is deactivated', 'gone'],
    [403, 'Forbidden: bot was kicked from the supergroup chat', 'gone'],
    [400, 'Bad Request: chat not found', 'gone'],
    [400, 'Bad Request: TOPIC_CLOSED', 'gone'],
    [400, 'Bad Request: message thread not found', 'gone'],
    [400, 'Bad Request: something that nobody has heard of', 'gone'],
    [401, 'Unauthorized', 'later'],
    [500, 'Internal Server Error', 'unknown'],
    [502, 'Bad Gateway', 'unknown'],
  ];
  for (const [error_code, description, state] of refusals) {
    test(`that is answered "${description}" is ${state}`, async () => {
      await using at = await lobby();
      await at.polls();
      at.fake.fail('sendMessage', { error_code, description });
      assert.equal((await at.show()).state, state);
      assert.equal(at.channel.health!().ok, error_code !== 401);
      assert.equal(at.fake.callsOf('sendMessage').length, 1, 'nothing is repeated');
    });
  }

  test('to somebody who never wrote to the bot finds nobody', async () => {
    await using at = await lobby();
    await at.polls();
    at.fake.privateChat(502, 'Boris');
    assert.equal((await at.show(card(), null, 'telegram:502')).state, 'gone');
    assert.equal((await at.show(card(), null, 'telegram:nonsense')).state, 'gone');
  });

  test('whose answer is lost may have arrived; one that never left comes later', async () => {
    await using at = await lobby();
    await at.polls();
    at.fake.fail('sendMessage', 'reset');
    assert.deepEqual(await at.show(), { state: 'unknown' });
    await using away = await lobby({ channel: { apiRoot: 'http://127.0.0.1:9' } });
    const { promise, resolve } = Promise.withResolvers<SendResult>();
    const ask = async () => {
      const result = await away.show();
      // Until the client is loaded there is nothing to send with.
      if (result.state === 'later' && result.retryAfterMs === 500) setImmediate(() => void ask());
      else resolve(result);
    };
    void ask();
    assert.deepEqual(await promise, { state: 'later', retryAfterMs: 2_000 });
  });

  test('that is too much waits as long as the platform says, and asks no sooner', async () => {
    await using at = await lobby();
    await at.polls();
    at.fake.fail('sendMessage', { error_code: 429, description: 'Too Many', parameters: { retry_after: 240 } });
    assert.deepEqual(await at.show(), later(240_000));
    const again = await at.show();
    assert.ok(again.state === 'later' && again.retryAfterMs > 230_000 && again.retryAfterMs <= 240_000);
    assert.equal(at.fake.callsOf('sendMessage').length, 1);
    const boris = at.fake.privateChat(502, 'Boris', { started: true });
    assert.equal((await at.show(card(), null, 'telegram:502')).state, 'sent');
    assert.equal(at.fake.messages(boris).length, 1);
  });

  test('whose markup is refused is shown without it', async () => {
    await using at = await lobby();
    await at.polls();
    at.fake.fail('sendMessage', { error_code: 400, description: "Bad Request: can't parse entities: x" });
    assert.equal((await at.show(card({ title: '<b> & "x"' }))).state, 'sent');
    const [message] = at.fake.messages(at.anna);
    assert.deepEqual([message!.text, message!.buttons], ['<b> & "x"', [['Approve', 'Edit']]]);
    assert.ok(at.log.some((line) => line.includes('markup refused')));
  });

  test('that is too long says so and comes as a file too, once', async () => {
    await using at = await lobby();
    await at.polls();
    const facts = Array.from({ length: 200 }, (_, i) => ({ label: `field ${i}`, text: 'x'.repeat(60) }));
    const sent = await at.show(card({ facts }));
    assert.ok(sent.state === 'sent');
    const file = await at.until(({ messages }) => messages(at.anna).find(({ document }) => document));
    assert.match(at.fake.messages(at.anna)[0]!.text, /the whole text is in the file\.$/);
    assert.match(file.document!.text, /field 199: x/);
    assert.equal(String(file.reply_to), sent.message);
    assert.equal((await at.show(card({ facts, title: 'Decided' }), sent.message)).state, 'sent');
    await at.channel.stop();
    assert.equal(at.fake.callsOf('sendDocument').length, 1);
  });

  test('of progress that is too long says so, and there is no file', async () => {
    await using at = await lobby();
    await at.polls();
    const lines = Array.from({ length: 200 }, (_, i) => ({
      mark: 'done' as const,
      text: `step ${i} ${'x'.repeat(40)}`,
    }));
    assert.equal((await at.show(card({ kind: 'progress', lines, code: null, buttons: [] }))).state, 'sent');
    assert.match(
      at.fake.messages(at.anna)[0]!.text,
      /step 199 x+\nMore than a message holds: something is left out\.$/,
    );
    await at.channel.stop();
    assert.equal(at.fake.callsOf('sendDocument').length, 0);
  });

  test('in Russian says in Russian that there is more', async () => {
    await using at = await lobby();
    await at.polls();
    const facts = Array.from({ length: 200 }, (_, i) => ({ label: `field ${i}`, text: 'y'.repeat(60) }));
    await at.show(card({ facts, language: 'ru' }));
    assert.match(at.fake.messages(at.anna)[0]!.text, /полный текст в файле\.$/);
  });
});

describe('an edit', { concurrency: 4 }, () => {
  const shown = async (at: Lobby): Promise<string> => {
    await at.polls();
    const sent = await at.show();
    assert.ok(sent.state === 'sent');
    return sent.message;
  };

  test('changes the message, and takes its buttons away with the last of them', async () => {
    await using at = await lobby();
    const message = await shown(at);
    assert.deepEqual(await at.show(card({ title: 'Approved', buttons: [] }), message), { state: 'sent', message });
    const [now] = at.fake.messages(at.anna);
    assert.deepEqual([now!.text, now!.buttons], ['Approved', []]);
  });

  test('that changes nothing is done', async () => {
    await using at = await lobby();
    const message = await shown(at);
    assert.deepEqual(await at.show(card(), message), { state: 'sent', message });
    const { answer } = at.fake.callsOf('editMessageText')[0]!;
    assert.match((answer as { description: string }).description, /not modified/);
  });

  for (const description of [
    'Bad Request: message to edit not found',
    "Bad Request: message can't be edited",
    'Bad Request: MESSAGE_ID_INVALID',
  ]) {
    test(`that is answered "${description}" has lost its message`, async () => {
      await using at = await lobby();
      const message = await shown(at);
      at.fake.fail('editMessageText', { error_code: 400, description });
      assert.deepEqual(await at.show(card({ title: 'x' }), message), { state: 'lost' });
    });
  }

  test('that is too much parks its chat', async () => {
    await using at = await lobby();
    const message = await shown(at);
    at.fake.fail('editMessageText', { error_code: 429, description: 'Too Many', parameters: { retry_after: 30 } });
    assert.deepEqual(await at.show(card({ title: 'x' }), message), later(30_000));
  });
});

describe('a group that became a supergroup', { concurrency: 4 }, () => {
  const old = 'telegram:-5';

  test('is written to where it is now, and edited there', async () => {
    await using at = await lobby();
    await at.polls();
    const group = at.fake.group(-5, 'Refunds');
    const before = await at.show(card(), null, old);
    assert.ok(before.state === 'sent');
    const now = at.fake.migrate(group, -1_001_234_567_890);
    const sent = await at.show(card({ title: 'again' }), null, old);
    assert.ok(sent.state === 'sent');
    assert.deepEqual(await at.show(card({ title: 'edited' }), sent.message, old), sent);
    assert.deepEqual(
      at.fake.messages(now).map(({ text }) => text),
      ['edited'],
    );
    assert.deepEqual(await at.show(card({ title: 'edited' }), before.message, old), { state: 'lost' });
  });

  test('has another message by the number of an old one, which is left alone', async () => {
    await using at = await lobby();
    await at.polls();
    const group = at.fake.group(-5, 'Refunds');
    await at.show(card({ title: 'first' }), null, old);
    const second = await at.show(card({ title: 'second' }), null, old);
    assert.ok(second.state === 'sent');
    const now = at.fake.migrate(group, -1_001_234_567_890);
    // The numbers begin anew there: this one has the number of the second one here.
    const other = await at.show(card({ title: 'another question' }), null, 'telegram:-1001234567890');
    assert.deepEqual(other, second);
    assert.deepEqual(await at.show(card({ title: 'decided' }), second.message, old), { state: 'lost' });
    assert.deepEqual(await at.show(card({ title: 'decided' }), second.message, old), { state: 'lost' });
    assert.deepEqual(
      at.fake.messages(now).map(({ text }) => text),
      ['another question'],
    );
  });

  test('keeps its messages for a process that begins later', async () => {
    await using at = await lobby();
    await at.polls();
    at.fake.migrate(at.fake.group(-5, 'Refunds'), -1_001_234_567_890);
    const sent = await at.show(card(), null, old);
    assert.deepEqual(sent, { state: 'sent', message: '2@-1001234567890' });
    await using next = await lobby({ channel: { token: at.fake.token, apiRoot: at.fake.apiRoot } });
    await at.until(() => next.channel.health!().ok);
    assert.deepEqual(await next.show(card({ title: 'edited' }), '2@-1001234567890', old), sent);
  });
});

test('what shares a limit is written down for the sender', async () => {
  await using at = await lobby();
  const of = (conversation: string) => at.channel.limits!({ conversation, message: null });
  const overall = { address: 'telegram', of: 'any', burst: 3, everyMs: 40 };
  assert.deepEqual(of('telegram:501'), [overall, { address: 'telegram:501', of: 'any', burst: 3, everyMs: 1_000 }]);
  assert.deepEqual(of('telegram:-1001/7'), [
    overall,
    { address: 'telegram:-1001', of: 'any', burst: 10, everyMs: 3_000 },
    { address: 'telegram:-1001', of: 'edit', burst: 2, everyMs: 4_000 },
  ]);
  assert.deepEqual(of('slack:T1'), []);
});
