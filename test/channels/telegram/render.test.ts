/** Cards as Telegram's HTML: everything escaped, within its length, and never without what matters. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readUpdate } from '../../../src/channels/telegram/read.ts';
import { renderCard } from '../../../src/channels/telegram/render.ts';
import type { Card } from '../../../src/contracts/card.ts';

const card = (more: Partial<Card>): Card => ({
  kind: 'question',
  language: 'en',
  title: 'Title',
  facts: [],
  lines: [],
  code: 'abcd-efgh',
  buttons: [{ verb: 'approve', label: 'Approve' }],
  ...more,
});

test('whatever people write is text, and never markup', () => {
  const { html } = renderCard(card({ title: '<b>&"', facts: [{ label: 'a<', text: '</i><a href="x">' }] }), '…');
  assert.equal(html, '<b>&lt;b&gt;&amp;&quot;</b>\n<i>a&lt;: </i>&lt;/i&gt;&lt;a href=&quot;x&quot;&gt;');
});

test('a card that is longer than a message keeps its head and its end, and says that there is more', () => {
  const facts = Array.from({ length: 400 }, (_, i) => ({ label: `field ${i}`, text: '😀'.repeat(20) }));
  const lines = [{ mark: 'done' as const, text: 'Approved by Anna' }];
  const { text, whole } = renderCard(card({ facts, lines }), 'see the file');
  assert.ok(text.length <= 4_096, String(text.length));
  assert.match(text, /^Title\nfield 0: /);
  assert.match(text, /✓ Approved by Anna\nsee the file$/);
  assert.ok(text.isWellFormed());
  assert.match(whole!, /field 399/);
});

test('a long value is cut between characters', () => {
  const { text } = renderCard(card({ facts: [{ label: 'x', text: 'a' + '😀'.repeat(2_000) }] }), '…');
  assert.ok(text.isWellFormed());
});

test('what fits as a whole is shown as a whole, however long one value is', () => {
  const value = 'x'.repeat(3_900);
  const { text, whole } = renderCard(card({ facts: [{ label: 'x', text: value }] }), 'see the file');
  assert.deepEqual([text, whole], [`Title\nx: ${value}`, null]);
  const room = 4_096 - 'Title\nx: '.length;
  assert.equal(renderCard(card({ facts: [{ label: 'x', text: 'y'.repeat(room) }] }), '…').whole, null);
  assert.notEqual(renderCard(card({ facts: [{ label: 'x', text: 'y'.repeat(room + 1) }] }), '…').whole, null);
});

test('it is the length without markup that counts', () => {
  const { html, whole } = renderCard(card({ facts: [{ label: 'x', text: '<'.repeat(4_000) }] }), '…');
  assert.equal(whole, null);
  assert.ok(html.length > 16_000);
});

test('no card is too long for a message, however its length is spread', () => {
  const long = [
    'a'.repeat(5_000),
    '\n'.repeat(10_000),
    '<&">'.repeat(3_000),
    '😀'.repeat(9_000),
    '\u202Eabc'.repeat(2_000),
  ];
  for (const text of long) {
    const facts = [{ label: text, text }];
    const lines = [{ mark: 'done' as const, text, detail: text }];
    const cards = [
      card({ title: text }),
      card({ facts }),
      card({ lines }),
      card({ lines: [...lines, ...lines, ...lines, ...lines] }),
      card({ title: text, facts: [...facts, ...facts, ...facts], lines: [...lines, ...lines, ...lines] }),
    ];
    for (const one of cards) {
      const { text: shown, html, whole } = renderCard(one, 'More than a message holds.');
      assert.ok(shown.length <= 4_096, `${shown.length}`);
      assert.ok(shown.isWellFormed() && html.isWellFormed());
      assert.equal(html.split('<b>').length, html.split('</b>').length);
      assert.equal(html.split('<i>').length, html.split('</i>').length);
      assert.match(shown, /More than a message holds\.$/);
      assert.ok(whole!.length > 4_096);
    }
  }
});

test('half a character is shown as none', () => {
  assert.equal(renderCard(card({ title: 'a\ud83d' }), '…').text, 'a\ufffd');
});

test('buttons stand in rows of three, and a question without a code has none', () => {
  const buttons = (['approve', 'reject', 'edit', 'retry'] as const).map((verb) => ({ verb, label: verb }));
  const rows = renderCard(card({ buttons }), '…').keyboard.map((row) => row.length);
  assert.deepEqual(rows, [3, 1]);
  assert.deepEqual(renderCard(card({ buttons, code: null }), '…').keyboard, []);
});

test('buttons name their question and fit into what the platform carries', () => {
  const { keyboard } = renderCard(card({}), '…');
  assert.deepEqual(keyboard, [[{ text: 'Approve', callback_data: 'v1:approve:abcd-efgh' }]]);
});

test('what does not read throws, and nothing else does', () => {
  const read = (raw: unknown) => readUpdate(raw, { id: 1, username: 'b', readsAll: false }, () => null);
  for (const raw of [null, 7, {}, { update_id: 1, message: 3 }, { update_id: 'x' }]) assert.throws(() => read(raw));
  assert.equal(read({ update_id: 1, poll: {} }).kind, 'nothing');
});
