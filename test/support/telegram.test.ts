/** The Bot API server of the tests is as strict as the platform, and stricter where a misspelling would pass. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { Telegram } from 'telegraf';
import type { Update } from 'telegraf/types';
import { serve } from '../agents/server.ts';
import { createTelegram, type FakeTelegram, type TelegramOptions } from './telegram/server.ts';

const supergroup = -1_001_000_000_007;
const conflictOfPolls =
  'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running';
const tooOld = 'Bad Request: query is too old and response timeout expired or query ID is invalid';
const notModified =
  'Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a ' +
  'current content and reply markup of the message';

interface Answer {
  ok: boolean;
  // biome-ignore lint/suspicious/noExplicitAny: an answer is looked into as far as a test needs.
  result?: any;
  error_code?: number;
  description?: string;
  parameters?: { retry_after?: number; migrate_to_chat_id?: number };
}

const call = async (fake: FakeTelegram, method: string, params: object = {}, signal?: AbortSignal): Promise<Answer> => {
  const response = await fetch(fake.url(method), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(params),
    ...(signal && { signal }),
  });
  return response.json() as Promise<Answer>;
};

/** A server with one person who has started the bot, one group, and a client of telegraf. */
async function started(options: TelegramOptions = {}) {
  const fake = await createTelegram(options);
  const anna = fake.privateChat(501, 'Anna', { language_code: 'ru', started: true });
  const ops = fake.group(supergroup, 'Operations', { forum: true, topics: { 7: 'Refunds' } });
  const telegram = new Telegram(fake.token, { apiRoot: fake.apiRoot });
  const send = (text: string, more: object = {}) => call(fake, 'sendMessage', { chat_id: anna.id, text, ...more });
  return { fake, anna, ops, telegram, send, [Symbol.asyncDispose]: () => fake[Symbol.asyncDispose]() };
}

const keyboard = (text: string, callback_data: string) => ({ inline_keyboard: [[{ text, callback_data }]] });

test('the server knows nothing of the sources', () => {
  const folder = new URL('./telegram/', import.meta.url);
  const imports = readdirSync(folder).flatMap((file) =>
    [...readFileSync(new URL(file, folder), 'utf8').matchAll(/from '([^']+)'/g)].map(([, name]) => name!),
  );
  const foreign = imports.filter((name) => !/^(\.\/[a-z]+\.ts|node:[a-z]+|zod|telegraf\/types)$/.test(name));
  assert.deepEqual(foreign, []);
});

test('a wrong token, an unknown method and a wrong path are refused', async () => {
  await using world = await started();
  const { fake } = world;
  const wrong = await fetch(`${fake.apiRoot}/bot1:wrong/getMe`);
  assert.equal(wrong.status, 401);
  assert.deepEqual(await wrong.json(), { ok: false, error_code: 401, description: 'Unauthorized' });
  const notFound = { ok: false, error_code: 404, description: 'Not Found' };
  assert.deepEqual(await call(fake, 'sendMesage'), notFound);
  assert.deepEqual(await (await fetch(`${fake.apiRoot}/getMe`)).json(), notFound);
  assert.equal((await call(fake, 'getMe')).result.username, fake.bot.username);
});

test('unknown, missing and ill-typed parameters are refused and written down', async () => {
  await using world = await started();
  const { fake, send } = world;
  const said = async (answer: Promise<Answer>) => (await answer).description;
  assert.equal(
    await said(send('a', { parsemode: 'HTML' })),
    'Bad Request: unknown parameter "parsemode" of sendMessage',
  );
  assert.equal(await said(call(fake, 'sendMessage', { text: 'a' })), 'Bad Request: chat_id is empty');
  assert.equal(await said(call(fake, 'sendMessage', { chat_id: 501 })), 'Bad Request: message text is empty');
  assert.match((await said(send('a', { message_thread_id: '7' })))!, /wrong parameter "message_thread_id"/);
  assert.match((await said(send('a', { parse_mode: 'MarkdownV2' })))!, /reads parse_mode HTML alone/);
  assert.equal(
    await said(send('a', { reply_markup: { inline_keyboard: [[{ text: 'A', calback_data: 'a' }]] } })),
    'Bad Request: unknown parameter "reply_markup.inline_keyboard.0.0.calback_data" of sendMessage',
  );
  assert.deepEqual(new Set(fake.violations.map(({ kind }) => kind)), new Set(['parameters']));
  assert.equal(fake.violations.length, 6);
});

test('a text is 1 to 4096 units long as a person reads it, a caption 1024', async () => {
  await using world = await started();
  const { fake, send, telegram, anna } = world;
  assert.equal((await send(' \n')).description, 'Bad Request: message text is empty');
  assert.equal((await send('<b></b>', { parse_mode: 'HTML' })).description, 'Bad Request: message text is empty');
  assert.equal((await send('a'.repeat(4097))).description, 'Bad Request: message is too long');
  assert.equal((await send('😀'.repeat(2049))).description, 'Bad Request: message is too long');
  assert.equal((await send(`<b>${'&amp;'.repeat(4096)}</b>`, { parse_mode: 'HTML' })).ok, true);
  const document = { source: Buffer.from('x'), filename: 'x.txt' };
  await assert.rejects(telegram.sendDocument(anna.id, document, { caption: 'a'.repeat(1025) }), /caption is too long/);
  assert.equal(fake.messages(anna)[0]!.text, '&'.repeat(4096));
});

test('HTML is parsed without mercy', async () => {
  await using world = await started();
  const { fake, send, anna } = world;
  const right =
    '<b>b<i>i</i></b> <u>u</u> <s>s</s> <code>c &lt; d</code> <tg-spoiler>t</tg-spoiler> &#33;&#x3f;\n' +
    '<pre><code class="language-js">1 &amp; 2</code></pre><a href="https://a.b/?c=1&amp;d=2">"l"</a>' +
    '<blockquote expandable>q &quot;&gt;</blockquote>';
  const { result } = await send(right, { parse_mode: 'HTML' });
  assert.equal(result.text, 'bi u s c < d t !?\n1 & 2"l"q ">');
  const [first] = result.entities;
  assert.deepEqual(first, { type: 'bold', offset: 0, length: 2 });
  assert.deepEqual(
    // biome-ignore lint/suspicious/noExplicitAny: of the answer.
    result.entities.filter((entity: any) => entity.url ?? entity.language),
    [
      { type: 'pre', offset: 18, length: 5, language: 'js' },
      { type: 'text_link', offset: 23, length: 3, url: 'https://a.b/?c=1&d=2' },
    ],
  );
  assert.deepEqual(fake.messages(anna)[0]!.html, right);
  const wrong: Record<string, string> = {
    'a < b': 'Unclosed start tag at byte offset 2',
    'ё<a@b.c>': 'Unsupported start tag "" at byte offset 2',
    'a & b': 'Unescaped "&" or unknown entity at byte offset 2',
    'a&nbsp;b': 'Unescaped "&" or unknown entity at byte offset 1',
    '&#0;': 'Unescaped "&" or unknown entity at byte offset 0',
    '<div>a</div>': 'Unsupported start tag "div" at byte offset 0',
    '<b>a<i>b</b></i>': 'Unmatched end tag, expected "</i>", found "</b>" at byte offset 8',
    '<b>a': 'Can\'t find end tag corresponding to start tag "b"',
    'a</b>': 'Unexpected end tag at byte offset 1',
    '<a href="x&y">a</a>': 'Unsupported attributes of tag "a" at byte offset 0',
    '<b class="x">a</b>': 'Unsupported attributes of tag "b" at byte offset 0',
    '<code>a<b>b</b></code>': 'Tag "b" can\'t be inside of "code" at byte offset 7',
    '<blockquote><blockquote>a</blockquote></blockquote>':
      'Tag "blockquote" can\'t be inside of "blockquote" at byte offset 12',
  };
  for (const [html, description] of Object.entries(wrong)) {
    const answer = await send(html, { parse_mode: 'HTML' });
    assert.equal(answer.description, `Bad Request: can't parse entities: ${description}`, html);
  }
  assert.equal(fake.violations.length, Object.keys(wrong).length);
});

test('buttons carry 1 to 64 bytes, and are what the platform has in this chat', async () => {
  await using world = await started();
  const { fake, send } = world;
  const refusalOf = async (button: object) =>
    (await send('a', { reply_markup: { inline_keyboard: [[{ text: 'A', ...button }]] } })).description;
  assert.equal(await refusalOf({ callback_data: 'я'.repeat(33) }), 'Bad Request: BUTTON_DATA_INVALID');
  assert.equal(await refusalOf({ callback_data: '' }), 'Bad Request: BUTTON_DATA_INVALID');
  assert.equal(await refusalOf({ callback_data: 'я'.repeat(32) }), undefined);
  assert.match((await refusalOf({}))!, /text buttons are unallowed/);
  assert.match((await refusalOf({ callback_data: 'a', url: 'https://a.b' }))!, /one thing alone/);
  assert.equal(await refusalOf({ url: 'nowhere' }), 'Bad Request: BUTTON_URL_INVALID');
  const markup = { inline_keyboard: [[{ text: 'A', web_app: { url: 'https://a.b' } }]] };
  const inGroup = await call(fake, 'sendMessage', { chat_id: supergroup, text: 'a', reply_markup: markup });
  assert.equal(inGroup.description, 'Bad Request: BUTTON_TYPE_INVALID');
});

test('telegraf sends, edits, reacts and deletes; the ledger shows what a person sees', async () => {
  await using world = await started();
  const { fake, telegram, anna } = world;
  const sent = await telegram.sendMessage(anna.id, '<b>One</b>', {
    parse_mode: 'HTML',
    link_preview_options: { is_disabled: true },
    reply_markup: keyboard('Yes', 'v1:yes'),
  });
  const edit = (text: string, reply_markup = keyboard('Yes', 'v1:yes')) =>
    telegram.editMessageText(anna.id, sent.message_id, undefined, text, { reply_markup });
  await edit('One');
  await assert.rejects(edit('One'), { description: notModified });
  await telegram.editMessageReplyMarkup(anna.id, sent.message_id, undefined, keyboard('No', 'v1:no'));
  await telegram.setMessageReaction(anna.id, sent.message_id, [{ type: 'emoji', emoji: '👀' }]);
  await telegram.sendChatAction(anna.id, 'typing');
  const { chat: _, markup, ...seen } = fake.messages(anna)[0]!;
  assert.deepEqual(markup, keyboard('No', 'v1:no'));
  assert.deepEqual(seen, {
    ...{ message_id: sent.message_id, from: fake.bot.id, text: 'One', html: 'One', buttons: [['No']] },
    ...{ reply_to: null, thread: null, document: null, edits: ['One'], reactions: ['👀'] },
    ...{ forceReply: false, silent: false },
  });
  await telegram.editMessageText(anna.id, sent.message_id, undefined, 'Two');
  assert.deepEqual(fake.messages(anna)[0]!.buttons, [], 'an edit without keyboard takes it away');
  await telegram.deleteMessage(anna.id, sent.message_id);
  assert.deepEqual(fake.messages(anna), []);
  await assert.rejects(edit('Three'), { description: 'Bad Request: message to edit not found' });
  const forced = await telegram.sendMessage(anna.id, 'Why?', { reply_markup: { force_reply: true } });
  await assert.rejects(
    telegram.editMessageText(anna.id, forced.message_id, undefined, 'Why not?'),
    /message can't be edited/,
  );
  assert.deepEqual(fake.violations, []);
});

test('a document comes as multipart, and is downloaded by its link', async () => {
  await using world = await started();
  const { fake, telegram, ops } = world;
  const text = 'one\r\n--two\r\n\r\nтри';
  const sent = await telegram.sendDocument(
    ops.id,
    { source: Buffer.from(text), filename: 'отчёт "1".txt'.replaceAll('"', '%22') },
    { caption: '<i>all</i>', parse_mode: 'HTML', message_thread_id: 7, reply_markup: keyboard('Yes', 'v1:yes') },
  );
  const seen = fake.messages(ops)[0]!;
  assert.deepEqual(
    [seen.document!.name, seen.document!.text, seen.text, seen.thread, seen.buttons],
    ['отчёт "1".txt', text, 'all', 7, [['Yes']]],
  );
  const link = await telegram.getFileLink(sent.document.file_id);
  assert.equal(await (await fetch(link)).text(), text);
  const form = new FormData();
  form.set('chat_id', '501');
  form.set('document', new Blob(['two']), 'two.txt');
  form.set('disable_notification', 'true');
  const answer = await fetch(fake.url('sendDocument'), { method: 'POST', body: form });
  assert.equal(answer.status, 200, await answer.text());
  assert.equal(fake.messages(501)[0]!.document!.text, 'two');
  const empty = telegram.sendDocument(ops.id, { source: Buffer.alloc(0), filename: 'a' });
  await assert.rejects(empty, /file must be non-empty/);
});

test('urlencoded bodies and queries are read as well', async () => {
  await using world = await started();
  const { fake } = world;
  const params = { chat_id: '501', text: '17', reply_markup: JSON.stringify(keyboard('Yes', 'v1:yes')) };
  await fetch(fake.url('sendMessage'), { method: 'POST', body: new URLSearchParams(params) });
  await fetch(`${fake.url('sendMessage')}?${new URLSearchParams(params)}`);
  assert.deepEqual(
    fake.messages(501).map(({ text, buttons }) => [text, buttons]),
    [
      ['17', [['Yes']]],
      ['17', [['Yes']]],
    ],
  );
});

test('chats that cannot be reached say why', async () => {
  await using world = await started();
  const { fake, anna, ops } = world;
  const boris = fake.privateChat(502, 'Boris');
  const small = fake.group(-77, 'Small');
  const refusal = async (chat_id: number, more: object = {}) => {
    const { error_code, description, parameters } = await call(fake, 'sendMessage', { chat_id, text: 'a', ...more });
    return [error_code, description, ...(parameters ? [parameters] : [])];
  };
  assert.deepEqual(await refusal(999), [400, 'Bad Request: chat not found']);
  assert.deepEqual(await refusal(boris.id), [403, "Forbidden: bot can't initiate conversation with a user"]);
  fake.say({ from: boris, text: '/start' });
  assert.deepEqual(await refusal(boris.id), [undefined, undefined]);
  fake.block(anna);
  assert.deepEqual(await refusal(anna.id), [403, 'Forbidden: bot was blocked by the user']);
  assert.deepEqual(await refusal(ops.id, { message_thread_id: 8 }), [400, 'Bad Request: message thread not found']);
  fake.kick(ops);
  assert.deepEqual(await refusal(ops.id), [403, 'Forbidden: bot was kicked from the supergroup chat']);
  fake.migrate(small, -1_001_000_000_077);
  assert.deepEqual(await refusal(small.id), [
    ...[400, 'Bad Request: group chat was upgraded to a supergroup chat'],
    { migrate_to_chat_id: -1_001_000_000_077 },
  ]);
  assert.deepEqual(await refusal(-1_001_000_000_077), [undefined, undefined]);
  assert.deepEqual(fake.violations, []);
  assert.equal((await call(fake, 'getChat', { chat_id: boris.id })).result.first_name, 'Boris');
});

test('an update stays until a greater offset confirms it', async () => {
  await using world = await started();
  const { fake, telegram, anna } = world;
  const first = fake.say({ from: anna, text: '/task@baton_test_bot for @boris' });
  assert.deepEqual(
    first.message.entities?.map(({ type, offset, length }) => [type, offset, length]),
    [
      ['bot_command', 0, 20],
      ['mention', 25, 6],
    ],
  );
  const second = fake.edit(first.message, 'again');
  const get = async (offset?: number, limit?: number) =>
    (await telegram.getUpdates(0, limit as number, offset as number, undefined)).map(({ update_id }) => update_id);
  assert.deepEqual(await get(), [first.update_id, second.update_id]);
  assert.deepEqual(await get(first.update_id, 1), [first.update_id]);
  assert.deepEqual(await get(second.update_id), [second.update_id]);
  assert.deepEqual(await get(second.update_id + 1), []);
  fake.redeliver(first);
  assert.deepEqual(await get(second.update_id + 1), [first.update_id], 'a duplicate comes whatever was confirmed');
  assert.deepEqual(await get(first.update_id + 1), []);
  assert.deepEqual(await telegram.getUpdates(0, 100, 0, ['callback_query']), []);
  fake.say({ from: anna, text: 'unheard' });
  assert.deepEqual(
    fake.withheld.map(({ reason }) => reason),
    ['not in allowed_updates'],
  );
});

test('one poller is aborted by the next, and both get what is pending', async () => {
  await using world = await started();
  const { fake, anna } = world;
  const first = call(fake, 'getUpdates', { timeout: 50 });
  await fake.until((seen) => seen.isPolled());
  const second = call(fake, 'getUpdates', { timeout: 50 });
  assert.deepEqual(await first, { ok: false, error_code: 409, description: conflictOfPolls });
  await fake.until((seen) => seen.isPolled());
  const { update_id } = fake.say({ from: anna, text: 'hello' });
  const both = [await second, await call(fake, 'getUpdates'), await call(fake, 'getUpdates')];
  assert.deepEqual(
    both.map(({ result }) => result[0].update_id),
    [update_id, update_id, update_id],
  );
  const leaving = new AbortController();
  const third = call(fake, 'getUpdates', { timeout: 50, offset: update_id + 1 }, leaving.signal);
  await fake.until((seen) => seen.isPolled());
  leaving.abort();
  await assert.rejects(third);
  await fake.until((seen) => !seen.isPolled());
});

test('in groups with privacy mode only commands and replies to the bot are heard', async () => {
  await using world = await started();
  const { fake, telegram, anna, ops } = world;
  const { message_id } = await telegram.sendMessage(ops.id, 'A question', { message_thread_id: 7 });
  const in7 = { from: anna, chat: ops, topic: 7 };
  const plain = fake.say({ ...in7, text: '@baton_test_bot hello' });
  assert.equal(plain.message.reply_to_message?.message_id, 7, 'in a topic everything answers its beginning');
  fake.say({ ...in7, text: '/task@other_bot a' });
  const heard = [
    fake.say({ ...in7, text: '/task a' }),
    fake.say({ ...in7, text: '/task@Baton_Test_Bot a' }),
    fake.say({ ...in7, text: 'yes', replyTo: { chat: ops, message_id } }),
    fake.say({ from: anna, chat: ops, text: '/task', anonymous: true }),
  ];
  assert.deepEqual(fake.pending(), heard);
  assert.equal(heard[3]!.message.sender_chat?.id, ops.id);
  assert.deepEqual(
    fake.withheld.map(({ reason }) => reason),
    ['privacy mode', 'privacy mode'],
  );
  assert.deepEqual([fake.messages(ops).length, fake.history(ops).length], [1, 7]);
  await using open = await started({ canReadAll: true });
  open.fake.say({ from: 501, chat: supergroup, text: 'hello' });
  assert.equal(open.fake.pending().length, 1);
});

test('a click is answered once, and in time', async () => {
  await using world = await started();
  const { fake, telegram, anna } = world;
  await telegram.sendMessage(anna.id, 'Pay?', { reply_markup: keyboard('Yes', 'v1:yes') });
  const [message] = fake.messages(anna);
  const click = fake.click({ from: anna, message: message!, label: 'Yes' });
  assert.equal(click.callback_query.data, 'v1:yes');
  await telegram.answerCbQuery(click.callback_query.id, 'Received', { show_alert: true });
  await assert.rejects(telegram.answerCbQuery(click.callback_query.id), { description: tooOld });
  await assert.rejects(telegram.answerCbQuery('1'), { description: tooOld });
  const late = fake.click({ from: anna, message: message!, data: 'forged', answerMs: 0 });
  await assert.rejects(telegram.answerCbQuery(late.callback_query.id), { description: tooOld });
  await assert.rejects(telegram.answerCbQuery(late.callback_query.id, 'a'.repeat(201)), /MESSAGE_TOO_LONG/);
  assert.deepEqual(
    fake.answers.map(({ text, show_alert, data }) => [text, show_alert, data]),
    [['Received', true, 'v1:yes']],
  );
  assert.throws(() => fake.click({ from: anna, message: message!, label: 'No' }), /there are: "Yes"/);
  fake.click({ from: anna, message: message!, label: 'Yes', expiresMs: 0 });
  assert.deepEqual(fake.pending(), [click, late] as unknown as Update[], 'one that nobody fetched in time is gone');
  const old = fake.click({ from: anna, message: message!, label: 'Yes', inaccessible: true, anonymous: true });
  assert.deepEqual([old.callback_query.message.date, old.callback_query.from.is_bot], [0, true]);
});

test('a webhook gets every update until it answers with 2xx, one at a time for each chat', async () => {
  await using world = await started();
  const { fake, telegram, anna, ops } = world;
  const got: { secret: unknown; update: Update.MessageUpdate }[] = [];
  const statuses = [500, 302];
  await using site = await serve(async (request: IncomingMessage, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    await once(request, 'end');
    const update = JSON.parse(Buffer.concat(chunks).toString());
    got.push({ secret: request.headers['x-telegram-bot-api-secret-token'], update });
    const isAnna = update.message.chat.id === anna.id;
    response.writeHead(isAnna ? (statuses.shift() ?? 200) : 200).end();
  });
  const waiting = call(fake, 'getUpdates', { timeout: 50 });
  await fake.until((seen) => seen.isPolled());
  await telegram.setWebhook(`${site.origin}/hook`, { secret_token: 'S3cret_-' });
  assert.equal((await waiting).error_code, 409);
  const refused = await call(fake, 'getUpdates');
  assert.equal(refused.description, "Conflict: can't use getUpdates method while webhook is active");
  const ofAnna = [fake.say({ from: anna, text: 'one' }), fake.say({ from: anna, text: 'two' })];
  const ofOps = fake.say({ from: anna, chat: ops, text: '/three' });
  await fake.until((seen) => seen.pending().length === 0);
  const [one, two] = ofAnna.map(({ update_id }) => update_id);
  const idsOf = (chat: number) =>
    got.filter(({ update }) => update.message.chat.id === chat).map(({ update }) => update.update_id);
  assert.deepEqual(idsOf(anna.id), [one, one, one, two]);
  assert.deepEqual(idsOf(ops.id), [ofOps.update_id]);
  assert.deepEqual(new Set(got.map(({ secret }) => secret)), new Set(['S3cret_-']));
  assert.equal(fake.deliveries.length, 5);
  const info = await telegram.getWebhookInfo();
  assert.equal(info.url, `${site.origin}/hook`);
  assert.match(info.last_error_message!, /Wrong response from the webhook: 302/);
  await telegram.deleteWebhook();
  assert.equal((await telegram.getWebhookInfo()).url, '');
  await assert.rejects(telegram.setWebhook(site.origin, { secret_token: 'no spaces' }), /unallowed characters/);
});

test('commands are checked and kept for their scope and language', async () => {
  await using world = await started();
  const { fake, telegram } = world;
  const set = (command: string, description: string) => telegram.setMyCommands([{ command, description }]);
  await assert.rejects(set('Task', 'A task'), /BOT_COMMAND_INVALID/);
  await assert.rejects(set('a'.repeat(33), 'A task'), /BOT_COMMAND_INVALID/);
  await assert.rejects(set('task', ''), /BOT_COMMAND_DESCRIPTION_INVALID/);
  const many = Array.from({ length: 101 }, (_, number) => ({ command: `c${number}`, description: 'a' }));
  await assert.rejects(telegram.setMyCommands(many), /BOT_COMMANDS_TOO_MUCH/);
  await set('task', 'A task');
  await set('task', 'Another');
  const commands = [{ command: 'task', description: 'Задача' }];
  await telegram.setMyCommands(commands, { language_code: 'ru', scope: { type: 'all_private_chats' } });
  assert.deepEqual(fake.commands, [
    { scope: { type: 'default' }, language_code: '', commands: [{ command: 'task', description: 'Another' }] },
    { scope: { type: 'all_private_chats' }, language_code: 'ru', commands },
  ]);
});

test('calls fail as told: with an error, unanswered, cut, done or not', async () => {
  await using world = await started();
  const { fake, send, anna, ops } = world;
  const outage = fake.fail('sendMessage', { error_code: 502, description: 'Bad Gateway', chat: anna });
  assert.equal((await call(fake, 'sendMessage', { chat_id: ops.id, text: 'elsewhere' })).ok, true);
  assert.equal((await send('a')).error_code, 502);
  assert.equal(outage.met, 1);
  fake.fail('sendMessage', 'reset');
  await assert.rejects(send('done'));
  fake.fail('*', 'never-reset', { times: 2 });
  await assert.rejects(send('not done'));
  await assert.rejects(call(fake, 'getMe'));
  const leaving = new AbortController();
  fake.fail('sendMessage', 'hang', { matches: ({ text }) => text === 'hangs' });
  const hanging = call(fake, 'sendMessage', { chat_id: anna.id, text: 'hangs' }, leaving.signal);
  const found = await fake.until((seen) => seen.callsOf('sendMessage').find(({ cut }) => cut === 'hang'));
  assert.deepEqual([found.ok, found.isPerformed], [true, true]);
  leaving.abort();
  await assert.rejects(hanging);
  assert.deepEqual(
    fake.messages(anna).map(({ text }) => text),
    ['done', 'hangs'],
  );
});

test('who is told to wait and does not is refused and written down', async () => {
  await using world = await started({ limits: { perChatPerS: 2 } });
  const { fake, send, anna, ops } = world;
  assert.deepEqual([(await send('1')).ok, (await send('2')).ok], [true, true]);
  const limited = await send('3');
  assert.deepEqual([limited.error_code, limited.parameters], [429, { retry_after: 1 }]);
  assert.equal((await call(fake, 'sendMessage', { chat_id: ops.id, text: 'elsewhere' })).ok, true);
  assert.deepEqual(fake.calledTooEarly, []);
  assert.equal((await send('4')).description, 'Too Many Requests: retry after 1');
  assert.deepEqual(
    fake.calledTooEarly.map(({ bucket, chat }) => [bucket, chat]),
    [[`chat ${anna.id}`, anna.id]],
  );
  const description = 'Too Many Requests: retry after 30';
  fake.fail('editMessageText', { error_code: 429, description, parameters: { retry_after: 30 }, chat: ops });
  await call(fake, 'editMessageText', { chat_id: ops.id, message_id: 1, text: 'a' });
  assert.equal((await call(fake, 'sendMessage', { chat_id: ops.id, text: 'a' })).description, description);
  assert.equal(fake.calledTooEarly.length, 2);
});

test('waiting in vain shows what is there', async () => {
  await using world = await started();
  const { fake, send } = world;
  await send('Pay?', { reply_markup: keyboard('Yes', 'v1:yes') });
  await assert.rejects(
    fake.until((seen) => seen.answers[0]!.text, 1),
    /Not within 1 ms: \(seen\) =>[\s\S]*it threw[\s\S]*#1 of 7700123: "Pay\?" \[Yes\][\s\S]*sendMessage: ok/,
  );
});
