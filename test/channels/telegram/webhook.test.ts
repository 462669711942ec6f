/** Updates that Telegram brings: over the process's own server, with a secret, kept before they are confirmed. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, test } from 'node:test';
import { hallway } from './hallway.ts';
import { lobby } from './lobby.ts';
import { place } from './place.ts';

describe('a webhook', { concurrency: 2 }, () => {
  test('brings a refund from its message to its summary', async () => {
    await using way = await hallway();
    await using at = await place({ channel: { webhook: { url: way.url, secret: 's3cret' } } });
    way.doors.push(...at.doors);
    const { fake, chats } = at;
    await at.until(() => at.channel.health!().detail === 'webhook');
    fake.say({ from: chats.carl, text: 'refund 1042 500' });
    fake.click({ from: chats.anna, message: await at.asked(chats.anna), label: 'Edit' });
    const order = await at.seen(chats.anna, /^order \(1 of 2\)/);
    fake.say({ from: chats.anna, text: '.', replyTo: order });
    fake.say({ from: chats.anna, text: '40', replyTo: await at.seen(chats.anna, /^amount \(2 of 2\)/) });
    await at.seen(chats.carl, /^Completed\n/);
    assert.equal(at.shop.effects('pay').length, 1);
    assert.ok(fake.deliveries.every(({ status }) => status === 200));
  });

  test('that cannot keep an update gets it again, and takes it once', async () => {
    await using way = await hallway();
    let failures = 2;
    const taken: string[] = [];
    await using at = await lobby({
      channel: { webhook: { url: way.url, secret: 's3cret' } },
      hall: {
        receive: async ({ key }) => {
          if (failures-- > 0) throw new Error('the database is away');
          taken.push(key);
          return { key, outcome: 'run', run: null };
        },
      },
    });
    way.doors.push(...at.doors);
    const { fake } = at;
    await at.until(({ callsOf }) => callsOf('setWebhook').some(({ ok }) => ok));
    const { message } = fake.say({ from: at.anna, text: 'refund 1042 50' });
    await at.until(({ pending }) => taken.length === 1 && pending().length === 0);
    assert.deepEqual(
      fake.deliveries.map(({ status }) => status).filter((status) => status !== 503),
      [500, 500, 200],
    );
    assert.deepEqual(taken, [`m:${fake.bot.id}:501:${message.message_id}`]);
  });

  test('confirms an update as soon as it is kept, however long it takes to handle', async () => {
    await using way = await hallway();
    const handled = Promise.withResolvers<void>();
    await using at = await lobby({
      channel: { webhook: { url: way.url, secret: 's3cret' } },
      hall: {
        receive: async ({ key }, told) => {
          told?.onKept();
          await handled.promise;
          return { key, outcome: 'help', run: null, reply: { line: 'Done.' } };
        },
      },
    });
    way.doors.push(...at.doors);
    await at.until(({ callsOf }) => callsOf('setWebhook').some(({ ok }) => ok));
    at.fake.say({ from: at.anna, text: 'help' });
    await at.until(({ deliveries }) => deliveries.some(({ status }) => status === 200));
    assert.equal(at.fake.messages(at.anna).length, 0, 'nothing is answered yet');
    handled.resolve();
    await at.until(({ messages }) => messages(at.anna).some(({ text }) => text === 'Done.'));
  });

  test('that the platform does not take at first is set later', async () => {
    await using way = await hallway();
    await using at = await lobby({
      channel: { webhook: { url: way.url, secret: 's3cret' } },
      prepare: (fake) =>
        fake.fail('setWebhook', { error_code: 429, description: 'Too Many', parameters: { retry_after: 1 } }),
    });
    way.doors.push(...at.doors);
    await at.until(({ callsOf }) => callsOf('setWebhook').some(({ ok }) => ok));
    at.fake.say({ from: at.anna, text: 'one' });
    await at.until(() => at.received.length === 1);
    assert.equal(at.fake.callsOf('setWebhook').length, 2);
    assert.deepEqual(at.channel.health!(), { ok: true, detail: 'webhook' });
  });

  test('makes one run of an update that comes to two processes at once', async () => {
    await using way = await hallway();
    await using at = await place({ channel: { webhook: { url: way.url, secret: 's3cret' } } });
    const second = await at.open();
    way.doors.push(...at.doors);
    await at.until(() => [at, second].every(({ channel }) => channel.health!().detail === 'webhook'));
    const { fake, chats } = at;
    const other = createServer((request, response) => second.doors[0]!.handle(request, response));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const said = fake.say({ from: chats.carl, text: 'refund 1042 50' });
    const posted = await fetch(`http://127.0.0.1:${(other.address() as AddressInfo).port}/telegram`, {
      method: 'POST',
      headers: { 'x-telegram-bot-api-secret-token': 's3cret' },
      body: JSON.stringify(said),
    });
    other.closeAllConnections();
    other.close();
    assert.equal(posted.status, 200);
    await at.seen(chats.carl, /^Completed\n/);
    assert.equal((await at.world.desk.runs(10)).length, 1);
    assert.equal(at.shop.effects('pay').length, 1);
  });

  test('lets nobody in without the secret, and keeps what does not read from coming again', async () => {
    await using way = await hallway();
    await using at = await place({ channel: { webhook: { url: way.url, secret: 's3cret' } } });
    way.doors.push(...at.doors);
    await at.until(() => at.channel.health!().detail === 'webhook');
    const post = async (secret: string, body: string) => {
      const headers = { 'x-telegram-bot-api-secret-token': secret };
      return (await fetch(way.url, { method: 'POST', headers, body })).status;
    };
    assert.equal(await post('wrong', '{}'), 403);
    assert.equal(await post('s3cret', 'no json'), 200);
    assert.equal(await post('s3cret', JSON.stringify({ update_id: 'x' })), 200);
    assert.equal(await post('s3cret', ' '.repeat(1_100_000)), 413);
    assert.equal((await fetch(way.url)).status, 405);
    assert.equal((await at.world.desk.runs(10)).length, 0);
  });
});
