import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createSlackChannel } from '../../../src/channels/slack/channel.ts';
import type { Card } from '../../../src/contracts/card.ts';
import { createSlack, type FakeSlack } from '../../support/slack/slack.ts';
import { silent } from '../../support/world.ts';
import { assertClean } from './office.ts';

const card = (more: Partial<Card> = {}): Card => ({
  kind: 'notice',
  language: 'en',
  title: 'A title',
  facts: [],
  lines: [{ mark: 'done', text: 'A line' }],
  code: null,
  buttons: [],
  ...more,
});

const channelOf = ({ botToken, appToken, apiUrl }: Pick<FakeSlack, 'botToken' | 'appToken' | 'apiUrl'>) =>
  createSlackChannel({ botToken, appToken, apiUrl, log: silent }).channel;

describe('how a send ends', { concurrency: 4 }, () => {
  test('a message has its channel and time in its name, so that edits look nothing up', async () => {
    await using slack = await createSlack();
    const channel = channelOf(slack);
    const conversation = 'slack:T0HOME/U0ANNA';
    const sent = await channel.send({ conversation, card: card(), message: null });
    assert.ok(sent.state === 'sent');
    assert.match(sent.message, /^D0ANNA:\d+\.\d+$/);
    assert.deepEqual(await channel.send({ conversation, card: card({ title: 'B' }), message: sent.message }), sent);
    await channel.send({ conversation, card: card(), message: null });
    assert.equal(slack.callsOf('conversations.open').length, 1);
    assert.match(slack.messages('anna')[0]!.seen, /^B\n/);
    assertClean(slack);
  });

  const endings: [string, Parameters<FakeSlack['fail']>[1], object][] = [
    ['ratelimited', { retryAfter: 7 }, { state: 'later', bucket: { address: 'slack:T0HOME/C0GENERAL', of: 'new' } }],
    ['channel_not_found', { error: 'channel_not_found' }, { state: 'gone', why: 'channel_not_found' }],
    ['account_inactive', { error: 'account_inactive' }, { state: 'gone', why: 'account_inactive' }],
    ['restricted_action', { error: 'restricted_action' }, { state: 'gone', why: 'restricted_action' }],
    ['invalid_auth', { error: 'invalid_auth' }, { state: 'later', retryAfterMs: 30_000 }],
    ['request_timeout', { error: 'request_timeout' }, { state: 'later', retryAfterMs: 30_000 }],
    ['an error that nobody knows', { error: 'flux_missing' }, { state: 'gone', why: 'refused with flux_missing' }],
    ['503', { status: 503 }, { state: 'later', retryAfterMs: 2000 }],
    ['500', { status: 500 }, { state: 'unknown' }],
    ['internal_error', { error: 'internal_error' }, { state: 'unknown' }],
    ['a connection that is cut', { fault: 'reset' }, { state: 'unknown' }],
  ];
  for (const [name, fault, expected] of endings) {
    test(`a new message: ${name}`, async () => {
      await using slack = await createSlack();
      slack.fail('chat.postMessage', fault);
      const channel = channelOf(slack);
      const ended = await channel.send({ conversation: 'slack:T0HOME/C0GENERAL', card: card(), message: null });
      assert.partialDeepStrictEqual(ended, expected);
      if (ended.state === 'later' && fault.retryAfter)
        assert.ok(ended.retryAfterMs > 6000 && ended.retryAfterMs <= 7000);
      assert.equal(channel.health?.().ok, false);
      assertClean(slack);
    });
  }

  test('an edit that is limited parks the edits of the whole workspace', async () => {
    await using slack = await createSlack();
    const channel = channelOf(slack);
    const conversation = 'slack:T0HOME/C0GENERAL';
    const sent = await channel.send({ conversation, card: card(), message: null });
    assert.ok(sent.state === 'sent');
    slack.fail('chat.update', { retryAfter: 3 });
    const edit = () => channel.send({ conversation, card: card({ title: 'B' }), message: sent.message });
    const expected = { state: 'later', bucket: { address: 'slack:T0HOME', of: 'edit' } };
    assert.partialDeepStrictEqual(await edit(), expected);
    assert.partialDeepStrictEqual(await edit(), expected);
    assert.equal(slack.callsOf('chat.update').length, 1, 'nobody asks again before the time');
    assert.equal((await channel.send({ conversation, card: card(), message: null })).state, 'sent');
    assertClean(slack);
  });

  test('people who cannot be written to are gone, and a Slack that is not there is waited for', async () => {
    const slack = await createSlack();
    slack.addPerson({ name: 'gone', deleted: true });
    slack.addPerson({ name: 'robot', bot: true });
    const channel = channelOf(slack);
    const to = (part: string) => channel.send({ conversation: `slack:T0HOME/${part}`, card: card(), message: null });
    assert.deepEqual(await to('U0NOBODY'), { state: 'gone', why: 'user_not_found' });
    assert.deepEqual(await to('U0GONE'), { state: 'gone', why: 'user_disabled' });
    assert.deepEqual(await to('U0ROBOT'), { state: 'gone', why: 'cannot_dm_bot' });
    assert.equal((await channel.send({ conversation: 'telegram:1', card: card(), message: null })).state, 'gone');
    assert.equal((await channel.send({ conversation: 'slack:T/C', card: card(), message: 'x' })).state, 'lost');
    assertClean(slack);
    await slack[Symbol.asyncDispose]();
    const { apiUrl } = await createSlack().then(async (other) => {
      await other[Symbol.asyncDispose]();
      return other;
    });
    const fresh = channelOf({ ...slack, apiUrl });
    const post = { conversation: 'slack:T0HOME/C0GENERAL', card: card(), message: null };
    assert.deepEqual(await fresh.send(post), { state: 'later', retryAfterMs: 2000 });
  });

  test('a summary that does not fit has all of it in a file beside it, once', async () => {
    await using slack = await createSlack();
    const channel = channelOf(slack);
    const long = card({ kind: 'summary', facts: [{ label: 'Answer', text: 'word '.repeat(2000) }] });
    const conversation = 'slack:T0HOME/C0GENERAL';
    const sent = await channel.send({ conversation, card: long, message: null });
    assert.ok(sent.state === 'sent');
    const file = await slack.until(() => slack.files[0]);
    assert.equal(file.thread_ts, sent.message.split(':')[1]);
    assert.ok(file.bytes.toString().includes('word '.repeat(1999)));
    await channel.send({ conversation, card: { ...long, title: 'B' }, message: sent.message });
    assert.equal(slack.files.length, 1);
    assertClean(slack);
  });

  test('new messages and edits have limits of their own', () => {
    const channel = channelOf({ botToken: 'x', appToken: 'y', apiUrl: 'http://127.0.0.1:9/api/' });
    const conversation = 'slack:T1/C1/1.2';
    const addresses = (message: string | null) =>
      channel.limits?.({ conversation, message }).map(({ address, of }) => `${of} ${address}`);
    assert.deepEqual(addresses(null), ['new slack:T1/C1']);
    assert.deepEqual(addresses('C1:1.3'), ['edit slack:T1', 'edit slack:T1/C1/1.2']);
  });
});
