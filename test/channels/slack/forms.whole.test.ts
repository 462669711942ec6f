import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { FakeSlack } from '../../support/slack/slack.ts';
import { asked, assertClean, office, reading, withButton } from './office.ts';

/** The form of somebody, once its fields are there. */
const formOf = (slack: FakeSlack, user: string) =>
  slack.until(() => {
    const view = slack.views(user).at(-1);
    return view && view.fields.length > 0 && view;
  });

describe('forms', { concurrency: 3 }, () => {
  test('an edit opens at once, says at its field what is wrong, and then decides', async () => {
    await using home = await office();
    const { slack, shop } = home;
    const { question, thread } = await asked(slack);
    await slack.click({ user: 'anna', message: question, label: 'Edit' });
    const form = await formOf(slack, 'anna');
    assert.match(form.seen, /Pay the money back/);
    assert.deepEqual(
      form.fields.map(({ label, value }) => [label, value]),
      [
        ['order', '7'],
        ['amount', '500'],
      ],
    );
    const { code, verb, ...more } = JSON.parse(form.private_metadata) as Record<string, string>;
    assert.match(code!, /^[0-9a-z]{4}-[0-9a-z]{4}$/);
    assert.deepEqual({ verb, more }, { verb: 'edit', more: {} });
    await slack.submit({ user: 'anna', view: form, values: { amount: 'much' } });
    const amount = slack.views('anna')[0]!.fields[1]!;
    assert.ok(amount.error, 'the error is at its field');
    assert.equal(amount.value, 'much', 'what was typed is still there');
    await slack.submit({ user: 'anna', view: form, values: { amount: '50' } });
    assert.deepEqual(slack.views('anna'), []);
    await slack.until(() => reading(thread(), /Completed/));
    assert.deepEqual(
      shop.ledger.filter(({ agent }) => agent === 'pay').map(({ input }) => input),
      [{ order: '7', amount: 50 }],
    );
    assertClean(slack);
  });

  test('a value that is too long for a form is left out of it, and stays what it is', async () => {
    await using home = await office();
    const { slack, shop } = home;
    const order = 'long '.repeat(3_000).trim();
    shop.behave.set('lookup', () => ({ order, total: 500 }));
    const { question, thread } = await asked(slack);
    await slack.click({ user: 'anna', message: question, label: 'Edit' });
    const form = await formOf(slack, 'anna');
    assert.match(form.seen, /Too long to be edited here/);
    await slack.submit({ user: 'anna', view: form, values: { amount: '50' } });
    await slack.until(() => reading(thread(), /Completed/));
    assert.deepEqual(shop.ledger.find(({ agent }) => agent === 'pay')!.input, { order, amount: 50 });
    assertClean(slack);
  });

  test('the same wrong values twice are refused twice, and nothing is decided', async () => {
    await using home = await office({ way: 'http' });
    const { slack, shop } = home;
    const { question } = await asked(slack);
    await slack.click({ user: 'anna', message: question, label: 'Edit' });
    const form = await formOf(slack, 'anna');
    for (const amount of ['much', 'more', 'much']) {
      await slack.submit({ user: 'anna', view: form, values: { amount } });
      assert.notDeepEqual(slack.views('anna')[0]!.errors, {}, amount);
    }
    assert.deepEqual(shop.effects('pay'), []);
    assertClean(slack);
  });

  test('a missing field is asked for, and given in a form', async () => {
    await using home = await office();
    const { slack, shop } = home;
    const said = await slack.mention({ user: 'anna', channel: 'general', text: 'refund 7' });
    const thread = () => slack.messages('general', said.ts);
    const question = await slack.until(() => withButton(thread(), 'Answer'));
    await slack.click({ user: 'anna', message: question, label: 'Answer' });
    const form = await formOf(slack, 'anna');
    await slack.submit({ user: 'anna', view: form, values: { amount: '50' } });
    await slack.until(() => reading(thread(), /Completed/));
    assert.equal(shop.effects('pay').length, 1);
    assertClean(slack);
  });

  test('a guest of a channel is asked there for what is missing, and gives it in a form', async () => {
    await using home = await office({ configure: () => ({ rooms: ['slack:T0HOME/C0GENERAL'] }) });
    const { slack, shop } = home;
    slack.addPerson({ name: 'dora' });
    const said = await slack.mention({ user: 'dora', channel: 'general', text: 'refund 7' });
    const thread = () => slack.messages('general', said.ts);
    const question = await slack.until(() => withButton(thread(), 'Answer'));
    await slack.click({ user: 'dora', message: question, label: 'Answer' });
    const form = await formOf(slack, 'dora');
    await slack.submit({ user: 'dora', view: form, values: { amount: 'much' } });
    assert.ok(slack.views('dora')[0]!.fields[0]!.error);
    await slack.submit({ user: 'dora', view: form, values: { amount: '50' } });
    assert.deepEqual(slack.views('dora'), []);
    await slack.until(() => reading(thread(), /Completed/));
    assert.equal(shop.effects('pay').length, 1);
    const look = await slack.command({ user: 'dora', channel: 'general', text: 'runs' });
    assert.match(JSON.stringify(look.body), /The latest runs/);
    assertClean(slack);
  });

  test('a missing field is given by writing it in the thread', async () => {
    await using home = await office();
    const { slack, shop } = home;
    const said = await slack.direct({ user: 'anna', text: 'refund 7' });
    const thread = () => slack.messages('anna', said.ts);
    await slack.until(() => withButton(thread(), 'Answer'));
    await slack.direct({ user: 'anna', text: '50', thread: said.ts });
    await slack.until(() => reading(thread(), /Completed/));
    assert.equal(shop.effects('pay').length, 1);
    assertClean(slack);
  });

  test('whoever has nothing to fill in is told why in the form', async () => {
    await using home = await office();
    const { slack } = home;
    const { question } = await asked(slack);
    await slack.click({ user: 'carl', message: question, label: 'Edit' });
    await slack.until(() => /not yours to decide/.test(slack.views('carl')[0]?.seen ?? ''));
    const stale = question;
    await slack.click({ user: 'anna', message: question, label: 'Edit' });
    const form = await formOf(slack, 'anna');
    await slack.click({ user: 'boris', message: stale, label: 'Reject' });
    await slack.until(() => /Rejected/.test(slack.message(question)?.seen ?? ''));
    await slack.submit({ user: 'anna', view: form, values: { amount: '50' } });
    assert.match(slack.views('anna')[0]!.seen, /Boris/);
    assertClean(slack);
  });

  test('a form that could not open in time can be opened again', async () => {
    await using home = await office();
    const { slack, shop } = home;
    const { question, thread } = await asked(slack);
    slack.fail('views.open', { error: 'expired_trigger_id' });
    await slack.click({ user: 'anna', message: question, label: 'Edit' });
    const again = await slack.until(() => slack.ephemerals('anna')[0]);
    assert.deepEqual(again.buttons, ['Open the form again']);
    assert.equal(again.thread_ts, question.thread_ts);
    await slack.click({ user: 'anna', message: again, label: 'Open the form again' });
    const form = await formOf(slack, 'anna');
    await slack.submit({ user: 'anna', view: form, values: { amount: '60' } });
    await slack.until(() => reading(thread(), /Completed/));
    assert.equal(shop.effects('pay').length, 1);
    assertClean(slack);
  });
});
