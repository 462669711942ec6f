/** What people write and press in a chat, and what they are told. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { room } from './room.ts';

const home = 'memory:room';

test('a text is a task; a reply to what Baton wrote is a verb or an answer, and never a task', async () => {
  await using at = await room();
  const begun = await at.say('carl', 'refund 1042 500');
  assert.deepEqual([begun.outcome, begun.reply?.line], ['run', 'On it.']);
  const progress = await at.memory.until((channel) => channel.in(home).find(({ card }) => card.kind === 'progress'));
  const replied = await at.say('carl', 'refund 1043 500', { about: progress.message });
  assert.deepEqual([replied.outcome, replied.run], ['not_a_task', begun.run]);
  assert.equal((await at.world.desk.runs(10)).length, 1);
});

test('verbs are about the run of the message, or of the conversation, or of the id that is named', async () => {
  await using at = await room();
  const { run } = await at.say('carl', 'refund 1042 500');
  const asked = await at.memory.until((channel) => channel.in(home).find(({ card }) => card.kind === 'question'));
  for (const more of [{ about: asked.message }, { inThread: true }]) {
    const status = await at.say('carl', 'status', more);
    assert.deepEqual([status.run, status.reply?.card?.kind], [run, 'progress']);
  }
  const why = await at.say('carl', `why ${run!.slice(-8)}`);
  assert.match(why.reply!.card!.lines.map(({ text }) => text).join('\n'), /Refund an order/);
  const trace = await at.say('carl', '/trace', { inThread: true });
  assert.match(trace.reply!.file!.text, /shop\.lookup@1 .*done/);
  const list = await at.say('anna', 'Вопросы');
  assert.equal(list.reply!.card!.title, '1 вопрос ждёт вашего ответа');
  assert.equal((await at.say('carl', 'status')).reply!.card!.title, '1 run under way, 0 questions for you');
  assert.match((await at.say('carl', 'why')).reply!.line, /^Which run\?/);
  assert.equal((await at.say('carl', 'why dead1234')).reply!.line, 'There is no such run; see runs.');
  assert.equal(
    (await at.say('carl', 'cost', { inThread: true })).reply!.line,
    'Nothing: no model was asked, and no agent has a price',
  );
});

test('a reply to a message that belongs to no run is about none, be the latest of the conversation what it may', async () => {
  await using at = await room();
  await at.say('carl', 'refund 1042');
  await at.memory.until((channel) => channel.in(home).some(({ card }) => card.code));
  // A reply to what is only being sent would be taken for one to that.
  while ((await at.world.db.sql`select 1 from posts`).length > 0);
  assert.match((await at.say('carl', 'cancel', { about: 'a list' })).reply!.line, /^Which run\?/);
  // A prompt that was answered, or whose form was opened anew, is not known any more.
  assert.equal((await at.say('carl', '77', { about: 'an old prompt' })).outcome, 'not_a_task');
  assert.deepEqual(
    (await at.world.desk.runs(10)).map(({ status }) => status),
    ['waiting'],
  );
});

test('a reply that is quicker than the platform’s word on the message it replies to is about its run', async () => {
  const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
  await using at = await room({}, (memory) => ({
    send: async (post) => {
      const sent = await memory.send(post);
      if (post.card.kind === 'question') await answered;
      return sent;
    },
  }));
  await at.say('carl', 'refund 1042');
  const { message } = await at.memory.until((channel) => channel.in(home).find(({ card }) => card.code));
  assert.equal((await at.say('carl', '500', { about: message })).outcome, 'decided');
  answer();
});

test('a decision in words names its question; a free yes decides nothing', async () => {
  await using at = await room();
  const { run } = await at.say('carl', 'refund 1042 500');
  const asked = await at.memory.until((channel) => channel.in(home).find(({ card }) => card.kind === 'question'));
  assert.equal((await at.say('anna', 'approve', { about: asked.message })).outcome, 'not_a_task');
  assert.equal(
    (await at.say('carl', `/approve ${asked.card.code}`)).reply!.line,
    'This is not yours to decide. Nothing was changed.',
  );
  const told = await at.say('anna', `/approve ${asked.card.code}`);
  assert.deepEqual([told.outcome, told.run, told.reply!.line], ['decided', run, 'Recorded: Approve.']);
  const late = await at.say('boris', `reject ${asked.card.code}`);
  assert.equal(late.reply!.line, 'Already closed: Approve by Anna. Nothing was changed.');
});

test('a word that is nearly a verb begins nothing; after /task it does', async () => {
  await using at = await room();
  const near = await at.say('carl', 'stauts');
  assert.deepEqual(
    [near.outcome, near.reply!.line],
    ['nearly', 'stauts: did you mean status? To make it a task, write /task stauts'],
  );
  assert.equal((await at.say('carl', '/task look 7 50')).outcome, 'run');
  assert.equal((await at.world.desk.runs(10)).length, 1);
});

test('a command without a task is answered with what can be asked for, and begins nothing', async () => {
  await using at = await room();
  for (const text of ['/task', '/task@baton_bot', '/start', '/start invited', '/start@baton_bot true']) {
    assert.equal((await at.say('carl', text)).outcome, 'help', text);
  }
  assert.equal((await at.world.desk.runs(10)).length, 0);
  assert.equal((await at.say('carl', 'start the backup')).outcome, 'run');
});

test('a stranger is told so, in their language, and begins nothing', async () => {
  await using at = await room();
  const refused = await at.hand(null, {
    kind: 'said',
    text: 'refund 1 5',
    about: null,
    inThread: false,
    language: 'ru',
  });
  assert.deepEqual(
    [refused.outcome, refused.reply!.line.slice(0, 30)],
    ['not_allowed', 'Я работаю только для своих. По'],
  );
  assert.equal((await at.world.desk.runs(10)).length, 0);
});

test('a run that failed is begun anew by retry, by whoever asks', async () => {
  await using at = await room();
  const { run } = await at.say('carl', 'refund 1042 500');
  const asked = await at.memory.until((channel) => channel.in(home).find(({ card }) => card.kind === 'question'));
  assert.equal(
    (await at.say('carl', 'retry', { inThread: true })).reply!.line,
    'It is not over, and nothing of it waits for a retry.',
  );
  await at.say('anna', `reject ${asked.card.code}`);
  await at.memory.until((channel) => channel.in(home).some(({ card }) => card.kind === 'summary'));
  assert.equal((await at.say('anna', `retry ${run}`)).reply!.line, 'The same task once more, as a new run.');
  assert.equal((await at.world.desk.runs(10))[0]!.requester, 'anna');
});

test('a task that is changed before anything is planned is taken as it is now; afterwards it stays', async () => {
  await using at = await room();
  const first = await at.hand('carl', { kind: 'said', text: 'refund 1042', about: null, inThread: false }, home, 'm1');
  await at.memory.until((channel) => channel.in(home).find(({ card }) => card.kind === 'question'));
  const revised = await at.hand('carl', { kind: 'revised', of: 'm1', text: 'refund 1042 500' }, home, 'e1');
  assert.equal(revised.reply!.line, 'Taken as you wrote it now.');
  assert.notEqual(revised.run, first.run);
  await at.memory.until((channel) =>
    channel.in(home).some(({ card }) => card.buttons.some(({ verb }) => verb === 'approve')),
  );
  const late = await at.hand('carl', { kind: 'revised', of: 'm1', text: 'refund 1042 5' }, home, 'e2');
  assert.deepEqual([late.outcome, late.reply!.line.slice(0, 24)], ['too_late', 'It is under way already,']);
  const same = await at.hand('carl', { kind: 'revised', of: 'm1', text: 'refund 1042 500' }, home, 'e3');
  assert.deepEqual([same.outcome, same.run], ['ignored', revised.run]);
  const statuses = async () => (await at.world.desk.runs(10)).map(({ status }) => status).sort();
  // The old run ends in its own time.
  while (!(await statuses()).includes('cancelled'));
  assert.deepEqual(await statuses(), ['cancelled', 'waiting']);
});

test('where anybody may begin tasks a stranger does, answers what is asked of them, and decides nothing', async () => {
  await using at = await room({ rooms: [home] });
  const guest = { account: 'T1/U9', about: null, inThread: false } as const;
  const elsewhere = await at.hand(null, { kind: 'said', text: 'refund 1042', ...guest }, 'memory:roomy');
  assert.equal(elsewhere.outcome, 'not_allowed');
  const { run } = await at.hand(null, { kind: 'said', text: 'refund 1042', ...guest }, `${home}/7`);
  const missing = await at.memory.until((channel) => channel.in(`${home}/7`).find(({ card }) => card.code));
  const told = await at.hand(null, { kind: 'said', text: '500', ...guest, about: missing.message }, `${home}/7`);
  assert.equal(told.outcome, 'decided');
  const question = await at.memory.until((channel) =>
    channel.in(`${home}/7`).find(({ card }) => card.buttons.some(({ verb }) => verb === 'approve')),
  );
  const vote = { kind: 'vote', code: question.card.code!, verb: 'approve', account: 'T1/U9' } as const;
  assert.equal((await at.hand(null, vote, `${home}/7`)).outcome, 'not_allowed');
  const other = { kind: 'cancel', run: run!, account: 'T1/U8' } as const;
  assert.equal((await at.hand(null, other, `${home}/7`)).outcome, 'not_allowed');
  assert.equal((await at.hand(null, { ...other, account: 'T1/U9' }, `${home}/7`)).outcome, 'requested');
});

test('a stranger learns the account by which they can be added', async () => {
  await using at = await room();
  const said = { kind: 'said', text: 'refund 1 5', about: null, inThread: false, account: '501' } as const;
  assert.match((await at.hand(null, said)).reply!.line, /to add you, as memory:501\.$/);
});

test('below a question that stands on its own a text is about its run; in a thread of people it may be a task', async () => {
  await using at = await room();
  const { run } = await at.say('carl', 'refund 1042 500');
  const question = await at.memory.until((channel) => channel.in('memory:anna')[0]);
  // A message is recorded after it is shown.
  while ((await at.world.db.sql`select 1 from deliveries where message = ${question.message}`).length === 0);
  const below = { inThread: true, about: question.message, conversation: `memory:anna/${question.message}` };
  assert.equal((await at.say('anna', 'status', below)).run, run);
  assert.equal((await at.say('anna', 'look 7 50', below)).outcome, 'not_a_task');
  const elsewhere = await at.say('anna', 'look 7 50', { inThread: true, about: 'root', conversation: 'memory:hall/1' });
  assert.equal(elsewhere.outcome, 'run');
});
