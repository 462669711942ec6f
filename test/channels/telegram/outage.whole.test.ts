/** A bot that was away, and a token that somebody else uses. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { lobby } from './lobby.ts';
import { place } from './place.ts';

describe('a click that nobody heard', { concurrency: 2 }, () => {
  test('is lost, and the button works afterwards', async () => {
    await using at = await place();
    const { fake, chats } = at;
    fake.say({ from: chats.carl, text: 'refund 1042 500' });
    const card = await at.asked(chats.anna);
    await at.world.stop();
    fake.click({ from: chats.anna, message: card, label: 'Approve', expiresMs: 0 });
    await at.open();
    await fake.until(({ isPolled }) => isPolled());
    assert.equal(fake.pending().length, 0, 'the platform has dropped it');
    assert.equal(fake.messages(chats.anna)[0]!.buttons.length, 1, 'it is there until something is decided');
    fake.click({ from: chats.anna, message: card, label: 'Approve' });
    await at.seen(chats.carl, /^Completed\n/);
    assert.equal(at.shop.effects('pay').length, 1);
  });

  test('can be said in words, which wait a day to be heard', async () => {
    await using at = await place();
    const { fake, chats } = at;
    fake.say({ from: chats.carl, text: 'refund 1042 500' });
    const card = await at.asked(chats.anna);
    const [, code] = /^Code: (\S+)$/m.exec(card.text)!;
    await at.world.stop();
    fake.say({ from: chats.anna, text: `/approve ${code}` });
    await at.open();
    await at.seen(chats.carl, /^Completed\n/);
    const told = await at.seen(chats.anna, /Approved by Anna at/);
    assert.equal(told.message_id, card.message_id);
  });
});

test('a token that another program uses is told of for as long as it does, and taken up again afterwards', async () => {
  await using at = await lobby();
  const { fake } = at;
  await at.polls();
  const theirs = fake.fail('getUpdates', {
    error_code: 409,
    description: 'Conflict: terminated by other getUpdates request',
    times: 1_000,
  });
  fake.say({ from: at.anna, text: 'one' });
  await at.until(() => /another program uses this token/.test(at.channel.health!().detail) && theirs.met > 2);
  assert.equal(at.channel.health!().ok, false);
  assert.ok(at.log.some((line) => line.includes('409')));
  theirs.clear();
  fake.say({ from: at.anna, text: 'two' });
  await at.until(() => at.received.length === 2);
  assert.deepEqual(at.channel.health!(), { ok: true, detail: 'polls' });
});
