import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { webApi } from '@slack/bolt';
import { WebSocket } from 'ws';
import { serve } from '../../agents/server.ts';
import { httpApp, silent, socketApps } from './bolt.ts';
import { actions, button, input, modal, option, plain, section } from './kit.ts';
import { createSlack, type FakeSlack } from './slack.ts';
import type { Json } from './types.ts';

const signingSecret = 'a signing secret';
const asking = [section('Pay?'), actions(button('Yes', 'yes'), button('Edit', 'edit'))];
const amount = input('amount', 'Amount', { type: 'plain_text_input', initial_value: '10' });

/** An app that asks in the thread of a mention, and says there what was pressed. */
function askInThread(app: Awaited<ReturnType<typeof httpApp>>['app']) {
  app.event('app_mention', async ({ event, client }) => {
    await client.chat.postMessage({ channel: event.channel, thread_ts: event.ts, text: 'Pay?', blocks: asking });
  });
  app.action('yes', async ({ ack, body, client }) => {
    await ack();
    const { channel, message } = body as unknown as { channel: { id: string }; message: { ts: string } };
    const text = `paid by <@${body.user.id}>`;
    await client.chat.update({ channel: channel.id, ts: message.ts, text, blocks: [section(text)] });
  });
}

async function useIt(slack: FakeSlack) {
  const said = await slack.mention({ user: 'anna', channel: 'general', text: 'pay a & b to boris@home.test, @boris' });
  assert.deepEqual(
    { acked: said.acked, status: said.status, body: said.body },
    { acked: true, status: 200, body: undefined },
  );
  assert.equal(
    slack.message(said)?.text,
    '<@U0BATON> pay a &amp; b to <mailto:boris@home.test|boris@home.test>, <@U0BORIS>',
  );
  assert.equal(slack.message(said)?.seen, '@baton pay a & b to boris@home.test, @boris');
  const ask = await slack.until(() => slack.messages('general', said.ts)[1]);
  await assert.rejects(slack.click({ user: 'anna', message: ask, label: 'No' }), /no such element: No.*Yes \(yes\)/);
  const answer = await slack.click({ user: 'boris', message: ask, label: 'Yes' });
  assert.equal(answer.acked, true);
  const done = await slack.until(() => slack.message(ask)?.edits === 1 && slack.message(ask));
  assert.equal(done.seen, 'paid by @boris');
  await assert.rejects(slack.click({ user: 'anna', message: ask, label: 'Yes' }), /nothing to press/);
  assert.deepEqual(slack.violations, []);
  assert.deepEqual(slack.timeouts, []);
}

test('an app of Bolt is mentioned, asks and is answered over HTTP', async () => {
  await using world = await httpApp();
  askInThread(world.app);
  await useIt(world.slack);
});

test('an app of Bolt is mentioned, asks and is answered over Socket Mode', async () => {
  await using world = await socketApps(2);
  for (const app of world.apps) askInThread(app);
  assert.equal(world.slack.sockets.count, 2);
  await useIt(world.slack);
});

test('a form is opened once by a press, filled in, refused, replaced and sent', async () => {
  await using world = await httpApp();
  const { slack, app } = world;
  const answers: Json[] = [
    { response_action: 'errors', errors: { amount: 'too much' } },
    { response_action: 'push', view: modal([amount], { title: plain('Sure?') }) },
    { response_action: 'errors', errors: { nowhere: 'no such block' } },
    {},
    { response_action: 'clear' },
  ];
  const states: unknown[] = [];
  const errors: string[] = [];
  app.action('edit', async ({ ack, body, client }) => {
    const { trigger_id } = body as unknown as { trigger_id: string };
    await ack();
    const choice = { type: 'static_select', options: [option('Euro', 'eur'), option('Dollar', 'usd')] };
    const view = modal([amount, input('currency', 'Currency', choice, { hint: plain('of the account') })]);
    const opened = await client.views.open({ trigger_id, view });
    const again = await client.views.open({ trigger_id, view }).catch((error) => error.data.error);
    const { id, hash } = opened.view!;
    await client.views.update({ view_id: id!, hash: hash!, view });
    const raced = await client.views.update({ view_id: id!, hash: hash!, view }).catch((error) => error.data.error);
    errors.push(again, raced);
    await client.chat.postEphemeral({ channel: 'C0GENERAL', user: body.user.id, text: 'opened' });
  });
  app.view('form', async ({ ack, view }) => {
    states.push(view.state.values);
    await ack(answers.shift() as never);
  });
  await new webApi.WebClient(slack.botToken, { slackApiUrl: slack.apiUrl, logger: silent() }).chat.postMessage({
    channel: 'C0GENERAL',
    text: 'Pay?',
    blocks: asking,
  });
  await slack.click({ user: 'anna', message: slack.messages('general')[0]!, action_id: 'edit' });
  await slack.until(() => slack.ephemerals('anna')[0]);
  assert.deepEqual(errors, ['exchanged_trigger_id', 'hash_conflict']);
  const view = slack.views('anna')[0]!;
  assert.deepEqual(
    view.fields.map(({ label, hint, value, options }) => ({ label, hint, value, options })),
    [
      { label: 'Amount', hint: undefined, value: '10', options: undefined },
      { label: 'Currency', hint: 'of the account', value: '', options: ['Euro', 'Dollar'] },
    ],
  );
  const submit = (values: Record<string, string>) =>
    slack.submit({ user: 'anna', view: slack.views('anna').at(-1)!, values });
  await assert.rejects(submit({}), /would not send this: Currency is required/);
  await assert.rejects(submit({ Sum: '1' }), /no field Sum among: Amount, Currency/);
  await assert.rejects(submit({ Currency: 'Yen' }), /no option Yen among: Euro, Dollar/);
  await submit({ Amount: '20', currency: 'Dollar' });
  assert.deepEqual(states[0], {
    amount: { value: { type: 'plain_text_input', value: '20' } },
    currency: { value: { type: 'static_select', selected_option: option('Dollar', 'usd') } },
  });
  assert.equal(slack.views('anna')[0]?.fields[0]?.error, 'too much');
  assert.equal(slack.views('anna')[0]?.fields[0]?.value, '20');
  await submit({ amount: '15' });
  assert.deepEqual(
    slack.views('anna').map(({ title }) => title),
    ['A form', 'Sure?'],
  );
  await submit({});
  assert.match(slack.violations.at(-1)!.messages[0]!, /no inputs: nowhere/);
  await submit({});
  assert.deepEqual(
    slack.views('anna').map(({ title }) => title),
    ['A form'],
  );
  await submit({});
  assert.deepEqual(slack.views('anna'), []);
});

test('a trigger that is too old opens nothing', async () => {
  await using world = await httpApp({ triggerMs: 0 });
  const { slack, app } = world;
  app.shortcut('ask', async ({ ack, shortcut, client }) => {
    await ack();
    await client.views.open({ trigger_id: shortcut.trigger_id, view: modal([amount]) }).catch(() => {});
  });
  const said = await slack.direct({ user: 'anna', text: 'hello' });
  await slack.shortcut({ user: 'anna', channel: said.channel, message: said, callback_id: 'ask' });
  const call = await slack.until(() => slack.callsOf('views.open').find(({ status }) => status));
  assert.equal(call.answer?.error, 'expired_trigger_id');
});

test('what is signed wrongly or too old is refused, and only events come again', async () => {
  await using world = await httpApp();
  const { slack, app } = world;
  app.event('app_mention', async () => {});
  for (const signed of ['wrong', 'stale', 'none'] as const) {
    const said = await slack.mention({ user: 'anna', channel: 'general', text: 'hi', signed });
    assert.deepEqual(said.attempts, [401, 401, 401, 401]);
    const command = await slack.command({ user: 'anna', channel: 'general', text: 'hi', signed });
    assert.deepEqual(command.attempts, [401]);
  }
  assert.deepEqual(slack.timeouts, []);
});

test('an event comes again with its number and reason until it is taken', async () => {
  const seen: string[] = [];
  let answers = [500, 'late', 200] as (number | string)[];
  await using server = await serve((request, response) => {
    seen.push(`${request.headers['x-slack-retry-num']} ${request.headers['x-slack-retry-reason']}`);
    const answer = answers.shift() ?? 200;
    if (answer === 'stop') response.writeHead(500, { 'x-slack-no-retry': '1' }).end();
    else if (typeof answer === 'number') response.writeHead(answer).end();
  });
  await using slack = await createSlack({
    http: { url: server.origin, signingSecret },
    ackMs: 200,
    retryDelaysMs: [0, 1, 1],
  });
  const said = await slack.mention({ user: 'anna', channel: 'general', text: 'hi', pair: true });
  assert.equal(said.acked && said.pair?.acked, true);
  assert.notEqual(said.payload.event_id, said.pair?.payload.event_id);
  assert.equal((said.pair!.payload.event as Json).ts, said.ts);
  assert.deepEqual(
    seen.toSorted(),
    ['1 http_error', '1 http_timeout', 'undefined undefined', 'undefined undefined'].toSorted(),
  );
  assert.equal((await slack.redeliver(said)).payload.event_id, said.payload.event_id);
  answers = ['stop'];
  assert.deepEqual((await slack.openHome('anna')).attempts, [500]);
  answers = ['late'];
  const command = await slack.command({ user: 'anna', channel: 'general', text: 'hi' });
  assert.deepEqual(command.attempts, ['http_timeout']);
  assert.deepEqual(
    slack.timeouts.map(({ kind, type, reason }) => `${kind} ${type} ${reason}`),
    ['slash_commands /baton http_timeout'],
  );
});

test('connections that are killed or asked to go are opened anew', async () => {
  await using world = await socketApps(2, { ackMs: 500 });
  const { slack, apps } = world;
  const heard: unknown[] = [];
  for (const app of apps)
    app.use(async ({ context, next }) => {
      heard.push(context.retryNum);
      await next();
    });
  const open = slack.sockets.opened;
  slack.sockets.kill();
  const said = await slack.mention({ user: 'anna', channel: 'general', text: 'hi' });
  assert.equal(said.acked, true);
  assert.equal(said.attempts.at(-1), 200);
  await slack.until(() => slack.sockets.count === 2 && slack.sockets.opened === open + 2);
  slack.sockets.disconnect('refresh_requested');
  await slack.until(() => slack.sockets.count === 2 && slack.sockets.opened === open + 4);
  for (const _ of apps) await slack.openHome('anna');
  assert.equal(heard.length, 3);
});

test('an event that is not acknowledged comes again over another connection', async () => {
  await using slack = await createSlack({ ackMs: 100 });
  const heard: string[] = [];
  const connect = async (name: string, answer: (envelope: Json) => Json | undefined) => {
    const method = `${slack.apiUrl}apps.connections.open`;
    const headers = { authorization: `Bearer ${slack.appToken}` };
    const { url } = (await (await fetch(method, { method: 'POST', headers })).json()) as { url: string };
    const socket = new WebSocket(url);
    socket.on('message', (data) => {
      const envelope = JSON.parse(String(data)) as Json;
      heard.push(`${name} ${envelope.type} ${envelope.retry_attempt} ${envelope.retry_reason}`);
      const reply = envelope.envelope_id ? answer(envelope) : undefined;
      if (reply) socket.send(JSON.stringify(reply));
    });
    await once(socket, 'message');
    return url;
  };
  const used = await connect('deaf', () => undefined);
  await connect('kind', ({ envelope_id, type }) => ({
    envelope_id,
    payload: type === 'events_api' ? {} : { text: 'ok' },
  }));
  assert.equal(slack.sockets.count, 2);
  const said = await slack.mention({ user: 'anna', channel: 'general', text: 'hi' });
  assert.deepEqual(said.attempts, ['timeout', 200]);
  assert.deepEqual(heard.slice(2), ['deaf events_api 0 ', 'kind events_api 1 timeout']);
  const command = () => slack.command({ user: 'anna', channel: 'general', text: 'hi' });
  assert.deepEqual((await command()).attempts, ['timeout']);
  assert.deepEqual((await command()).body, { text: 'ok' });
  assert.equal(slack.ephemerals('anna')[0]?.seen, 'ok');
  assert.deepEqual(
    slack.timeouts.map(({ type }) => type),
    ['/baton'],
  );
  const [error] = await once(new WebSocket(used), 'error');
  assert.match(String(error), /401/, 'a URL works once');
});

test('an interaction that nobody takes over Socket Mode is not sent again', async () => {
  await using slack = await createSlack({ ackMs: 1, retryDelaysMs: [0] });
  const shortcut = await slack.shortcut({ user: 'anna', callback_id: 'ask' });
  assert.deepEqual(shortcut.attempts, ['no_connection']);
  const said = await slack.direct({ user: 'anna', text: 'hi' });
  assert.deepEqual(said.attempts, ['no_connection', 'no_connection']);
  assert.deepEqual(
    slack.timeouts.map(({ type }) => type),
    ['shortcut'],
  );
});

test('a command is answered to one person, and a response_url works five times within its time', async () => {
  let at = Date.now();
  await using world = await httpApp({ now: () => at });
  const { slack, app } = world;
  app.command('/baton', async ({ ack, command }) => ack(`you said ${command.text}`));
  const answer = await slack.command({ user: 'anna', channel: 'general', text: 'ask @boris' });
  assert.equal(slack.ephemerals('anna')[0]?.seen, 'you said ask @boris');
  const respond = async (body: Json) => {
    const url = String(answer.payload.response_url);
    const sent = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
    return `${sent.status} ${await sent.text()}`;
  };
  assert.equal(await respond({ text: 'to all', response_type: 'in_channel' }), '200 ok');
  for (let use = 2; use <= 5; use += 1) assert.equal(await respond({ text: 'to anna' }), '200 ok');
  assert.match(await respond({ text: 'again' }), /404 .*used_url/);
  assert.deepEqual(
    slack.messages('general').map(({ seen }) => seen),
    ['to all'],
  );
  at += 30 * 60_000;
  assert.match(await respond({ text: 'again' }), /404 .*expired_url/);
});

test('the Home tab is published, opened and pressed', async () => {
  await using world = await httpApp();
  const { slack, app } = world;
  const row = (name: string) => section(name, { block_id: name, accessory: button('Open', 'open') });
  app.event('app_home_opened', async ({ event, client }) => {
    await client.views.publish({ user_id: event.user, view: { type: 'home', blocks: [row('one'), row('two')] } });
  });
  let pressed = '';
  app.action('open', async ({ ack, action }) => {
    pressed = 'block_id' in action ? action.block_id : '';
    await ack();
  });
  await slack.openHome('anna');
  const home = await slack.until(() => slack.home('anna'));
  assert.equal(home.seen, 'one\n[Open]\ntwo\n[Open]');
  await assert.rejects(slack.click({ user: 'anna', view: home, label: 'Open' }), /2 elements match/);
  await slack.click({ user: 'anna', view: home, label: 'Open', nth: 2 });
  assert.equal(pressed, 'two');
});

test('a menu is chosen from, and the app’s own edit is told to it', async () => {
  await using world = await httpApp();
  const { slack, app } = world;
  const more = { type: 'overflow' as const, action_id: 'more', options: [option('Later', 'later')] };
  let chosen = '';
  app.action('more', async ({ ack, action }) => {
    chosen = action.type === 'overflow' ? action.selected_option.value : '';
    await ack();
  });
  await app.client.chat.postMessage({ channel: 'C0GENERAL', text: 'Pay?', blocks: [actions(more)] });
  const [message] = slack.messages('general');
  await slack.click({ user: 'anna', message: message!, action_id: 'more', option: 'Later' });
  assert.equal(chosen, 'later');
  const echo = await slack.echo(message!);
  assert.equal((echo.payload.event as Json).subtype, 'message_changed');
  assert.equal(echo.acked, true);
});

test('a file is uploaded by the client’s own way', async () => {
  await using slack = await createSlack();
  const client = new webApi.WebClient(slack.botToken, { slackApiUrl: slack.apiUrl, logger: silent() });
  const { ts } = await client.chat.postMessage({ channel: 'U0ANNA', text: 'a report' });
  const { channel } = slack.messages('anna')[0]!;
  const content = 'when,what\n1,paid\n';
  await client.filesUploadV2({
    channel_id: channel,
    thread_ts: ts!,
    filename: 'trace.csv',
    content,
    initial_comment: 'all',
  });
  assert.equal(slack.files[0]?.bytes.toString(), content);
  assert.equal(slack.messages('anna', ts)[1]?.seen, 'all\n[file: trace.csv]');
  assert.deepEqual(slack.violations, []);
});

test('people have a language and a team, and may be bots or gone', async () => {
  await using world = await httpApp();
  const { slack, app } = world;
  const guest = slack.addPerson({ name: 'guest', team: 'T0OTHER', locale: 'ru-RU' });
  const robot = slack.addPerson({ name: 'robot', bot: true });
  const info = async (user: string, include_locale: boolean) =>
    (await app.client.users.info({ user, include_locale })).user as Json | undefined;
  assert.equal((await info(guest.id, true))?.locale, 'ru-RU');
  assert.equal((await info(guest.id, false))?.locale, undefined);
  assert.equal((await info(guest.id, false))?.team_id, 'T0OTHER');
  const foreign = await slack.mention({ user: 'guest', channel: 'general', text: 'hi' });
  assert.equal((foreign.payload.event as Json).user_team, 'T0OTHER');
  const said = await slack.mention({ user: 'robot', channel: 'general', text: 'hi' });
  assert.match(String((said.payload.event as Json).bot_id), /^B/);
  assert.equal((await info(robot.id, false))?.is_bot, true);
  slack.person('boris').deleted = true;
  await assert.rejects(slack.direct({ user: 'boris', text: 'hi' }), /boris is deactivated/);
  const opened = app.client.conversations.open({ users: 'U0BORIS' });
  await assert.rejects(opened, (error: unknown) => String((error as Error).message).includes('user_disabled'));
});

test('waiting in vain ends with all that happened', async () => {
  await using slack = await createSlack({ ackMs: 1, retryDelaysMs: [] });
  await slack.direct({ user: 'anna', text: 'hello' });
  await assert.rejects(
    slack.until(() => slack.messages('anna')[1], 1),
    (error: unknown) => /never came to it within 1 ms.*"hello"/s.test(String(error)),
  );
});
