/** What is typed: which lines are verbs, answers and tasks, what Tab makes of them, and what is kept. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { completed } from '../../../src/channels/terminal/complete.ts';
import { edited, type Key, type Line, letterOf, lineOf, textOf } from '../../../src/channels/terminal/editor.ts';
import { createFocus, inSightMs, quietMs } from '../../../src/channels/terminal/focus.ts';
import { openHistory } from '../../../src/channels/terminal/history.ts';
import { languageOf } from '../../../src/channels/terminal/language.ts';
import type { Asked } from '../../../src/channels/terminal/service.ts';
import { readTyped } from '../../../src/channels/terminal/typed.ts';
import { nearest } from '../../../src/core/nearest.ts';

const kindOf = (line: string) => readTyped(line, nearest);

test('a verb is one only in the shape of one; a sentence that begins with it is a task', () => {
  assert.deepEqual(kindOf(' RUNS '), { kind: 'command', command: 'runs', target: null });
  assert.deepEqual(kindOf('why 907355ed'), { kind: 'command', command: 'why', target: '907355ed' });
  assert.deepEqual(kindOf('cost'), { kind: 'command', command: 'cost', target: null });
  assert.equal(kindOf('cost of living').kind, 'task');
  assert.deepEqual(kindOf('fyab-36hd'), { kind: 'command', command: 'inbox', target: 'fyab-36hd' });
  assert.deepEqual(kindOf('estimate 200 5'), { kind: 'command', command: 'estimate', target: '200 5' });
  assert.deepEqual(kindOf('Смета 200'), { kind: 'command', command: 'estimate', target: '200' });
  for (const line of [
    'estimate the damage',
    'оценка поставщика 5',
    'cancel my order 17',
    'why was 1042 refunded?',
    'show me',
    'help me',
    'Refund',
    'approve it all',
  ]) {
    assert.deepEqual(kindOf(line), { kind: 'task', text: line });
  }
});

test('an answer may name its question and carry a value, which must read', () => {
  assert.deepEqual(kindOf('approve'), { kind: 'answer', verb: 'approve', code: null });
  assert.deepEqual(kindOf('edit fyab-36hd {"a":1}'), {
    kind: 'answer',
    verb: 'edit',
    code: 'fyab-36hd',
    value: { a: 1 },
  });
  assert.deepEqual(kindOf('answer:{"a":"b"}'), { kind: 'answer', verb: 'answer', code: null, value: { a: 'b' } });
  assert.deepEqual(kindOf('edit:{a}'), { kind: 'malformed', verb: 'edit' });
});

test('a slip of the finger is doubted and not begun', () => {
  assert.deepEqual(kindOf('stauts'), { kind: 'nearly', word: 'stauts', meant: 'status' });
  assert.deepEqual(kindOf('cancle 907355ed'), { kind: 'nearly', word: 'cancle', meant: 'cancel' });
  assert.deepEqual(kindOf('aprove'), { kind: 'nearly', word: 'aprove', meant: 'approve' });
});

test('Tab goes as far as it is clear, and offers what there is beyond', () => {
  const known = {
    runs: ['907355ed', '90aa0001'],
    codes: ['fyab-36hd'],
    examples: ['Refund order 1042'],
    verbs: ['approve', 'reject'],
  };
  assert.deepEqual(completed('can', known), { line: 'cancel ', choices: [] });
  assert.deepEqual(completed('why 9073', known), { line: 'why 907355ed', choices: [] });
  assert.deepEqual(completed('why 9', known), { line: 'why 90', choices: ['907355ed', '90aa0001'] });
  assert.deepEqual(completed('approve f', known), { line: 'approve fyab-36hd', choices: [] });
  assert.deepEqual(completed('refund o', known), { line: 'Refund order 1042', choices: [] });
  assert.deepEqual(completed('xyz', known), { line: 'xyz', choices: [] });
});

test('a line is edited by what a person takes for a character', () => {
  const after = (line: Line, ...keys: Key[]) => keys.reduce((at, key) => edited(at, key) ?? at, line);
  const back = { name: 'backspace' };
  assert.equal(textOf(after(lineOf('ae\u0301'), back)), 'a');
  assert.equal(textOf(after(lineOf('ok 👩‍👩‍👧'), back)), 'ok ');
  assert.equal(textOf(after(lineOf('one two'), { name: 'w', ctrl: true })), 'one ');
  assert.equal(textOf(after(lineOf('two'), { name: 'home' }, { sequence: 'о' })), 'оtwo');
  assert.equal(textOf(after(lineOf('one two'), { name: 'left', meta: true }, { name: 'k', ctrl: true })), 'one ');
  assert.equal(letterOf({ sequence: 'Ф' }), 'a');
});

test('a question takes no key from somebody who writes, nor one that was meant for the question before', () => {
  const focus = createFocus();
  const questions = ['one', 'two'].map((code) => ({ code }) as Asked);
  focus.typed(1_000);
  assert.equal(focus.look(questions, true, 1_100), quietMs - 100);
  assert.equal(focus.look(questions, false, 9_000), null);
  assert.equal(focus.code(), null);
  focus.look(questions, true, 10_000);
  assert.deepEqual(
    [focus.code(), focus.armed(10_000 + inSightMs - 1), focus.armed(10_000 + inSightMs)],
    ['one', false, true],
  );
  focus.look(questions.slice(1), true, 20_000);
  assert.deepEqual([focus.code(), focus.armed(20_001)], ['two', false]);
  focus.later(questions);
  focus.look(questions, true, 30_000);
  assert.equal(focus.code(), null);
});

test('history is private, has an end, and leaves out what begins with a space', () => {
  const folder = mkdtempSync(join(tmpdir(), 'baton-history-'));
  const file = join(folder, 'home', 'history');
  const history = openHistory(file);
  for (const line of ['one', 'one', ' secret', '', 'two\nlines']) history.keep(line);
  assert.deepEqual(openHistory(file).lines, ['one', 'two\nlines']);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  for (let i = 0; i < 1_100; i += 1) history.keep(`line ${i}`);
  assert.equal(history.lines.length, 500);
  assert.equal(openHistory(file).lines.at(-1), 'line 1099');
  assert.equal(readFileSync(file, 'utf8').trim().split('\n').length, 500);
  rmSync(folder, { recursive: true });
  // A place where nothing can be kept disturbs nobody.
  openHistory(join(import.meta.filename, 'history')).keep('three');
});

test('the language is that of the first variable that is set', () => {
  assert.equal(languageOf({ LANG: 'ru_RU.UTF-8' }), 'ru');
  assert.equal(languageOf({ LC_ALL: 'C', LANG: 'ru_RU.UTF-8' }), 'en');
  assert.equal(languageOf({ LC_MESSAGES: 'ru', LC_ALL: '' }), 'ru');
  assert.equal(languageOf({ LANG: 'run' }), 'en');
});
