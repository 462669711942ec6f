import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { asked, assertClean, office, reading } from './office.ts';

describe('what is delivered more than once, or is nobody’s word', { concurrency: 3 }, () => {
  test('one mention is one run, however many events tell of it, to however many processes', async () => {
    await using home = await office({ processes: 2 });
    const { slack, world, shop } = home;
    const said = await slack.mention({ user: 'carl', channel: 'general', text: 'refund 7 50', pair: true });
    await Promise.all(Array.from({ length: 4 }, () => slack.redeliver(said)));
    const thread = () => slack.messages('general', said.ts);
    await slack.until(() => reading(thread(), /Completed/));
    assert.equal((await world.desk.runs(10)).length, 1);
    assert.equal(shop.effects('pay').length, 1);
    assert.equal(thread().filter(({ blocks }) => blocks[0]?.type === 'plan').length, 1);
    assertClean(slack);
  });

  test('two processes hear clicks over HTTP, and one decides', async () => {
    await using home = await office({ way: 'http', processes: 2 });
    const { slack, shop, targets } = home;
    const { question, thread } = await asked(slack);
    const first = slack.click({ user: 'anna', message: question, label: 'Approve' });
    slack.deliverOver(targets[1]!);
    const second = slack.click({ user: 'boris', message: question, label: 'Reject' });
    assert.deepEqual([(await first).acked, (await second).acked], [true, true]);
    const told = await slack.until(() => slack.ephemerals()[0]);
    assert.match(told.seen, /Anna|Boris|already/i);
    await slack.until(() => reading(thread(), /Completed|Rejected/));
    assert.ok(shop.effects('pay').length <= 1);
    assertClean(slack);
  });

  test('an event that could not be kept is not confirmed, and kept when it comes again', async () => {
    await using home = await office({ way: 'http' });
    const { slack, world } = home;
    const { receive } = home.hall;
    let refusals = 2;
    home.hall.receive = (update) => (refusals-- > 0 ? Promise.reject(new Error('no database')) : receive(update));
    const said = await slack.mention({ user: 'carl', channel: 'general', text: 'look 7 50' });
    assert.deepEqual(said.attempts, [503, 503, 200]);
    await slack.until(() => reading(slack.messages('general', said.ts), /Completed/));
    assert.equal((await world.desk.runs(10)).length, 1);
    assertClean(slack);
  });

  test('its own edits, other bots, edits and deletions of messages are nobody’s word', async () => {
    await using home = await office();
    const { slack, world } = home;
    const robot = slack.addPerson({ name: 'robot', bot: true });
    const { said, question } = await asked(slack);
    await slack.echo(question);
    await slack.mention({ user: robot.id, channel: 'general', text: 'refund 9 10' });
    const event = { user: 'U0CARL', channel: 'D0CARL', channel_type: 'im', text: 'refund 9 10', type: 'message' };
    for (const subtype of ['message_changed', 'message_deleted', 'channel_join', 'bot_message'])
      assert.equal((await slack.event({ ...event, subtype, ts: '1700000000.000001' })).acked, true);
    await slack.mention({ user: 'carl', channel: 'general', text: 'cancel', thread: said.ts });
    await slack.until(() => reading(slack.messages('general', said.ts), /Cancelled by Carl/));
    assert.equal((await world.desk.runs(10)).length, 1);
    assertClean(slack);
  });

  test('a channel that begins task after task is told to wait, whatever its threads', async () => {
    await using home = await office({ configure: () => ({ tasksPerMinute: 2 }) });
    const { slack, world } = home;
    for (const text of ['look 7 50', 'look 8 50', 'look 9 50'])
      await slack.mention({ user: 'carl', channel: 'general', text });
    await slack.until(() => /^Too many tasks at once/.test(slack.ephemerals('carl')[0]?.seen ?? ''));
    assert.equal((await world.desk.runs(10)).length, 2);
    assertClean(slack);
  });

  test('a stranger is told so once, and nothing of theirs is kept', async () => {
    await using home = await office();
    const { slack, world, shop } = home;
    slack.addPerson({ name: 'dora' });
    slack.addPerson({ name: 'eve', id: 'U0ANNA2', team: 'T0ELSEWHERE' });
    const { question } = await asked(slack);
    const dora = { user: 'dora', channel: 'general' };
    await slack.mention({ ...dora, text: 'refund 7 10' });
    await slack.until(() => /do not know you/.test(slack.ephemerals('dora')[0]?.seen ?? ''));
    await slack.mention({ ...dora, text: 'refund 7 10' });
    const pressed = await slack.click({ user: 'dora', message: question, label: 'Approve' });
    const edited = await slack.click({ user: 'dora', message: question, label: 'Edit' });
    const sent = await slack.command({ ...dora, text: 'refund 7 10' });
    assert.deepEqual([pressed.acked, edited.acked, sent.acked], [true, true, true]);
    assert.equal(slack.ephemerals('dora').length, 1);
    assert.deepEqual(slack.views('dora'), []);
    await slack.click({ user: 'eve', message: question, label: 'Approve' });
    await slack.until(() => slack.ephemerals('eve')[0]);
    assert.equal((await world.desk.runs(10)).length, 1);
    assert.deepEqual(shop.effects('pay'), []);
    assertClean(slack);
  });

  test('somebody of another workspace with a known id is still somebody else', async () => {
    await using home = await office({
      configure: () => ({
        people: {
          anna: { roles: ['finance'], accounts: { slack: 'T0HOME/U0GUEST' } },
          boris: { roles: ['finance'], accounts: { slack: 'T0HOME/U0BORIS' } },
          carl: { accounts: { slack: 'T0HOME/U0CARL' } },
        },
      }),
    });
    const { slack, shop } = home;
    slack.addPerson({ name: 'guest', id: 'U0GUEST', team: 'T0ELSEWHERE' });
    slack.addChannel({ name: 'shared', shared: true });
    const said = await slack.mention({ user: 'guest', channel: 'shared', text: 'refund 7 10' });
    await slack.until(() => /do not know you/.test(slack.ephemerals('guest')[0]?.seen ?? ''));
    assert.equal(slack.messages('shared', said.ts).length, 1);
    const { question } = await asked(slack);
    await slack.click({ user: 'guest', message: question, label: 'Approve' });
    assert.deepEqual(shop.effects('pay'), []);
    assertClean(slack);
  });

  test('whoever reads Russian is answered in Russian', async () => {
    await using home = await office();
    const { slack } = home;
    slack.person('anna').locale = 'ru-RU';
    const { question, said, thread } = await asked(slack);
    await slack.click({ user: 'anna', message: question, label: 'Edit' });
    const form = await slack.until(() => slack.views('anna').find(({ fields }) => fields.length > 0));
    assert.deepEqual([form.title, form.submit, form.close], ['Ваш ответ', 'Отправить', 'Закрыть']);
    await slack.mention({ user: 'anna', channel: 'general', text: 'cost', thread: said.ts });
    await slack.until(() => /[а-я]/.test(slack.ephemerals('anna')[0]?.seen ?? ''));
    assert.ok(thread().length > 0);
    assertClean(slack);
  });
});
