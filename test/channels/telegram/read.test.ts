/** What is said to the bot, and by whom: everything else in a group is somebody else's. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readUpdate } from '../../../src/channels/telegram/read.ts';

const bot = { id: 7, username: 'baton_bot', readsAll: true };
const anna = { id: 501, is_bot: false, first_name: 'Anna', language_code: 'en' };
const us = { id: 7, is_bot: true, first_name: 'Baton' };
const group = { id: -1001, type: 'supergroup' };
const home = { id: 501, type: 'private' };

const read = (raw: object) => readUpdate({ update_id: 9, ...raw }, bot, (id) => (id === '501' ? 'anna' : null));
const message = (more: object) => ({ message: { message_id: 5, from: anna, chat: group, ...more } });
const inbound = (raw: object) => {
  const one = read(raw);
  return one.kind === 'inbound' ? one.inbound : null;
};
const textOf = (more: object): string | null => {
  const one = inbound(message(more));
  return one?.kind === 'said' ? one.text : null;
};

describe('in a group', () => {
  const cases: [what: string, more: object, text: string | null][] = [
    ['a task', { text: '/task refund 1' }, '/task refund 1'],
    ['a command of this bot', { text: '/status@Baton_Bot' }, '/status@Baton_Bot'],
    ['a command of another bot', { text: '/task@other_bot refund 1' }, null],
    ['a command of all bots', { text: '/weather London' }, null],
    ['a mention', { text: 'hey @baton_bot, refund 1' }, 'hey  refund 1'],
    ['a mention and nothing else', { text: '@baton_bot' }, 'help'],
    ['a mention of a bot whose name begins alike', { text: '@baton_bot2 refund 1' }, null],
    ['a mention within an address', { text: 'write to me@baton_bot please' }, null],
    ['talk', { text: 'refund 1' }, null],
    ['a reply to the bot', { text: 'why', reply_to_message: { message_id: 3, from: us } }, 'why'],
    ['a command in reply to the bot', { text: '/why', reply_to_message: { message_id: 3, from: us } }, '/why'],
    ['a reply to somebody else', { text: 'why', reply_to_message: { message_id: 3, from: anna } }, null],
    ['a picture with words for the bot', { caption: '/task refund 1' }, '/task refund 1'],
    ['a picture', {}, null],
  ];
  for (const [what, more, text] of cases) {
    test(`${what} is ${text === null ? 'nobody’s business' : `heard as "${text}"`}`, () => {
      assert.equal(textOf(more), text);
    });
  }

  test('that became a supergroup both sides tell of the move', () => {
    const moved = { kind: 'moved', from: '-5', to: '-1001' };
    const old = { id: -5, type: 'group' };
    assert.deepEqual(read({ message: { message_id: 5, chat: old, migrate_to_chat_id: -1001 } }), moved);
    assert.deepEqual(read({ message: { message_id: 1, chat: group, migrate_from_chat_id: -5 } }), moved);
  });

  test('a plain message of a topic replies to nothing, also where the bot made the topic', () => {
    const topic = { message_thread_id: 3, is_topic_message: true };
    assert.equal(textOf({ ...topic, text: 'talk', reply_to_message: { message_id: 3, from: us } }), null);
    const made = { message_id: 4, from: us, forum_topic_created: { name: 'x' } };
    assert.equal(textOf({ ...topic, text: 'talk', reply_to_message: made }), null);
    const said = inbound(message({ ...topic, text: '/task refund 1', reply_to_message: made }));
    assert.deepEqual(said?.kind === 'said' && [said.conversation, said.about], ['telegram:-1001/3', null]);
  });

  test('a thread of replies that is no topic is the group itself', () => {
    const said = inbound(message({ message_thread_id: 3, text: 'why', reply_to_message: { message_id: 3, from: us } }));
    assert.deepEqual(said?.kind === 'said' && [said.conversation, said.about], ['telegram:-1001', '3']);
  });
});

describe('who it is', () => {
  test('is whom the platform names, by number, with what their app speaks', () => {
    const said = inbound(message({ chat: home, text: 'refund 1', from: { ...anna, language_code: 'ru-RU' } }));
    assert.deepEqual(said, {
      kind: 'said',
      key: 'm:7:501:5',
      person: 'anna',
      account: '501',
      language: 'ru',
      conversation: 'telegram:501',
      text: 'refund 1',
      about: null,
      inThread: false,
    });
  });

  test('is nobody for bots, channels and what a channel posts into its group', () => {
    assert.equal(read(message({ text: '/task x', from: { ...anna, is_bot: true } })).kind, 'nothing');
    assert.equal(read(message({ text: '/task x', chat: { id: -1, type: 'channel' } })).kind, 'nothing');
    assert.equal(read(message({ text: '/task x', from: undefined })).kind, 'nothing');
    const forwarded = { sender_chat: { id: -2 }, is_automatic_forward: true };
    assert.equal(read(message({ text: '/task x', ...forwarded })).kind, 'nothing');
    assert.equal(read({ channel_post: { message_id: 1 } }).kind, 'nothing');
    assert.equal(read({ my_chat_member: {} }).kind, 'nothing');
  });

  test('cannot be told of an administrator who hides, and the number they share is no account', () => {
    const hidden = { id: 1_087_968_824, is_bot: true, first_name: 'Group' };
    assert.equal(read(message({ text: '/task x', from: hidden, sender_chat: { id: -1001 } })).kind, 'anonymous');
    const click = { id: '1', from: hidden, data: 'v1:approve:abcd-efgh', message: { message_id: 4, chat: group } };
    assert.equal(read({ callback_query: click }).kind, 'anonymous_click');
  });
});

describe('a button', () => {
  const click = (data: string | undefined, on: object | undefined = { message_id: 4, date: 0, chat: group }) =>
    read({ callback_query: { id: '77', from: anna, ...(data !== undefined && { data }), ...(on && { message: on }) } });

  test('names a question and what is wanted of it', () => {
    const one = click('v1:approve:abcd-efgh');
    assert.deepEqual(one.kind === 'inbound' && [one.inbound.kind, one.inbound.key, one.query, one.message], [
      'vote',
      'c:7:77',
      '77',
      4,
    ]);
    for (const verb of ['edit', 'answer', 'done', 'give']) {
      const asks = click(`v1:${verb}:abcd-efgh`);
      assert.equal(asks.kind === 'inbound' && asks.inbound.kind, 'press');
    }
  });

  test('that is none of ours is no question’s', () => {
    for (const data of ['', 'approve', 'v2:approve:abcd-efgh', 'v1:fire:abcd-efgh', `v1:approve:${'a'.repeat(41)}`]) {
      assert.equal(click(data).kind, 'unknown_button', data);
    }
    assert.equal(click(undefined).kind, 'unknown_button');
    const gone = read({ callback_query: { id: '77', from: anna, data: 'v1:approve:abcd-efgh' } });
    assert.equal(gone.kind, 'unknown_button');
  });
});

test('a change of a message names the message that it was', () => {
  const { message: edited } = message({ chat: home, text: '/task refund 2' });
  const one = inbound({ edited_message: edited });
  assert.deepEqual(one?.kind === 'revised' && [one.key, one.of, one.text], ['e:7:9', 'm:7:501:5', 'refund 2']);
});
