/** What people are told at once, and what becomes of it when the platform, or Baton, is slow. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Inbound, Receipt } from '../../../src/contracts/channel.ts';
import { card, lobby } from './lobby.ts';

const promptCard = card({ kind: 'notice', title: 'amount (1 of 1)', code: null, buttons: [] });
const receipt =
  (more: Partial<Receipt>) =>
  async ({ key }: Inbound): Promise<Receipt> => ({ key, outcome: 'decided', run: null, ...more });
const line = (text: string, outcome = 'decided') => receipt({ outcome, reply: { line: text } });

describe('a click', { concurrency: 4 }, () => {
  const clicked = async (at: Awaited<ReturnType<typeof lobby>>, label = 'Approve') => {
    await at.polls();
    assert.equal((await at.show()).state, 'sent');
    const [message] = at.fake.messages(at.anna);
    at.fake.click({ from: at.anna, message: message!, label });
    return at.until(({ answers }) => answers[0]);
  };

  test('is answered quietly with what was decided, and loudly with what was not', async () => {
    await using well = await lobby({ hall: { receive: line('Recorded: Approve.') } });
    const quiet = await clicked(well);
    assert.deepEqual([quiet.text, quiet.show_alert], ['Recorded: Approve.', false]);
    await using badly = await lobby({ hall: { receive: line(`No. ${'x'.repeat(300)}`, 'not_allowed') } });
    const loud = await clicked(badly);
    assert.deepEqual([loud.text.length, loud.show_alert], [200, true]);
  });

  test('that takes long is answered in time, once, and told of afterwards where no message shows it', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    await using at = await lobby({
      hall: {
        receive: async (update) => {
          await promise;
          return line('That is not yours to decide.', 'not_allowed')(update);
        },
      },
    });
    const answer = await clicked(at);
    assert.deepEqual([answer.text, answer.show_alert], ['Received; the outcome follows in the message.', false]);
    resolve();
    const told = await at.until(({ messages }) => messages(at.anna)[1]);
    assert.equal(told.text, 'That is not yours to decide.');
    assert.equal(at.fake.callsOf('answerCallbackQuery').length, 1);
  });

  test('that comes too late to be answered still counts', async () => {
    await using at = await lobby({ telegram: { answerMs: 0 } });
    await at.polls();
    await at.show();
    at.fake.click({ from: at.anna, message: at.fake.messages(at.anna)[0]!, label: 'Approve' });
    await at.until(({ callsOf }) => callsOf('answerCallbackQuery').length === 1);
    assert.equal(at.received[0]!.kind, 'vote');
    assert.equal(at.fake.messages(at.anna).length, 1);
  });

  test('that is kept but could not be handled is answered as received', async () => {
    await using at = await lobby({ hall: { receive: () => Promise.reject(new Error('the database is away')) } });
    assert.equal((await clicked(at)).text, 'Received; the outcome follows in the message.');
  });

  test('on a message that the bot may not see any more counts', async () => {
    await using at = await lobby();
    await at.polls();
    await at.show();
    const [message] = at.fake.messages(at.anna);
    at.fake.click({ from: at.anna, message: message!, label: 'Approve', inaccessible: true });
    await at.until(({ answers }) => answers.length === 1);
    assert.equal(at.received.length, 1);
  });

  test('of an administrator who hides is refused, with the reason', async () => {
    await using at = await lobby();
    await at.polls();
    const group = at.fake.group(-1001, 'Refunds');
    await at.show(card(), null, 'telegram:-1001');
    const [message] = at.fake.messages(group);
    at.fake.click({ from: at.anna, message: message!, label: 'Approve', anonymous: true });
    const answer = await at.until(({ answers }) => answers[0]);
    assert.match(answer.text, /^I cannot tell who you are/);
    assert.equal(answer.show_alert, true);
    assert.equal(at.received.length, 0);
  });

  test('that asks for a value in a group opens the field for whom it was, by name', async () => {
    const reply = { line: '', prompt: { dialog: 'd1', card: promptCard, placeholder: 'amount' } };
    await using at = await lobby({ hall: { receive: receipt({ outcome: 'asked', reply }) } });
    await at.polls();
    const group = at.fake.group(-1001, 'Refunds');
    const eve = at.fake.user(777, '<Eve> & co');
    await at.show(card(), null, 'telegram:-1001');
    at.fake.click({ from: eve, message: at.fake.messages(group)[0]!, label: 'Edit' });
    const prompt = await at.until(({ messages }) => (at.prompted.length > 0 ? messages(group)[1] : null));
    assert.equal(prompt.text, '<Eve> & co\namount (1 of 1)');
    assert.match(prompt.html, /^<a href="tg:\/\/user\?id=777">&lt;Eve&gt; &amp; co<\/a>\n/);
    assert.ok(prompt.forceReply);
    assert.deepEqual(at.prompted, [`d1 telegram:-1001 ${prompt.message_id}`]);
    assert.equal(at.fake.answers[0]!.text, '');
  });
});

describe('an answer', { concurrency: 4 }, () => {
  test('waits as long as the platform asks, in its order, and holds up nothing that comes in', async () => {
    let count = 0;
    await using at = await lobby({
      hall: { receive: async (update) => line(`answer ${++count}`, 'help')(update) },
      prepare: (fake) =>
        fake.fail('sendMessage', { error_code: 429, description: 'Too Many', parameters: { retry_after: 1 } }),
    });
    at.fake.say({ from: at.anna, text: 'one' });
    await at.until(({ callsOf }) => callsOf('sendMessage').length === 1);
    at.fake.say({ from: at.anna, text: 'two' });
    await at.until(() => count === 2);
    assert.equal(at.fake.messages(at.anna).length, 0, 'both are taken before either is answered');
    const shown = await at.show();
    assert.equal(shown.state, 'later', 'the cards of this chat wait as well');
    const told = await at.until(({ messages }) => (messages(at.anna).length === 2 ? messages(at.anna) : null));
    assert.deepEqual(
      told.map(({ text }) => text),
      ['answer 1', 'answer 2'],
    );
  });

  test('that may have arrived is not repeated', async () => {
    await using at = await lobby({
      hall: { receive: line('there you are', 'help') },
      prepare: (fake) => fake.fail('sendMessage', 'reset'),
    });
    at.fake.say({ from: at.anna, text: 'one' });
    at.fake.say({ from: at.anna, text: 'two' });
    await at.until(({ messages }) => messages(at.anna).length === 2);
    assert.equal(at.fake.callsOf('sendMessage').length, 2);
  });

  test('that is too long says so, and comes as a file too', async () => {
    const long = card({ kind: 'notice', title: 'Why', facts: [{ label: 'x', text: 'y'.repeat(9_000) }], code: null });
    await using at = await lobby({
      hall: { receive: receipt({ outcome: 'why', reply: { line: 'Why', card: long } }) },
    });
    at.fake.say({ from: at.anna, text: 'why' });
    const file = await at.until(({ messages }) => messages(at.anna).find(({ document }) => document)?.document);
    assert.ok(file.text.endsWith('y'.repeat(9_000)));
    assert.match(at.fake.messages(at.anna)[0]!.text, /the whole text is in the file\.$/);
  });

  test('to what is no task, or could not be handled yet, is never silence', async () => {
    const outcomes = ['usage', 'later'];
    await using at = await lobby({ hall: { receive: async (of) => receipt({ outcome: outcomes.shift()! })(of) } });
    at.fake.say({ from: at.anna, text: 'x'.repeat(4_050) });
    at.fake.say({ from: at.anna, text: 'one' });
    const told = await at.until(({ messages }) => (messages(at.anna).length === 2 ? messages(at.anna) : null));
    assert.match(told[0]!.text, /^This is no task/);
    assert.match(told[1]!.text, /will be tried again/);
  });

  test('with nothing to say says nothing', async () => {
    await using at = await lobby({ hall: { receive: line('', 'ignored') } });
    at.fake.say({ from: at.anna, text: 'one' });
    await at.until(({ pending }) => pending().length === 0);
    await at.channel.stop();
    assert.equal(at.fake.messages(at.anna).length, 0);
  });

  test('whose reply is quicker than its row is waited for', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const reply = { line: '', prompt: { dialog: 'd1', card: promptCard, placeholder: 'amount' } };
    const seen: string[] = [];
    await using at = await lobby({
      hall: {
        prompted: async () => {
          await promise;
          seen.push('placed');
        },
        receive: async (update) => {
          seen.push(update.kind);
          return update.kind === 'press' ? receipt({ outcome: 'asked', reply })(update) : line('', 'x')(update);
        },
      },
    });
    await at.polls();
    await at.show();
    at.fake.click({ from: at.anna, message: at.fake.messages(at.anna)[0]!, label: 'Edit' });
    const prompt = await at.until(({ messages }) => messages(at.anna)[1]);
    at.fake.say({ from: at.anna, text: '60', replyTo: prompt });
    await at.until(({ pending }) => pending().length === 0);
    resolve();
    await at.until(() => seen.length === 3);
    assert.deepEqual(seen, ['press', 'placed', 'said']);
  });
});
