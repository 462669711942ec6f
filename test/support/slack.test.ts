import assert from 'node:assert/strict';
import { test } from 'node:test';
import { webApi } from '@slack/bolt';
import { silent } from './slack/bolt.ts';
import { actions, button, input, modal, mrkdwn, plain, section } from './slack/kit.ts';
import { createSlack, type FakeSlack } from './slack/slack.ts';
import type { Block, Json } from './slack/types.ts';

const clientOf = (slack: FakeSlack) =>
  new webApi.WebClient(slack.botToken, {
    slackApiUrl: slack.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logger: silent(),
  });

async function call(slack: FakeSlack, method: string, args: Json, token = slack.botToken) {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const answer = await fetch(`${slack.apiUrl}${method}`, { method: 'POST', headers, body: JSON.stringify(args) });
  return (await answer.json()) as Json & { response_metadata?: { messages: string[] } };
}

const say = (slack: FakeSlack, args: Json) =>
  call(slack, 'chat.postMessage', { channel: 'C0GENERAL', text: 't', ...args });

test('a call needs the right token, a known method and known arguments', async () => {
  await using slack = await createSlack();
  assert.equal((await call(slack, 'auth.test', {})).bot_id, slack.bot.bot);
  assert.equal((await call(slack, 'auth.test', {}, 'xoxb-another')).error, 'invalid_auth');
  assert.equal((await call(slack, 'auth.test', {}, '')).error, 'invalid_auth');
  assert.equal((await call(slack, 'auth.test', {}, slack.appToken)).error, 'not_allowed_token_type');
  assert.equal((await call(slack, 'apps.connections.open', {})).error, 'not_allowed_token_type');
  assert.equal((await call(slack, 'chat.shout', {})).error, 'unknown_method');
  assert.equal((await say(slack, { colour: 'red' })).error, 'invalid_arguments');
  assert.equal((await say(slack, { unfurl_links: 'no' })).error, 'invalid_arguments');
  assert.equal((await say(slack, { channel: undefined })).error, 'invalid_arguments');
  assert.deepEqual(
    slack.violations.map(({ error }) => error),
    ['unknown_method', 'invalid_arguments', 'invalid_arguments', 'invalid_arguments'],
  );
  assert.match(slack.violations[1]!.messages[0]!, /unknown argument: colour/);
});

test('forms are read as Slack’s own client writes them', async () => {
  await using slack = await createSlack();
  const client = clientOf(slack);
  const { ts } = await client.chat.postMessage({
    channel: 'C0GENERAL',
    text: 'fallback',
    blocks: [section('*Paid* `a_b_c` &lt;now&gt;'), actions(button('Undo', 'undo'))],
    metadata: { event_type: 'run', event_payload: { id: '1' } },
    unfurl_links: false,
  });
  const [message] = slack.messages('general');
  assert.equal(message?.seen, 'Paid a_b_c <now>\n[Undo]');
  assert.deepEqual(message?.buttons, ['Undo']);
  assert.equal(message?.unfurl_links, false);
  assert.deepEqual(message?.metadata, { event_type: 'run', event_payload: { id: '1' } });
  await client.chat.update({ channel: 'C0GENERAL', ts: ts!, text: 'other' });
  assert.deepEqual(slack.messages('general')[0]?.buttons, ['Undo'], 'an update without blocks keeps them');
  await client.chat.update({ channel: 'C0GENERAL', ts: ts!, text: 'done', blocks: [] });
  assert.deepEqual(
    slack.messages('general').map(({ seen, edits }) => ({ seen, edits })),
    [{ seen: 'done', edits: 2 }],
  );
  assert.deepEqual(slack.violations, []);
});

test('blocks that Slack refuses are refused with the place and the reason', async () => {
  await using slack = await createSlack();
  const long = (length: number) => 'x'.repeat(length);
  const option = (label: string, value: string) => ({ text: plain(label), value });
  const select = (more: Json) => actions({ type: 'static_select', options: [option('a', 'a')], ...more });
  const task = { type: 'task_card', task_id: '1', title: 'a', status: 'pending' };
  const cases: [RegExp, unknown][] = [
    [/unsupported type: banner.*\/blocks\/0\/type/, { type: 'banner' }],
    [/invalid additional property: color.*\/blocks\/0/, { type: 'divider', color: 'red' }],
    [/missing required field: text/, { type: 'header' }],
    [/must define either/, { type: 'section' }],
    [/less than 3001 .*\/blocks\/0\/text\/text/, section(long(3001))],
    [/more than 0 characters/, section('')],
    [/less than 2001/, { type: 'section', fields: [mrkdwn(long(2001))] }],
    [/no more than 10 items/, { type: 'section', fields: Array(11).fill(mrkdwn('a')) }],
    [/less than 151/, { type: 'header', text: plain(long(151)) }],
    [/unsupported type: mrkdwn/, { type: 'header', text: mrkdwn('a') }],
    [/no more than 10 items/, { type: 'context', elements: Array(11).fill(mrkdwn('a')) }],
    [/no more than 25 items/, actions(...Array.from({ length: 26 }, (_, index) => button('a', `${index}`)))],
    [/less than 76/, actions(button(long(76), 'a'))],
    [/less than 2001/, actions({ ...button('a', 'a'), value: long(2001) })],
    [/less than 256/, actions(button('a', long(256)))],
    [/less than 256/, { type: 'divider', block_id: long(256) }],
    [/valid enum value/, actions({ ...button('a', 'a'), style: 'green' })],
    [/less than 301/, actions({ ...button('a', 'a'), confirm: { text: plain(long(301)) } })],
    [/less than 31/, actions({ ...button('a', 'a'), confirm: { text: plain('a'), deny: plain(long(31)) } })],
    [/`action_id` a already exists/, actions(button('a', 'a'), button('b', 'a'))],
    [/no more than 100 items/, select({ options: Array(101).fill(option('a', 'a')) })],
    [/less than 76/, select({ options: [option(long(76), 'a')] })],
    [/less than 151/, select({ options: [option('a', long(151))] })],
    [/match an option exactly/, select({ initial_option: option('b', 'b') })],
    [/less than 3001/, input('b', 'a', { type: 'plain_text_input', initial_value: long(3001) })],
    [/between 1 and 3000/, input('b', 'a', { type: 'plain_text_input', max_length: 3001 })],
    [/less than 2001/, input('b', long(2001), { type: 'plain_text_input' })],
    [/unsupported type: button/, input('b', 'a', button('a', 'a'))],
    [/less than 12001/, { type: 'markdown', text: long(12_001) }],
    [/valid enum value: pending/, { type: 'plan', title: 'a', tasks: [{ ...task, status: 'done' }] }],
    [/must provide a string/, { type: 'plan', title: plain('a'), tasks: [task] }],
    [/unsupported type: mrkdwn/, { ...task, details: mrkdwn('a') }],
    [/no more than 20 items/, { type: 'table', rows: [Array(21).fill({ type: 'raw_text', text: 'a' })] }],
    [/must provide a boolean/, section('a', { expand: 1 })],
  ];
  for (const [reason, block] of cases) {
    const { ok, error, response_metadata } = await say(slack, { blocks: [block] });
    assert.deepEqual({ ok, error }, { ok: false, error: 'invalid_blocks' }, JSON.stringify(block));
    assert.match(String(response_metadata?.messages), reason);
  }
  const many = async (blocks: unknown[]) => String((await say(slack, { blocks })).response_metadata?.messages);
  assert.match(await many(Array(51).fill({ type: 'divider' })), /no more than 50 items/);
  assert.match(await many(Array(2).fill({ type: 'divider', block_id: 'a' })), /`block_id` a already exists/);
  assert.match(await many([actions(button('a', 'a')), actions(button('b', 'a'))]), /`action_id` a already exists/);
  assert.match(await many(Array(2).fill({ type: 'markdown', text: long(6001) })), /12001 characters together/);
  assert.equal((await say(slack, { blocks: { type: 'divider' } })).error, 'invalid_blocks_format');
  assert.deepEqual(slack.messages('general'), []);
  assert.equal(slack.violations.length, cases.length + 5);
});

test('a message needs a text, and not too long a one', async () => {
  await using slack = await createSlack();
  const blocks = [{ type: 'divider' }];
  assert.equal((await say(slack, { text: '' })).error, 'no_text');
  assert.equal((await say(slack, { text: 'x'.repeat(40_001) })).error, 'msg_too_long');
  const { ts } = await say(slack, { text: undefined, blocks });
  assert.match(slack.violations.at(-1)!.messages[0]!, /blocks without a top-level text/);
  const update = (args: Json) => call(slack, 'chat.update', { channel: 'C0GENERAL', ts, ...args });
  assert.equal((await update({ text: 'x'.repeat(4001) })).error, 'msg_too_long');
  assert.equal((await update({ blocks: [] })).error, 'no_text');
});

test('people read every block as text, and control sequences are recorded where they were sent', async () => {
  await using slack = await createSlack();
  const rich = (text: string) => ({
    type: 'rich_text',
    elements: [
      {
        type: 'rich_text_section',
        elements: [
          { type: 'text', text },
          { type: 'user', user_id: 'U0ANNA' },
        ],
      },
      {
        type: 'rich_text_list',
        style: 'bullet',
        elements: [{ type: 'rich_text_section', elements: [{ type: 'link', url: 'https://a.test', text: 'a link' }] }],
      },
    ],
  });
  const blocks = [
    { type: 'header', text: plain('Order 7 <!here>') },
    section('<@U0ANNA>, _look_ at <https://evil.test|the docs> <!channel>', { fields: [mrkdwn('*Sum*'), plain('10')] }),
    { type: 'context', elements: [mrkdwn('&lt;!everyone&gt; a &amp; b')] },
    {
      type: 'plan',
      title: 'Refund',
      tasks: [{ type: 'task_card', task_id: '1', title: 'Charge', status: 'complete', details: rich('by ') }],
    },
    {
      type: 'table',
      rows: [
        [
          { type: 'raw_text', text: 'a' },
          { type: 'raw_text', text: 'b' },
        ],
      ],
    },
    actions(button('Yes', 'yes'), {
      type: 'overflow',
      action_id: 'more',
      options: [{ text: plain('Later'), value: 'l' }],
    }),
  ];
  assert.equal((await say(slack, { blocks, text: 'see <!subteam^S1>' })).ok, true);
  assert.deepEqual(slack.messages('general')[0]?.seen.split('\n'), [
    'Order 7 <!here>',
    '@anna, look at the docs @channel',
    'Sum',
    '10',
    '<!everyone> a & b',
    'Refund',
    '(complete) Charge',
    'by @anna',
    '• a link',
    'a | b',
    '[Yes]',
    '[⋯ Later]',
  ]);
  assert.deepEqual(
    slack.pings.map(({ kind, sequence, at }) => `${kind} ${sequence} ${at}`),
    [
      'group <!subteam^S1> /text',
      'user <@U0ANNA> /blocks/1/text/text',
      'link <https://evil.test|the docs> /blocks/1/text/text',
      'broadcast <!channel> /blocks/1/text/text',
      'user <@U0ANNA> /blocks/3/tasks/0/details/elements/0/elements/1',
    ],
  );
  assert.deepEqual(slack.messages('general')[0]?.menus, [{ action_id: 'more', label: '', options: ['Later'] }]);
});

test('a message goes only where the app may write, and it edits its own ones only', async () => {
  await using slack = await createSlack();
  slack.addChannel({ name: 'secret', kind: 'private', member: false });
  slack.addChannel({ name: 'lobby', member: false });
  slack.addChannel({ name: 'past', archived: true });
  slack.deliverOver({ url: slack.apiUrl, signingSecret: 'none' });
  const error = async (channel: string) => (await say(slack, { channel })).error;
  assert.equal(await error('C0NOWHERE'), 'channel_not_found');
  assert.equal(await error('C0SECRET'), 'channel_not_found');
  assert.equal(await error('C0LOBBY'), 'not_in_channel');
  assert.equal(await error('C0PAST'), 'is_archived');
  const said = await slack.direct({ user: 'anna', text: 'hello' });
  const update = async (ts: unknown) =>
    (await call(slack, 'chat.update', { channel: said.channel, ts, text: 'x' })).error;
  assert.equal(await update(said.ts), 'cant_update_message');
  assert.equal(await update('1.000001'), 'message_not_found');
  const { ts, channel } = await say(slack, { channel: 'U0ANNA', thread_ts: said.ts });
  assert.equal(channel, said.channel);
  assert.deepEqual(
    slack.messages('anna', said.ts).map((message) => message.text),
    ['hello', 't'],
  );
  slack.remove({ channel: said.channel, ts: String(ts) });
  assert.equal(await update(ts), 'message_not_found');
  assert.equal((await say(slack, { thread_ts: '1.000001' })).error, 'thread_not_found');
});

test('views are checked as Slack does', async () => {
  await using slack = await createSlack();
  const text = (length: number) => plain('x'.repeat(length));
  const field = input('b', 'a', { type: 'plain_text_input' });
  const cases: [RegExp, Json][] = [
    [/must define `submit`/, modal([field], { submit: undefined })],
    [/less than 25.*\/view\/title\/text/, modal([field], { title: text(25) })],
    [/less than 25.*\/view\/submit/, modal([field], { submit: text(25) })],
    [/less than 25.*\/view\/close/, modal([field], { close: text(25) })],
    [/less than 3001.*\/view\/private_metadata/, modal([field], { private_metadata: 'x'.repeat(3001) })],
    [/less than 256.*\/view\/callback_id/, modal([field], { callback_id: 'x'.repeat(256) })],
    [/no more than 100 items/, modal(Array(101).fill({ type: 'divider' }))],
    [/unsupported type: plan/, modal([{ type: 'plan', title: 'a' } as Block])],
    [/invalid additional property: submit_disabled/, modal([field], { submit_disabled: true })],
    [/unsupported type: home/, { type: 'home', blocks: [] }],
  ];
  for (const [reason, view] of cases) {
    const { error, response_metadata } = await call(slack, 'views.open', { trigger_id: 'none', view });
    assert.equal(error, 'invalid_arguments');
    assert.match(String(response_metadata?.messages), reason);
  }
  const big = modal(Array.from({ length: 90 }, () => section('x'.repeat(3000))));
  assert.equal((await call(slack, 'views.open', { trigger_id: 'none', view: big })).error, 'view_too_large');
  const right = { trigger_id: 'none', view: modal([field]) };
  assert.equal((await call(slack, 'views.open', right)).error, 'invalid_trigger_id');
  const update = { view_id: 'V0', view: modal([field]) };
  assert.equal((await call(slack, 'views.update', update)).error, 'not_found');
});

test('faults happen before or after the work, and limits are told of in whole seconds', async () => {
  await using slack = await createSlack();
  const client = clientOf(slack);
  const send = (text: string) => client.chat.postMessage({ channel: 'C0GENERAL', text });
  slack.fail('chat.postMessage', { fault: 'reset', performed: true });
  slack.fail('chat.postMessage', { fault: 'reset' });
  slack.fail('chat.postMessage', { error: 'fatal_error', channel: 'C0OTHER' });
  await assert.rejects(send('1'), webApi.WebAPIRequestError);
  await assert.rejects(send('2'), webApi.WebAPIRequestError);
  slack.fail('chat.postMessage', { status: 503, performed: true });
  await assert.rejects(send('3'), webApi.WebAPIHTTPError);
  slack.fail('chat.postMessage', { error: 'ekm_access_denied' });
  await assert.rejects(send('4'), webApi.WebAPIPlatformError);
  const hanging = slack.fail('chat.postMessage', { fault: 'hang', performed: true });
  const stopped = new AbortController();
  const headers = { authorization: `Bearer ${slack.botToken}` };
  const body = new URLSearchParams({ channel: 'C0GENERAL', text: '5' });
  const url = `${slack.apiUrl}chat.postMessage`;
  const hung = assert.rejects(fetch(url, { method: 'POST', headers, body, signal: stopped.signal }));
  await slack.until(() => hanging.used === 1);
  stopped.abort();
  await hung;
  slack.fail('chat.postMessage', { retryAfter: 7, channel: 'C0GENERAL' });
  await assert.rejects(send('6'), (error: unknown) => (error as { retryAfter?: number }).retryAfter === 7);
  assert.equal(slack.calledTooEarly.length, 0);
  await assert.rejects(send('7'), webApi.WebAPIRateLimitedError);
  assert.deepEqual(
    slack.calledTooEarly.map(({ args }) => args.text),
    ['7'],
  );
  assert.deepEqual(
    slack.messages('general').map(({ text }) => text),
    ['1', '3', '5'],
  );
  assert.deepEqual(
    slack.callsOf('chat.postMessage').map(({ status }) => status),
    ['reset', 'reset', 503, 200, 'hang', 429, 429],
  );
});

test('with limits, one message a second and channel, and fifty edits a minute', async () => {
  let at = 1_700_000_000_000;
  await using slack = await createSlack({ limits: true, now: () => at });
  const { ts } = await say(slack, {});
  assert.equal((await say(slack, {})).error, 'ratelimited');
  assert.equal((await say(slack, { channel: 'U0ANNA' })).ok, true);
  at += 1000;
  assert.equal((await say(slack, {})).ok, true);
  const edit = () => call(slack, 'chat.update', { channel: 'C0GENERAL', ts, text: 'x' });
  for (let count = 0; count < 50; count += 1) assert.equal((await edit()).ok, true);
  assert.equal((await edit()).error, 'ratelimited');
  assert.equal(slack.calledTooEarly.length, 0);
  at += 60_000;
  assert.equal((await edit()).ok, true);
});
