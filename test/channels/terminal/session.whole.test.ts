/** What a person does at the terminal, in the real command: keys in, the screen and the shop's books out. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { books } from '../../cli/command.ts';
import { keys, place, tasks } from './place.ts';
import { openPty, type Pty, type PtyOptions } from './pty.ts';

const ready = /\n›/;
const choices = /\[a\] Approve/;
const at = (env: Record<string, string>, more: Partial<PtyOptions> = {}): Pty =>
  openPty({ columns: 80, rows: 40, env, ...more });
const ask = async (pty: Pty, task: string = tasks.en) => {
  await pty.until(ready);
  pty.type(`${task}${keys.enter}`);
  await pty.until(choices);
};

describe('at the terminal', { concurrency: 3 }, () => {
  test('a rejected refund says what was taken back', async () => {
    await using here = await place();
    await using pty = at(here.env);
    await ask(pty);
    pty.type('r');
    const seen = await pty.until(/Rejected by Operator[\s\S]*\n›/);
    assert.match(seen, /Undone +Set the money aside/);
    assert.deepEqual(await books(here.database.url, '1042'), { paid: [], reservations: ['released'], notes: 0 });
  });

  test('an edit is made field by field, a value that does not fit is told at its field, and what was edited is paid', async () => {
    await using here = await place();
    await using pty = at(here.env);
    await ask(pty);
    pty.type('e');
    await pty.until(/› order +1042/);
    pty.type(`${keys.down}${keys.clear}plenty${keys.enter}`);
    await pty.until(/› amount +plenty\n +must be an amount and its currency/);
    pty.type(`${keys.clear}-5 EUR${keys.enter}`);
    await pty.until(/› amount +-5 EUR\n +must be /);
    pty.type(`${keys.clear}50 EUR`);
    await pty.until(/› amount +50 EUR\n/);
    for (let i = 0; i < 4; i += 1) pty.type(keys.enter);
    await pty.until(/✓ Completed[\s\S]*\n›/);
    assert.deepEqual((await books(here.database.url, '1042')).paid, [5_000]);
  });

  test('what a task does not say is asked for in the words of the route', async () => {
    await using here = await place();
    await using pty = at(here.env);
    await pty.until(ready);
    pty.type(`I want a refund${keys.enter}`);
    await pty.until(/\[a\] Answer/);
    // The same key on a Russian keyboard.
    pty.type('ф');
    await pty.until(/› order[\s\S]*Which order is it/);
    pty.type(keys.enter);
    await pty.until(/› order *\n +must be string/);
    pty.type(`1044${keys.enter}`);
    await pty.until(/› reason/);
    pty.type(`one is missing${keys.enter}`);
    await pty.until(/✓ Completed/);
    assert.deepEqual((await books(here.database.url, '1044')).paid, [1_990]);
  });

  test('two runs stand side by side, and one chooses which question to answer', async () => {
    await using here = await place();
    await using pty = at(here.env);
    await ask(pty);
    pty.type(keys.escape);
    await pty.until(/1 question waits: Tab/);
    pty.type(`Refund order 1043, too loud${keys.enter}`);
    await pty.until(/\n {2}order {3,}1043[\s\S]*\(2 of 2\)/);
    pty.type(keys.tab);
    await pty.until(
      (screen) => /\n {2}order {3,}1042[\s\S]*\(1 of 2\)/.test(screen) && !/\n {2}order {3,}1043/.test(screen),
    );
    pty.type('r');
    const seen = await pty.until(/Rejected by Operator[\s\S]*\n {2}order {3,}1043[\s\S]*\[a\] Approve/);
    assert.doesNotMatch(seen, /of 2\)/);
    pty.type('a');
    await pty.until(/✓ Completed/);
    assert.deepEqual((await books(here.database.url, '1042')).paid, []);
    assert.deepEqual((await books(here.database.url, '1043')).paid, [34_950]);
  });

  test('Ctrl-C once lets what runs end and leaves; the open question is there again after a restart', async () => {
    await using here = await place();
    {
      await using pty = at(here.env);
      await ask(pty);
      pty.type(keys.interrupt);
      assert.equal(await pty.ended, 0);
      assert.match(pty.raw(), /Letting what runs end/);
      assert.match(pty.screen(), /Open, and answered with the next start: [0-9a-z]{4}-[0-9a-z]{4}$/);
    }
    await using again = at(here.env);
    const seen = await again.until(choices);
    assert.match(seen, /1 question waits for you:\n {2}[0-9a-z]{4}-[0-9a-z]{4} {2}Refund order 1042/);
    again.type('a');
    await again.until(/✓ Completed/);
    // What was typed before is there again, too, and for nobody else to read.
    again.type(keys.up);
    await again.until(/\n› Refund order 1042, it arrived damaged$/);
    // On a line that is not empty Ctrl-C drops the line.
    again.type(keys.interrupt);
    await again.until(/\n›$/);
    again.type(keys.end);
    assert.equal(await again.ended, 0);
  });

  test('Ctrl-C twice leaves at once, and the terminal as it was', async () => {
    await using here = await place();
    await using pty = at(here.env);
    await ask(pty);
    pty.type(keys.interrupt + keys.interrupt);
    assert.equal(await pty.ended, 130);
    assert.ok(pty.raw().endsWith('\u001b[?2004l\u001b[?7h\u001b[?25h'), JSON.stringify(pty.raw().slice(-60)));
  });

  test('a verb that is nearly one is not taken for a task; Tab completes verbs, runs and examples', async () => {
    await using here = await place('en', { NO_COLOR: '1' });
    await using pty = at(here.env);
    await pty.until(ready);
    pty.type(`stauts${keys.enter}`);
    await pty.until(/stauts: did you mean status\?/);
    pty.type(`sta${keys.tab}${keys.enter}`);
    await pty.until(/0 runs under way, 0 questions for you/);
    pty.type(`refund order${keys.tab}`);
    await pty.until(/› Refund order 1042, it arrived damaged$/);
    pty.type(`${keys.clear}Refund order 1044, it is chipped${keys.enter}`);
    const [, run = ''] = /1044, it is chipped {2}([0-9a-f]{8})[\s\S]*✓ Completed/.exec(await pty.until(/✓ Completed/))!;
    pty.type(`why ${run.slice(0, 3)}`);
    await pty.until(/› why /);
    pty.type(keys.tab);
    await pty.until(new RegExp(`› why ${run}$`));
    pty.type(keys.enter);
    await pty.until(/› why \w+\n[\s\S]*Completed[\s\S]*rules/);
    pty.type(`cost ${run}\r`);
    await pty.until(/: Nothing: no model was asked, and no agent has a price/);
    pty.type(`retry ${run}${keys.enter}`);
    await pty.until(/It completed: there is nothing to do again/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the colours that NO_COLOR forbids
    assert.doesNotMatch(pty.raw(), /\u001b\[\d+m/);
  });

  test('a window that becomes narrow in the middle is painted anew, with nothing left over', async () => {
    await using here = await place();
    await using pty = at(here.env, { columns: 100, rows: 30 });
    await ask(pty);
    pty.resize({ columns: 44, rows: 30 });
    const seen = await pty.until(/\[a\] Approve {3}\[r\] Reject {3}\[e\] Edit\n\[Esc\] later$/);
    assert.equal(seen.match(/May this happen/g)?.length, 1);
    assert.ok(
      seen.split('\n').every((line) => line.length <= 44),
      seen,
    );
    pty.type('r');
    await pty.until(/Rejected by Operator/);
  });

  test('hostile text is shown and not obeyed', async () => {
    await using here = await place();
    await using pty = at(here.env);
    await pty.until(ready);
    // Pasted, as such a text comes: with a way to the left, a new title and a cleared screen in it.
    const hostile = 'Refund order 1042, \u202eevil\u0007 \u001b[2J\u001b]0;owned\u0007 表 e\u0301\nend';
    pty.type(`\u001b[200~${hostile}\u001b[201~`);
    await pty.until(/end$/);
    pty.type(keys.enter);
    await pty.until(choices);
    const raw = pty.raw();
    assert.ok(!raw.includes('\u202e') && !raw.includes('\u0007') && !raw.includes('\u001b[2J'));
    assert.match(pty.screen(), /\[U\+202E\]evil/);
    assert.match(pty.screen(), /Ready:/);
  });
});
