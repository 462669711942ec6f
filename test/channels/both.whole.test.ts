/** One deployment in Telegram and in Slack, and people with an account in each. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createSlackChannel } from '../../src/channels/slack/channel.ts';
import { createSlack } from '../support/slack/slack.ts';
import { silent } from '../support/world.ts';
import { assertClean, reading, withButton } from './slack/office.ts';
import { place } from './telegram/place.ts';

const people = {
  operator: {},
  anna: { name: 'Anna', roles: ['finance'], accounts: { slack: 'T0HOME/U0ANNA', telegram: '501' } },
  carl: { name: 'Carl', roles: ['finance'], accounts: { telegram: '503', slack: 'T0HOME/U0CARL' } },
};

describe('in both chats at once', { concurrency: 2 }, () => {
  test('who asks in one and who decides in the other share a run, and both see its end', async () => {
    await using slack = await createSlack();
    const { channel } = createSlackChannel({
      botToken: slack.botToken,
      appToken: slack.appToken,
      apiUrl: slack.apiUrl,
      log: silent,
    });
    await using at = await place({ channels: [channel], configuration: { people } });
    const { fake, chats } = at;
    fake.say({ from: chats.carl, text: 'refund 1042 500' });
    const own = await slack.until(() => withButton(slack.messages('anna'), 'Approve'));
    // Nobody decides on their own task, with whichever account.
    slack.addPerson({ name: 'carl' });
    const [, code] = /^Code: (\S+)$/m.exec(own.seen)!;
    await slack.direct({ user: 'carl', text: `approve ${code}` });
    await slack.until(() => reading(slack.messages('carl'), /./) ?? slack.ephemerals('carl')[0]);
    assert.equal(at.shop.effects('pay').length, 0);
    await slack.click({ user: 'anna', message: own, label: 'Approve' });
    await at.seen(chats.carl, /^Completed\n/);
    await slack.until(() => reading(slack.messages('anna'), /Completed/));
    const closed = await slack.until(() => slack.message(own)?.buttons.length === 0 && slack.message(own));
    const there = await at.seen(chats.carl, /^May this happen\?[\s\S]*Approved by Anna at/);
    const ending = /Approved by Anna at .*/;
    assert.equal(ending.exec(closed.seen)![0], ending.exec(there.text)![0]);
    assert.equal(fake.messages(chats.anna).length, 0, 'she is asked at one address');
    assertClean(slack);
  });

  test('a Slack that refuses the token leaves Telegram alone', async () => {
    await using slack = await createSlack();
    const { channel } = createSlackChannel({
      botToken: 'xoxb-wrong',
      appToken: slack.appToken,
      apiUrl: slack.apiUrl,
      log: silent,
    });
    await using at = await place({ channels: [channel] });
    at.fake.say({ from: at.chats.carl, text: 'refund 1042 50' });
    await at.seen(at.chats.carl, /^Completed\n/);
    await slack.until(() => slack.callsOf('auth.test').length > 0);
    assert.deepEqual(channel.health!(), { ok: false, detail: 'invalid_auth' });
    assert.equal(at.channel.health!().ok, true);
  });
});
